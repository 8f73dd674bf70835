import { slotCount } from "./key-slot.ts";

export interface SlotRange {
  readonly start: number;
  /** The last one, in the range. */
  readonly end: number;
}

/** A node as another one (or itself) knows it. */
export interface KnownNode {
  readonly id: string;
  readonly busPort: number;
  /** `myself`, `master`, `slave`, `fail?`, `fail`, `handshake`, `noaddr` … */
  readonly flags: readonly string[];
  /** The id of the master that it follows; undefined for a master. */
  readonly master: string | undefined;
  readonly configEpoch: number;
  readonly linked: boolean;
  readonly slots: readonly SlotRange[];
  /** Slots that are being moved, as Redis writes them: `[93-<-id]`. */
  readonly openSlots: readonly string[];
}

/** What one node knows of the cluster; it is among the nodes itself. */
export interface ClusterView {
  readonly self: KnownNode;
  /** Without those that it is only shaking hands with: they have no lasting id yet. */
  readonly nodes: readonly KnownNode[];
}

/** Reads the answer to CLUSTER NODES. */
export function parseClusterNodes(text: string): ClusterView {
  const nodes = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(parseLine)
    .filter((node) => !node.flags.includes("handshake"));
  const self = nodes.find((node) => node.flags.includes("myself"));
  if (!self) throw new Error("CLUSTER NODES does not name the node that was asked");
  return { self, nodes };
}

/** https://redis.io/docs/latest/commands/cluster-nodes/: `id ip:port@bus,host flags master ping pong epoch link slots…` */
function parseLine(line: string): KnownNode {
  const [id = "", address = "", flags = "", master = "-", , , epoch, link, ...slots] = line
    .trim()
    .split(" ");
  return {
    id,
    busPort: Number(/@(\d+)/.exec(address)?.[1] ?? 0),
    flags: flags.split(","),
    master: master === "-" ? undefined : master,
    configEpoch: Number(epoch),
    linked: link === "connected",
    slots: slots.filter((slot) => !slot.startsWith("[")).map(parseRange),
    openSlots: slots.filter((slot) => slot.startsWith("[")),
  };
}

function parseRange(text: string): SlotRange {
  const [start, end = start] = text.split("-").map(Number);
  return { start: start ?? 0, end: end ?? 0 };
}

/** How many slots the ranges hold. */
export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
}

export function holdsSlot(ranges: readonly SlotRange[], slot: number): boolean {
  return ranges.some(({ start, end }) => start <= slot && slot <= end);
}

/** The even share of each of so many masters, as redis-cli would give them out. */
export function evenRanges(masters: number): readonly SlotRange[] {
  const share = slotCount / masters;
  return Array.from({ length: masters }, (_, index) => ({
    start: Math.round(index * share),
    end: Math.round((index + 1) * share) - 1,
  }));
}
