import { defineErrors, exitCodes } from "../shared/errors.ts";

export const toolchainErrors = defineErrors({
  DS_ENGINE_UNAVAILABLE: {
    exit: exitCodes.partlyDone,
    summary: "No source has the programs that an engine needs; everything else still runs.",
  },
  DS_CACHE_UNUSABLE: {
    exit: exitCodes.usage,
    summary: "The cache folder can't be made or written.",
  },
});
