import { defineErrors } from "../shared/errors.ts";

export const appErrors = defineErrors({
  DS_DAEMON_NOT_STARTED: { exit: 1, summary: "The stack's daemon ended before it was of use." },
  DS_FOLDER_UNREACHABLE: {
    exit: 2,
    summary: "The unprivileged account that engines run as can't reach a folder.",
  },
  DS_FOLDER_UNWRITABLE: { exit: 2, summary: "A folder of the stack can't be made or written." },
  DS_NO_SHELL: { exit: 1, summary: "There is no client of the service on this machine." },
  DS_PROGRAM_NOT_STARTED: { exit: 2, summary: "The program that was to be run can't be started." },
  DS_NOT_RUNNING: { exit: 1, summary: "The stack is not running." },
  DS_STACK_RUNNING: {
    exit: 4,
    summary: "The stack runs, so what was asked for can't be done now.",
  },
  DS_STACK_UNREADABLE: { exit: 1, summary: "The stack's record on disk can't be understood." },
  DS_NO_FREE_PORTS: { exit: 4, summary: "Not enough free ports were found for a stack." },
  DS_WAIT_TIMED_OUT: { exit: 5, summary: "What was waited for did not come about in time." },
  DS_UNHEALTHY: { exit: 1, summary: "A service of the stack is not ready." },
});
