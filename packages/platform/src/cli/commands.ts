import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly summary: string;
  /** Each command is loaded when it is called: the start of the command line is the sum of its imports. */
  readonly load: () => Promise<Command>;
}

/** Every command, in the order in which `--help` shows them. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  up: {
    summary: "install what is missing, start the services, print where they are",
    load: async () => (await import("./commands/up.ts")).upCommand,
  },
  down: {
    summary: "stop everything; data stays",
    load: async () => (await import("./commands/down.ts")).downCommand,
  },
  restart: {
    summary: "restart services, or single instances; without a name all that runs",
    load: async () => (await import("./commands/restart.ts")).restartCommand,
  },
  status: {
    summary: "what runs, where, and in what state (alias: ps)",
    load: async () => (await import("./commands/status.ts")).statusCommand,
  },
  logs: {
    summary: "show the services' logs; -f follows them",
    load: async () => (await import("./commands/logs.ts")).logsCommand,
  },
  health: {
    summary: "ask every service now; 1 when something is unhealthy",
    load: async () => (await import("./commands/health.ts")).healthCommand,
  },
  wait: {
    summary: "wait until services are healthy, or stopped",
    load: async () => (await import("./commands/wait.ts")).waitCommand,
  },
  ls: {
    summary: "the stacks on this machine",
    load: async () => (await import("./commands/ls.ts")).lsCommand,
  },
  destroy: {
    summary: "stop everything and remove its data, logs and keys for good",
    load: async () => (await import("./commands/destroy.ts")).destroyCommand,
  },
  fetch: {
    summary: "get every engine ahead, so that later starts need no network",
    load: async () => (await import("./commands/fetch.ts")).fetchCommand,
  },
  doctor: {
    summary: "look for what is wrong or soon will be; --fix mends what it safely can",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  env: {
    summary: "connection settings, for dotenv, a shell or as JSON",
    load: async () => (await import("./commands/env.ts")).envCommand,
  },
  url: {
    summary: "a service's URL, over TLS; an application's",
    load: async () => (await import("./commands/url.ts")).urlCommand,
  },
  run: {
    summary: "run a command with the settings of env in its environment",
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  shell: {
    summary: "a service's client, logged in: psql, mariadb, redis-cli …",
    load: async () => (await import("./commands/shell.ts")).shellCommand,
  },
  vault: {
    summary: "server, status, token, seal, unseal, init, bootstrap, ca-cert, show-password SERVICE",
    load: async () => (await import("./commands/vault.ts")).vaultCommand,
  },
  test: {
    summary: "run the tests: unit tests and live suites on a stack of their own",
    load: async () => (await import("./commands/test.ts")).testCommand,
  },
  bench: {
    summary: "measure what docs and goals claim, beside the bare engines",
    load: async () => (await import("./commands/bench.ts")).benchCommand,
  },
  completion: {
    summary: "what completes commands, services and suites in bash, zsh or fish",
    load: async () => (await import("./commands/completion.ts")).completionCommand,
  },
  version: {
    summary: "print DevStack's version",
    load: async () => (await import("./commands/version.ts")).versionCommand,
  },
};

/** What users of other tools type, and what it is here. */
export const elsewhere: Readonly<Record<string, string>> = {
  start: "up",
  stop: "down",
  kill: "down --force",
  rm: "destroy",
  exec: "shell",
  pull: "fetch",
  install: "fetch",
  list: "ls",
  top: "status --resources",
  port: "url",
  config: "doctor",
};

export const aliases: Readonly<Record<string, string>> = {
  ps: "status",
  "--version": "version",
  "-v": "version",
};
