import { describe, expect, it } from "vitest";
import type { ClusterView, KnownNode } from "./cluster-view.ts";
import { type ClusterCommand, type ClusterMember, isFormed, nextCommands } from "./plan-cluster.ts";

const masters = 3;

/** Nodes that do what CLUSTER commands ask of them, and tell each other at once whom they know. */
class PaperCluster {
  readonly #nodes: KnownNode[];
  readonly #known: Set<string>[];

  constructor(count = 6) {
    this.#nodes = Array.from({ length: count }, (_, index) => fresh(`id-${index}`, index));
    this.#known = this.#nodes.map(({ id }) => new Set([id]));
  }

  members(): readonly ClusterMember[] {
    return this.#nodes.map((_, index) => ({ ports: portsOf(index), view: this.#view(index) }));
  }

  run({ member, args }: ClusterCommand): void {
    const index = this.#nodes.findIndex(({ id }) => id === member.view.self.id);
    const [name, ...values] = args;
    if (name === "ADDSLOTSRANGE") {
      const slots = Array.from({ length: values.length / 2 }, (_, at) => ({
        start: Number(values[2 * at]),
        end: Number(values[2 * at + 1]),
      }));
      this.change(index, { slots: [...this.#node(index).slots, ...slots] });
    } else if (name === "SET-CONFIG-EPOCH") {
      if (this.#known[index]?.size !== 1) throw new Error("only while it knows nobody");
      this.change(index, { configEpoch: Number(values[0]) });
    } else if (name === "MEET") {
      const other = this.#nodes.findIndex(({ busPort }) => busPort === values[2]);
      const all = new Set([...(this.#known[index] ?? []), ...(this.#known[other] ?? [])]);
      for (const [at, { id }] of this.#nodes.entries()) if (all.has(id)) this.#known[at] = all;
    } else if (name === "REPLICATE") {
      if (!this.#known[index]?.has(String(values[0]))) throw new Error("unknown node");
      this.change(index, { master: String(values[0]) });
    } else throw new Error(`unexpected CLUSTER ${name}`);
  }

  change(index: number, change: Partial<KnownNode>): void {
    this.#nodes[index] = { ...this.#node(index), ...change };
  }

  #node(index: number): KnownNode {
    const node = this.#nodes[index];
    if (!node) throw new Error(`no node ${index}`);
    return node;
  }

  #view(index: number): ClusterView {
    const known = this.#known[index];
    return { self: this.#node(index), nodes: this.#nodes.filter(({ id }) => known?.has(id)) };
  }
}

function fresh(id: string, index: number): KnownNode {
  return {
    id,
    busPort: portsOf(index).bus,
    flags: ["master"],
    master: undefined,
    configEpoch: 0,
    linked: true,
    slots: [],
    openSlots: [],
  };
}

function portsOf(index: number): { tls: number; bus: number } {
  return { tls: 6390 + index, bus: 16_379 + index };
}

/** Carries out plans until nothing is left to do, at most `limit` commands; gives how many it took. */
function form(cluster: PaperCluster, limit = Number.POSITIVE_INFINITY): number {
  let done = 0;
  for (;;) {
    const commands = nextCommands(cluster.members(), masters);
    if (commands.length === 0) return done;
    for (const command of commands) {
      if (done === limit) return done;
      if (done > 100) throw new Error("the plan comes to no end");
      cluster.run(command);
      done += 1;
    }
  }
}

function shape(cluster: PaperCluster): readonly (readonly [string, string | undefined])[] {
  return cluster.members().map(({ view: { self } }) => {
    const slots = self.slots.map(({ start, end }) => `${start}-${end}`).join();
    return [slots, self.master];
  });
}

const wanted = [
  ["0-5460", undefined],
  ["5461-10922", undefined],
  ["10923-16383", undefined],
  ["", "id-0"],
  ["", "id-1"],
  ["", "id-2"],
];

describe("a plan for six nodes", () => {
  const commandsOfAFirstStart = form(new PaperCluster());

  it("makes three masters with the slots shared out, and a replica of each", () => {
    const cluster = new PaperCluster();
    expect(isFormed(cluster.members())).toBe(false);
    form(cluster);
    expect(shape(cluster)).toEqual(wanted);
    expect(isFormed(cluster.members())).toBe(true);
  });

  it.each(Array.from({ length: commandsOfAFirstStart }, (_, index) => index))(
    "is continued after being cut off behind %i commands",
    (count) => {
      const cluster = new PaperCluster();
      form(cluster, count);
      expect(isFormed(cluster.members())).toBe(false);
      form(cluster);
      expect(shape(cluster)).toEqual(wanted);
      expect(isFormed(cluster.members())).toBe(true);
    },
  );

  it("leaves a cluster alone in which a replica has taken over", () => {
    const cluster = new PaperCluster();
    form(cluster);
    cluster.change(3, { master: undefined, slots: [{ start: 0, end: 5460 }] });
    cluster.change(0, { master: "id-3", slots: [] });
    expect(nextCommands(cluster.members(), masters)).toEqual([]);
    expect(isFormed(cluster.members())).toBe(true);
  });

  it("introduces a node anew that is known at a former port", () => {
    const cluster = new PaperCluster();
    form(cluster);
    const members = cluster
      .members()
      .map((member, index) =>
        index === 5 ? { ...member, ports: { tls: 7000, bus: 17_000 } } : member,
      );
    expect(isFormed(members)).toBe(false);
    const commands = nextCommands(members, masters);
    expect(commands.map(({ args }) => args.join(" "))).toEqual(
      Array.from({ length: 5 }, () => "MEET 127.0.0.1 7000 17000"),
    );
  });

  it("lets the replica of a node whose data is lost take over before it forgets that node", () => {
    const cluster = new PaperCluster();
    form(cluster);
    expect(plannedAfterLossOfFirst(cluster)).toEqual(["FAILOVER TAKEOVER"]);
    cluster.change(3, { master: undefined, slots: [{ start: 0, end: 5460 }] });
    expect(plannedAfterLossOfFirst(cluster)).toEqual(
      Array.from({ length: 5 }, () => "FORGET id-0"),
    );
  });

  it("gives out again the slots of a node that is lost together with its replica's data", () => {
    const cluster = new PaperCluster();
    form(cluster);
    cluster.change(3, { master: "id-1" });
    expect(plannedAfterLossOfFirst(cluster)).toEqual(
      Array.from({ length: 5 }, () => "FORGET id-0"),
    );
  });
});

/** The first instance came back with an empty data folder; the others have met it, and still know its former node. */
function plannedAfterLossOfFirst(cluster: PaperCluster): readonly string[] {
  const self = { ...fresh("new-0", 0), configEpoch: 7 };
  const members = cluster.members().map(({ ports, view }, index) => {
    const others = view.nodes.filter(({ id }) => id !== "id-0");
    const lost = view.nodes
      .filter(({ id }) => id === "id-0")
      .map((node) => ({ ...node, flags: ["master", "noaddr"] }));
    return index === 0
      ? { ports, view: { self, nodes: [self, ...others] } }
      : { ports, view: { self: view.self, nodes: [self, ...others, ...lost] } };
  });
  return nextCommands(members, masters).map(({ args }) => args.join(" "));
}
