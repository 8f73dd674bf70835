import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { baseFolders } from "../config/folders.ts";
import { establishBase, resolveStack } from "./stack.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "usable-"));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

const surroundingsIn = (home: string) => ({
  env: { DEVSTACK_HOME: home },
  uid: 1000,
  homeFolder: folder,
});

it("refuses a home with a file on the way to it, whatever the command", async () => {
  const file = path.join(folder, "file");
  await writeFile(file, "");
  const place = { cwd: folder, home: folder, surroundings: surroundingsIn(`${file}/home`) };
  await expect(resolveStack(place)).rejects.toMatchObject({
    code: "DS_FOLDER_UNWRITABLE",
    exit: 2,
    message: expect.stringContaining(`${file}, on the way to ${file}/home/cache, is no folder`),
    hint: expect.stringContaining("DEVSTACK_HOME"),
  });
});

const isRoot = process.getuid?.() === 0;
if (isRoot) console.warn("unwritable home by its mode: skipped, root may write everywhere");

it.skipIf(isRoot)("refuses a home that is not writable", async () => {
  await chmod(folder, 0o500);
  const base = baseFolders(surroundingsIn(path.join(folder, "home")));
  await expect(establishBase({ base, account: undefined })).rejects.toMatchObject({
    code: "DS_FOLDER_UNWRITABLE",
    exit: 2,
    message: expect.stringContaining("EACCES"),
  });
});
