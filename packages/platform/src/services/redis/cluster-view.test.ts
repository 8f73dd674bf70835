import { describe, expect, it } from "vitest";
import { countSlots, evenRanges, holdsSlot, parseClusterNodes } from "./cluster-view.ts";

const answer = `07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,host slave e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected
67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 :0@0 master,noaddr - 1426238316232 1426238315000 2 disconnected
29e0c1 127.0.0.1:30009@31009 handshake - 1426238316232 0 0 disconnected
e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 127.0.0.1:30001@31001 myself,master - 0 0 1 connected 0-5460 5462 [5461->-67ed2d]
`;

describe("parseClusterNodes", () => {
  const { self, nodes } = parseClusterNodes(answer);

  it("finds the node that was asked, its slots and those that are being moved", () => {
    expect(self).toMatchObject({ busPort: 31_001, master: undefined, configEpoch: 1 });
    expect(self.slots).toEqual([
      { start: 0, end: 5460 },
      { start: 5462, end: 5462 },
    ]);
    expect(self.openSlots).toEqual(["[5461->-67ed2d]"]);
    expect(countSlots(self.slots)).toBe(5462);
    expect([0, 5461, 5462].map((slot) => holdsSlot(self.slots, slot))).toEqual([true, false, true]);
  });

  it("knows a replica by its master, and leaves out nodes that have no lasting id yet", () => {
    expect(nodes.map(({ flags }) => flags.join())).toEqual([
      "slave",
      "master,noaddr",
      "myself,master",
    ]);
    expect(nodes[0]).toMatchObject({ master: self.id, busPort: 31_004, linked: true });
    expect(nodes[1]).toMatchObject({ linked: false, slots: [] });
  });
});

describe("evenRanges", () => {
  it("shares out every slot once", () => {
    expect(evenRanges(3).map(({ start, end }) => [start, end])).toEqual([
      [0, 5460],
      [5461, 10_922],
      [10_923, 16_383],
    ]);
  });
});
