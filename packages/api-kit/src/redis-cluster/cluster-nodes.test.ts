import { expect, it } from "vitest";
import { mastersOf, parseClusterNodes, replicasOf } from "./cluster-nodes.ts";

const lines = [
  "d1 127.0.0.1:6384@16384 slave a1 0 1 3 connected",
  "c1 127.0.0.1:6381@16381 master - 0 1 3 connected 10923-16383",
  "e1 127.0.0.1:6382@16382 slave c1 0 1 3 connected",
  "a1 127.0.0.1:6379@16379 myself,master - 0 1 1 connected 0-5460",
];

it("tells masters and replicas in one order, whichever node lists them", () => {
  for (const text of [lines, lines.toReversed()]) {
    const nodes = parseClusterNodes(text.join("\n"));
    expect(mastersOf(nodes).map(({ port }) => port)).toEqual([6379, 6381]);
    expect(replicasOf(nodes).map(({ port }) => port)).toEqual([6382, 6384]);
  }
});
