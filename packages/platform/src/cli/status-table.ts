import type { InstanceStatus, StackStatus } from "../app/status.ts";
import { errorLines } from "./print-error.ts";
import { formatTable } from "./table.ts";
import type { Colour, Terminal } from "./terminal.ts";

/** The stack as a table, and under it each fault once with its hint. */
export function statusText(stack: StackStatus, terminal: Terminal): string {
  const { colour } = terminal;
  const isMeasured = stack.instances.some(({ resources }) => resources);
  const rows = stack.instances.map((one) => [
    one.instance,
    paintState(one.state, colour) + (one.crashes > 0 ? ` (ended ${one.crashes}×)` : ""),
    one.pid === undefined ? "-" : String(one.pid),
    portsText(one),
    ...(isMeasured ? resourceCells(one) : []),
    one.engine ?? (one.service === "vault" ? "built in" : "-"),
  ]);
  const faults = new Map(
    stack.instances.flatMap((one) => (one.error ? [[one.service, one.error] as const] : [])),
  );
  return [
    `stack ${stack.stack} (${stack.folder})${stack.running ? "" : ", not running"}`,
    "",
    formatTable(
      [
        "SERVICE",
        "STATE",
        "PID",
        "127.0.0.1 PORTS",
        ...(isMeasured ? ["MEMORY", "CPU TIME", "PROCESSES"] : []),
        "ENGINE",
      ],
      rows,
    ),
    ...[...faults.values()].flatMap((error) => ["", ...errorLines(error)]),
  ].join("\n");
}

/** Memory by each process's share where the system tells it: the sum is then what the stack takes. */
function resourceCells({ resources }: InstanceStatus): readonly string[] {
  if (!resources) return ["-", "-", "-"];
  const { proportionalBytes, residentBytes, cpuSeconds, processes } = resources;
  const megabytes = (proportionalBytes ?? residentBytes) / 1024 / 1024;
  return [`${megabytes.toFixed(0)} MB`, `${cpuSeconds.toFixed(1)} s`, String(processes)];
}

/** "5432", "6379, tls 6390", "5672, amqps 5671": a port's own name where it is not the first. */
function portsText({ ports }: InstanceStatus): string {
  return (
    ports
      .map(({ name, port }, index) => (index === 0 ? String(port) : `${name} ${port}`))
      .join(", ") || "-"
  );
}

function paintState(state: InstanceStatus["state"], colour: Colour): string {
  if (state === "ready") return colour.green(state);
  if (state === "failed" || state === "unavailable") return colour.red(state);
  return state === "stopped" ? colour.dim(state) : colour.yellow(state);
}
