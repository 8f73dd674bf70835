import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";

const unshare = ["unshare", "-Urm", "sh", "-c"] as const;
const obstacle = obstacleToMounting();
if (obstacle !== undefined)
  console.warn(`the vault's storage on a full disk: skipped, ${obstacle}`);

/** A mount of one's own needs a namespace, which not every system gives to everybody. */
function obstacleToMounting(): string | undefined {
  try {
    const [program, ...args] = unshare;
    execFileSync(program, [...args, "mount -t tmpfs -o size=1m none /mnt"], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `a tmpfs can't be mounted here: ${String(error)}`;
  }
}

const program = `
import { rmSync, writeFileSync } from "node:fs";
import { LmdbStore } from ${JSON.stringify(new URL("lmdb-store.ts", import.meta.url).href)};
import { outliveCommitFailures } from ${JSON.stringify(new URL("commit-failure.ts", import.meta.url).href)};
outliveCommitFailures();
const [, disk] = process.argv;
const store = new LmdbStore(disk + "/store");
const write = (key) => store.apply([{ key, value: Buffer.alloc(100_000, key) }]);
await write("before");
let failure = "none";
try { writeFileSync(disk + "/fill", Buffer.alloc(8_000_000)); } catch (error) { failure = error.code; }
const refusals = [];
for (const key of ["during-1", "during-2"]) await write(key).catch((error) => refusals.push(error.message));
rmSync(disk + "/fill");
await write("after");
const there = ["before", "during-1", "during-2", "after"].filter((key) => store.get(key)?.length === 100_000);
console.log(JSON.stringify({ failure, refusals, there }));
await store.close();
`;

it.skipIf(obstacle !== undefined)(
  "refuses what has no room on the disk, loses nothing else, and goes on once there is room",
  async () => {
    const disk = await mkdtemp(path.join(os.tmpdir(), "full-disk-"));
    const [unsharing, ...args] = unshare;
    const script = `mount -t tmpfs -o size=4m none "$1" && exec "$2" --input-type=module -e "$3" "$1"`;
    const command = [...args, script, "sh", disk, process.execPath, program];
    const told = execFileSync(unsharing, command, { stdio: "pipe" }); // lmdb has its own words for it
    await rm(disk, { recursive: true });
    expect(JSON.parse(told.toString())).toEqual({
      failure: "ENOSPC",
      refusals: [1, 2].map(() => expect.stringContaining("No space left on device")),
      there: ["before", "after"],
    });
  },
);
