import { realpathSync } from "node:fs";
import path from "node:path";
import type { Companion, ProcessSpec } from "../../supervisor/process-spec.ts";
import type { Run } from "../definition.ts";
import { engineProcess, programOf } from "../engine-process.ts";

/**
 * The node's name is part of its data, so it is the same on every port and in every stack: a copy of the data starts
 * anywhere. Stacks side by side can't meet: each has an epmd, a distribution port and a cookie of its own, and two
 * nodes of one name never connect.
 */
export const nodeName = "devstack@localhost";

export const bootFile = "boot.eval";
export const cookieFile = ".erlang.cookie"; // where Erlang looks for it, in HOME

export const resolverFile = "inetrc";

/**
 * Names are looked up in here and /etc/hosts alone: a start then waits for no name server to say what the machine is
 * called, and keeps none of the helper processes that ask the system.
 */
export const resolverConfiguration = '{lookup, [file]}.\n{host, {127,0,0,1}, ["localhost"]}.\n';

export type PortName = "amqp" | "amqps" | "management" | "epmd" | "distribution";

export function portOf(run: Pick<Run, "ports">, name: PortName): number {
  return run.ports[name] ?? 0;
}

/** Erlang's port mapper; without one of the stack's own, the node would start a daemon that outlives it. */
export function portMapper(run: Run): Companion {
  const port = portOf(run, "epmd");
  return {
    name: `${run.instance}-epmd`,
    port,
    process: engineProcess(run, {
      program: "epmd",
      args: ["-address", "127.0.0.1", "-port", String(port)],
      stop: { signal: "SIGTERM", graceMs: 2000 },
    }),
  };
}

/**
 * The virtual machine as rabbitmq-server would start it, with its arguments but without the script, which can't be
 * called at a path with a space. The node has its name from the start: otherwise the broker looks for an epmd by
 * starting a second machine first.
 */
export function brokerProcess(run: Run): ProcessSpec {
  const distribution = String(portOf(run, "distribution"));
  return engineProcess(run, {
    program: "erl",
    args: [
      ...words(`-noinput -boot start_sasl -sname ${nodeName} -start_epmd false`),
      ...words(`-kernel inet_dist_listen_min ${distribution} inet_dist_listen_max ${distribution}`),
      ...words("-kernel prevent_overlapping_partitions false"),
      ...words("-syslog logger [] -syslog syslog_error_logger false"),
      "-eval",
      `ok = file:eval("${bootFile}").`,
      ...words("-s rabbit boot"),
      ...words("+W w +P 1048576 +t 5000000 +zdbbl 128000"),
      ...words("+MBas ageffcbf +MHas ageffcbf +MBlmbcs 512 +MHlmbcs 512 +MMmcs 30"),
      // Idle schedulers sleep at once: where there is other work to do, waiting busily took a quarter of the CPU.
      ...words("+sbwt none +sbwtdcpu none +sbwtdio none"),
    ],
    env: brokerEnvironment(run),
    // Sent again, because the machine loses one that comes before its signal handler is there.
    stop: { signal: "SIGTERM", graceMs: 15_000, repeatMs: 500 },
  });
}

function words(text: string): readonly string[] {
  return text.split(" ");
}

/** What every Erlang node of this stack has, those among them that the broker itself starts for a moment. */
export function nodeEnvironment(run: Run): Readonly<Record<string, string>> {
  return {
    ERL_AFLAGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    ERL_INETRC: path.join(run.folders.files, resolverFile),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: String(portOf(run, "epmd")),
    ERL_CRASH_DUMP_SECONDS: "0", // none: it would hold whatever was in memory, credentials too
  };
}

function brokerEnvironment(run: Run): Readonly<Record<string, string>> {
  const file = (name: string): string => path.join(run.folders.files, name);
  const server = realpathSync(programOf(run.engine, "rabbitmq-server"));
  return {
    ...nodeEnvironment(run),
    ERL_MAX_ETS_TABLES: "50000",
    ERL_MAX_PORTS: "65536",
    RABBITMQ_HOME: path.dirname(path.dirname(server)),
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_DIST_PORT: String(portOf(run, "distribution")),
    RABBITMQ_MNESIA_BASE: run.folders.data,
    RABBITMQ_PLUGINS_DIR: file("plugins"),
    RABBITMQ_ENABLED_PLUGINS_FILE: file("enabled_plugins"),
    RABBITMQ_PID_FILE: file("broker.pid"),
    RABBITMQ_CONFIG_FILE: file("rabbitmq.conf"),
    // Named, though there are none: by default the machine's own under /etc would be read.
    RABBITMQ_ADVANCED_CONFIG_FILE: file("advanced.config"),
    RABBITMQ_CONFIG_FILES: file("conf.d"),
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_LOG_BASE: file("log"),
    RABBITMQ_LOGS: "-",
    RABBITMQ_UPGRADE_LOG: "-",
  };
}
