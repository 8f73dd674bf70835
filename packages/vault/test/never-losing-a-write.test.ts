import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seedFrom, SeededRandom } from "./seeded-random.ts";
import { ServerProcess } from "./server-process.ts";
import { WriteLoad } from "./write-load.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vault-kills-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** VAULT_KILLS=200 is the long form. */
const kills = Number(process.env["VAULT_KILLS"] ?? 15);

test(
  `nothing that was acknowledged is lost by ${kills} kills under load`,
  async () => {
    const seed = seedFrom("VAULT_SEED");
    console.log(`VAULT_SEED=${seed}`);
    const random = new SeededRandom(seed);
    await using server = new ServerProcess(folder);
    await server.start();
    const load = new WriteLoad(server, random);
    await load.prepare();
    for (let kill = 1; kill <= kills; kill += 1) {
      const working = load.run();
      await new Promise((resolve) => {
        setTimeout(resolve, random.integer(3, 250));
      });
      await server.kill();
      await working;
      await server.start();
      expect(server.log, `after kill ${kill}`).not.toContain("damaged");
      expect(await load.faults(), `after kill ${kill}`).toEqual([]);
    }
    console.log(`${kills} kills: ${load.summary()}`);
    expect(load.acknowledged).toBeGreaterThan(kills);
  },
  Math.max(120_000, kills * 6000),
);
