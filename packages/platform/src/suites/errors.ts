import { defineErrors } from "../shared/errors.ts";

export const suiteErrors = defineErrors({
  DS_UNKNOWN_SUITE: { exit: 2, summary: "No suite or check of that name exists." },
  DS_SUITE_DISTURBS: {
    exit: 2,
    summary: "The suite stops or changes things, and the stack is in use.",
  },
});
