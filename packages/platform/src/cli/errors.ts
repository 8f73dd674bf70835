import { defineErrors } from "../shared/errors.ts";

export const cliErrors = defineErrors({
  DS_USAGE: { exit: 2, summary: "The command line can't be understood." },
  DS_NOT_CONFIRMED: { exit: 2, summary: "What can't be undone was not confirmed." },
  DS_UNKNOWN_COMMAND: { exit: 2, summary: "There is no command of that name." },
});
