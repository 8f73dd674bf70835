import { type ClusterView, countSlots, evenRanges, type KnownNode } from "./cluster-view.ts";
import { slotCount } from "./key-slot.ts";

/** An instance of the service, and what its node knows now. */
export interface ClusterMember {
  readonly ports: Readonly<Record<string, number>>;
  readonly view: ClusterView;
}

/** A CLUSTER command for one of the members' nodes. */
export interface ClusterCommand {
  readonly member: ClusterMember;
  readonly args: readonly (string | number)[];
}

/** Whether all know each other where they are now, hold every slot, and each is a master with slots or a replica. */
export function isFormed(members: readonly ClusterMember[]): boolean {
  return (
    introductions(members).length === 0 &&
    members.every(({ view }) => view.self.master !== undefined || view.self.slots.length > 0) &&
    serveAll(members)
  );
}

function serveAll(members: readonly ClusterMember[]): boolean {
  return members.reduce((sum, { view }) => sum + countSlots(view.self.slots), 0) === slotCount;
}

/**
 * What brings the members nearer to a cluster of `masters` masters and their replicas, worked out from what is there:
 * it makes no difference where an earlier try was cut off. Nothing means: wait for the nodes to tell each other.
 */
export function nextCommands(
  members: readonly ClusterMember[],
  masters: number,
): readonly ClusterCommand[] {
  const stages = [takeovers, forgetting, claims, introductions, replications];
  return stages.map((stage) => stage(members, masters)).find((found) => found.length > 0) ?? [];
}

/** The replica of a node that is at no address any more: others mark only nodes with one as failed, and elect nobody. */
function takeovers(members: readonly ClusterMember[]): readonly ClusterCommand[] {
  return members
    .filter(({ view }) =>
      view.nodes.some(({ id, flags }) => id === view.self.master && flags.includes("noaddr")),
    )
    .map((member) => ({ member, args: ["FAILOVER", "TAKEOVER"] }));
}

/** Nodes whose data is lost, once no replica can take their place: their slots would stay theirs for ever. */
function forgetting(members: readonly ClusterMember[]): readonly ClusterCommand[] {
  const own = new Set(members.map(({ view }) => view.self.id));
  const followed = new Set(members.map(({ view }) => view.self.master));
  const isLost = (node: KnownNode): boolean =>
    !own.has(node.id) &&
    !followed.has(node.id) &&
    (node.flags.includes("fail") || node.flags.includes("noaddr"));
  return members.flatMap((member) =>
    member.view.nodes
      .filter(isLost)
      .map((node) => ({ member, args: ["FORGET", node.id] as const })),
  );
}

/** Slots that nobody has go to the masters, evenly; each says so with an epoch of its own before it meets another. */
function claims(members: readonly ClusterMember[], masters: number): readonly ClusterCommand[] {
  const taken = new Uint8Array(slotCount);
  for (const { view } of members) {
    for (const { slots } of view.nodes)
      for (const { start, end } of slots) taken.fill(1, start, end + 1);
  }
  const holders = members.filter(({ view }) => view.self.master === undefined).slice(0, masters);
  return evenRanges(holders.length).flatMap(({ start, end }, index) => {
    const member = holders[index];
    if (!member) return [];
    const alone = member.view.nodes.length === 1 && member.view.self.configEpoch === 0;
    const epoch: ClusterCommand[] = alone
      ? [{ member, args: ["SET-CONFIG-EPOCH", index + 1] }]
      : [];
    const free = freeRanges(taken, start, end);
    return free.length === 0
      ? epoch
      : [...epoch, { member, args: ["ADDSLOTSRANGE", ...free.flat()] }];
  });
}

function freeRanges(taken: Uint8Array, start: number, end: number): readonly [number, number][] {
  const ranges: [number, number][] = [];
  for (let slot = start; slot <= end; slot += 1) {
    if (taken[slot]) continue;
    const last = ranges.at(-1);
    if (last && last[1] === slot - 1) last[1] = slot;
    else ranges.push([slot, slot]);
  }
  return ranges;
}

/** Each pair of which one does not know the other, or knows it at a former port. */
function introductions(members: readonly ClusterMember[]): readonly ClusterCommand[] {
  return members.flatMap((member, index) =>
    members
      .slice(index + 1)
      .filter((other) => !knows(member, other) || !knows(other, member))
      .map(({ ports }) => ({
        member,
        // With the bus encrypted, Redis takes the TLS port for the node's own.
        args: ["MEET", "127.0.0.1", ports["tls"] ?? 0, ports["bus"] ?? 0] as const,
      })),
  );
}

function knows({ view }: ClusterMember, other: ClusterMember): boolean {
  return view.nodes.some(
    (node) =>
      node.id === other.view.self.id &&
      node.busPort === other.ports["bus"] &&
      !node.flags.includes("noaddr"),
  );
}

/** A node without slots follows the master that has the fewest replicas; not while one is still to be elected. */
function replications(members: readonly ClusterMember[]): readonly ClusterCommand[] {
  if (!serveAll(members)) return [];
  const followers = new Map<string, number>();
  for (const { view } of members) {
    if (view.self.slots.length > 0) followers.set(view.self.id, 0);
  }
  for (const { view } of members) {
    const { master = "" } = view.self;
    const count = followers.get(master);
    if (count !== undefined) followers.set(master, count + 1);
  }
  const commands: ClusterCommand[] = [];
  for (const member of members) {
    const { self } = member.view;
    if (self.slots.length > 0 || followers.has(self.master ?? "")) continue;
    const [fewest] = [...followers].toSorted(([, a], [, b]) => a - b);
    if (!fewest) break;
    followers.set(fewest[0], fewest[1] + 1);
    commands.push({ member, args: ["REPLICATE", fewest[0]] });
  }
  return commands;
}
