export interface SlotRange {
  readonly start: number;
  readonly end: number;
}

/** A node as CLUSTER NODES tells of it. */
export interface ClusterNode {
  readonly node_id: string;
  readonly host: string;
  readonly port: number;
  readonly role: "master" | "replica";
  readonly flags: readonly string[];
  readonly master_id: string | null;
  readonly ping_sent: number;
  readonly pong_recv: number;
  readonly config_epoch: number;
  readonly link_state: string;
  readonly slots_count: number;
  readonly slot_ranges: readonly SlotRange[];
}

/** https://redis.io/docs/latest/commands/cluster-nodes/#serialization-format, without slots on their way elsewhere. */
export function parseClusterNodes(text: string): readonly ClusterNode[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [node_id = "", address = "", flags = "", master = "-", ...rest] = line
        .trim()
        .split(" ");
      const [pingSent, pongRecv, epoch, link_state = "", ...slots] = rest;
      const [, host = "", port] = /^(.*):(\d+)(?:@.*)?$/.exec(address) ?? [];
      const slot_ranges = slots.filter((slot) => !slot.startsWith("[")).map(parseRange);
      return {
        node_id,
        host,
        port: Number(port ?? 0),
        role: flags.split(",").includes("master") ? "master" : "replica",
        flags: flags.split(","),
        master_id: master === "-" ? null : master,
        ping_sent: Number(pingSent),
        pong_recv: Number(pongRecv),
        config_epoch: Number(epoch),
        link_state,
        slots_count: slot_ranges.reduce((total, { start, end }) => total + end - start + 1, 0),
        slot_ranges,
      };
    });
}

function parseRange(slot: string): SlotRange {
  const [start = "0", end = start] = slot.split("-");
  return { start: Number(start), end: Number(end) };
}

/** Masters that serve slots, in the slots' order; a failed one whose slots another took over is none any more. */
export function mastersOf(nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  return nodes
    .filter(({ role, slots_count }) => role === "master" && slots_count > 0)
    .toSorted(
      (one, other) => (one.slot_ranges[0]?.start ?? 0) - (other.slot_ranges[0]?.start ?? 0),
    );
}

/** By their addresses: a node lists those that it knows in no order. */
export function replicasOf(nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  return nodes
    .filter(({ role }) => role === "replica")
    .toSorted((one, other) => one.host.localeCompare(other.host) || one.port - other.port);
}
