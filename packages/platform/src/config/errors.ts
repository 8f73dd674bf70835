import { defineErrors } from "../shared/errors.ts";

export const configErrors = defineErrors({
  DS_CONFIG_INVALID: {
    exit: 2,
    summary: "The stack's configuration has faults; all of them are listed.",
  },
  DS_FOLDER_NAME_INVALID: {
    exit: 2,
    summary: "DevStack's folders would have a name that engines or their packages can't be told.",
  },
  DS_STACK_NAME_INVALID: {
    exit: 2,
    summary: "A stack's name has other than letters, digits and dashes.",
  },
  DS_UNKNOWN_PROFILE: { exit: 2, summary: "There is no profile of that name." },
  DS_UNKNOWN_SERVICE: { exit: 2, summary: "No service of that name is registered." },
});
