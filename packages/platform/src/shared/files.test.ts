import { itOnLinux } from "./fixtures/it-on-linux.ts";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  ensureFolder,
  keepFile,
  readFileIfPresent,
  syncTree,
  writeFileAtomically,
} from "./files.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "files-"))));
afterEach(async () => rm(folder, { recursive: true }));

it("replaces a file whole, with mode 600, and leaves no temporary one", async () => {
  const file = path.join(folder, "keys");
  await writeFileAtomically(file, "first");
  await writeFileAtomically(file, "second");
  expect(await readFile(file, "utf8")).toBe("second");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["keys"]);
});

it("keeps the old content when the new can't be written", async () => {
  const file = path.join(folder, "name");
  await ensureFolder(path.join(file, "taken by a folder"), { mode: 0o700 });
  await expect(writeFileAtomically(file, "x")).rejects.toThrow();
  expect(await readdir(folder)).toEqual(["name"]);
});

it("gives missing parents the folder's bits whatever the umask, and leaves those that are there", async () => {
  await chmod(folder, 0o750);
  const umask = process.umask(0o077);
  await ensureFolder(path.join(folder, "a", "b"), { mode: 0o711 });
  process.umask(umask);
  const modes = await Promise.all(
    [folder, path.join(folder, "a"), path.join(folder, "a", "b")].map(
      async (each) => (await stat(each)).mode & 0o777,
    ),
  );
  expect(modes).toEqual([0o750, 0o711, 0o711]);
});

itOnLinux("gives up where the system makes no folders", async () => {
  await expect(ensureFolder("/proc/devstack/home", { mode: 0o700 })).rejects.toThrow(/ENOENT/);
  const file = path.join(folder, "file");
  await writeFileAtomically(file, "");
  await expect(ensureFolder(file, { mode: 0o700 })).rejects.toThrow(/EEXIST/);
  await expect(ensureFolder(path.join(file, "a"), { mode: 0o700 })).rejects.toThrow(/ENOTDIR/);
});

it("makes the same folders many times at once", async () => {
  const deep = path.join(folder, "a", "b", "c");
  const made = Array.from({ length: 20 }, async () => ensureFolder(deep, { mode: 0o700 }));
  await Promise.all(made);
  expect((await stat(deep)).isDirectory()).toBe(true);
});

it("tells a missing file from one that can't be read", async () => {
  expect(await readFileIfPresent(path.join(folder, "none"))).toBeUndefined();
  await expect(readFileIfPresent(folder)).rejects.toThrow(/EISDIR/);
});

it("leaves a file alone that is as it should be, and replaces any other", async () => {
  const file = path.join(folder, "settings");
  const inode = async (): Promise<number> => (await stat(file)).ino;
  await keepFile(file, "a", { mode: 0o400 });
  const first = await inode();
  await keepFile(file, "a", { mode: 0o400 });
  expect(await inode()).toBe(first);
  await chmod(file, 0o644);
  await keepFile(file, "a", { mode: 0o400 });
  expect((await stat(file)).mode & 0o777).toBe(0o400);
  await keepFile(file, "b", { mode: 0o400 });
  expect(await readFile(file, "utf8")).toBe("b");
  const elsewhere = path.join(folder, "elsewhere");
  await writeFile(elsewhere, "b", { mode: 0o400 });
  await rm(file);
  await symlink(elsewhere, file);
  await keepFile(file, "c", { mode: 0o400 });
  expect(await readFile(elsewhere, "utf8")).toBe("b");
});

it("syncs a tree with whatever is in it", async () => {
  for (let count = 0; count < 70; count += 35) {
    await mkdir(path.join(folder, `folder-${count}`));
    await symlink("nowhere", path.join(folder, `folder-${count}`, "link"));
    for (let number = count; number < count + 35; number += 1)
      await writeFile(path.join(folder, `folder-${count}`, `${number}`), "");
    await syncTree(folder);
  }
  await expect(syncTree(path.join(folder, "none"))).rejects.toThrow("ENOENT");
});
