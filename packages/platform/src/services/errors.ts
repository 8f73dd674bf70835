import { defineErrors } from "../shared/errors.ts";

export const serviceErrors = defineErrors({
  DS_CREDENTIAL_MISSING: {
    exit: 1,
    summary: "The vault holds no value for a credential that the service needs.",
  },
  DS_DATA_OF_OTHER_PRODUCT: {
    exit: 2,
    summary: "The data was made by another product than the one that is to run on it.",
  },
  DS_DATA_OF_OTHER_VERSION: {
    exit: 2,
    summary: "The data was made by a version that the engine can't take it over from.",
  },
  DS_INITIALISATION_FAILED: { exit: 1, summary: "A step of a service's first start failed." },
  DS_PROGRAM_FAILED: { exit: 1, summary: "One of an engine's own programs ended with an error." },
});
