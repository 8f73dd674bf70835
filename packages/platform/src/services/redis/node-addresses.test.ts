import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { moveNodes, withPorts } from "./node-addresses.ts";

const [first, second, stranger] = ["a", "b", "c"].map((letter) => letter.repeat(40));
const ports = (base: number) => ({ plain: base, tls: base + 1, bus: base + 10_000 });

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "nodes-"))));
afterEach(async () => rm(folder, { recursive: true }));

it("moves each known node and leaves the rest of its line, and all others, alone", () => {
  const known = new Map([
    [first ?? "", ports(7000)],
    [second ?? "", ports(8000)],
  ]);
  const nodes = `${first} 127.0.0.1:6390@16379 myself,master - 0 1795512788000 1 connected 0-5460 [5461->-${second}]
${second} 127.0.0.1:6391@16380,,tcp-port=6380,shard-id=${first} slave ${first} 0 1795512788183 1 connected
${stranger} 127.0.0.1:6392@16381 master,fail - 0 1795512787686 3 connected 10923-16383
vars currentEpoch 5 lastVoteEpoch 0
`;
  expect(withPorts(nodes, known)).toBe(
    `${first} 127.0.0.1:7001@17000 myself,master - 0 1795512788000 1 connected 0-5460 [5461->-${second}]
${second} 127.0.0.1:8001@18000,,tcp-port=8000,shard-id=${first} slave ${first} 0 1795512788183 1 connected
${stranger} 127.0.0.1:6392@16381 master,fail - 0 1795512787686 3 connected 10923-16383
vars currentEpoch 5 lastVoteEpoch 0
`,
  );
});

it("takes who is who from each node's own file, and minds no node that is new", async () => {
  const peers = ["redis-1", "redis-2", "redis-3"].map((name, index) => ({
    ports: ports(7000 + index * 10),
    folders: { data: path.join(folder, name), files: folder },
  }));
  for (const { folders } of peers) await mkdir(folders.data);
  const own = path.join(folder, "redis-1", "nodes.conf");
  const line = (id = "", flags = "master"): string =>
    `${id} 127.0.0.1:6390@16379 ${flags} - 0 1 1 connected\n`;
  await writeFile(own, line(first, "myself,master") + line(second));
  await writeFile(
    path.join(folder, "redis-2", "nodes.conf"),
    line(first) + line(second, "myself,slave"),
  );
  for (const run of peers) await moveNodes({ ...run, peers, account: undefined });
  expect(await readFile(own, "utf8")).toBe(
    `${first} 127.0.0.1:7001@17000 myself,master - 0 1 1 connected
${second} 127.0.0.1:7011@17010 master - 0 1 1 connected
`,
  );
});
