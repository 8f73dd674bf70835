import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { provideDataFolder } from "./data-folder.ts";
import type { Run } from "./definition.ts";

let parent: string;

beforeEach(async () => (parent = await mkdtemp(path.join(os.tmpdir(), "data folder "))));
afterEach(async () => rm(parent, { recursive: true }));

function runWith(product: string): Run {
  return {
    instance: "mysql",
    ports: {},
    folders: { data: path.join(parent, "mysql"), files: parent },
    tls: { certificate: "", key: "", bundle: "", ca: "" },
    engine: {
      engine: "mysql",
      product,
      version: "1.0",
      provider: "path",
      programs: {},
      root: undefined,
      env: {},
    },
    account: undefined,
    secret: () => "",
    peers: [],
  };
}

const fill = async ({ folders }: Run): Promise<void> => writeFile(path.join(folders.data, "a"), "");

it("leaves nothing under the folder's own name when the filling fails, and clears it the next time", async () => {
  const failing = provideDataFolder(runWith("mariadb"), async (partial) => {
    await fill(partial);
    throw new Error("cut off");
  });
  await expect(failing).rejects.toThrow("cut off");
  expect(await readdir(parent)).toEqual([expect.stringMatching(/^\.mysql\.partial-/)]);
  await provideDataFolder(runWith("mariadb"), fill);
  expect(await readdir(parent)).toEqual(["mysql"]);
});

it("does not fill a folder twice", async () => {
  await provideDataFolder(runWith("mariadb"), fill);
  await provideDataFolder(runWith("mariadb"), async () => expect.unreachable());
});

it("refuses data of another product, and takes data that does not tell", async () => {
  await provideDataFolder(runWith("mariadb"), fill);
  await expect(provideDataFolder(runWith("mysql"), fill)).rejects.toThrow(
    /was made by mariadb, and the engine is mysql now/,
  );
  await rm(path.join(parent, "mysql"), { recursive: true });
  await mkdir(path.join(parent, "mysql"));
  await provideDataFolder(runWith("mysql"), fill);
});
