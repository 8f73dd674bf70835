import { defineErrors } from "../shared/errors.ts";

export const supervisorErrors = defineErrors({
  DS_PORT_IN_USE: { exit: 4, summary: "A port that the service needs is held by another process." },
  DS_PORT_NOT_ALLOWED: {
    exit: 2,
    summary: "A port that the service needs may not be bound by this user.",
  },
  DS_PROCESS_ENDED: { exit: 1, summary: "A service's process ended before it was of use." },
  DS_NOT_READY: { exit: 5, summary: "A service did not become ready in time." },
  DS_DEPENDENCY_FAILED: {
    exit: 1,
    summary: "A service was not started because one that it needs is not ready.",
  },
  DS_STOP_INCOMPLETE: {
    exit: 1,
    summary: "After a stop a process or a listening port was still there.",
  },
  DS_UNKNOWN_UNIT: {
    exit: 2,
    summary: "No service or instance of that name belongs to the stack.",
  },
  DS_SPAWN_FAILED: { exit: 1, summary: "The system refused to start a process." },
  DS_SUPERVISOR_STOPPING: { exit: 4, summary: "The stack is being stopped." },
  DS_CONTROL_PATH_TOO_LONG: {
    exit: 2,
    summary: "The path of the control socket is longer than the system allows.",
  },
  DS_DAEMON_ENDED: {
    exit: 1,
    summary: "The stack's daemon ended before it had done what it was asked for.",
  },
  DS_DAEMON_UNREACHABLE: { exit: 1, summary: "The stack's daemon runs but does not answer." },
});
