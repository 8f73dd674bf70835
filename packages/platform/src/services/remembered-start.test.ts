import { mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { baseFolders, stackFolders } from "../config/folders.ts";
import type { Member } from "../supervisor/unit.ts";
import type { RenderedFile, Run } from "./definition.ts";
import { recallStart, rememberStart } from "./remembered-start.ts";

const rendered: readonly RenderedFile[] = [
  { path: "one.conf", content: "a: 1" },
  { path: "keys/two.key", content: "secret", mode: 0o400 },
];

let folder: string;
let host: { readonly folders: ReturnType<typeof stackFolders> };
let run: Run;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "remembered-"));
  const base = baseFolders({ env: { DEVSTACK_HOME: folder }, uid: 0, homeFolder: folder });
  host = { folders: stackFolders(base, "stack") };
  const folders = {
    data: path.join(host.folders.data, "one"),
    files: path.join(host.folders.run, "one"),
  };
  for (const each of [folders.data, path.join(folders.files, "keys")])
    await mkdir(each, { recursive: true });
  for (const file of rendered) await writeFile(path.join(folders.files, file.path), file.content);
  run = { instance: "one", folders } as Run;
  await rememberStart(host, await make(rendered), rendered);
});
afterEach(async () => rm(folder, { recursive: true }));

async function make(files: readonly RenderedFile[], program = "/bin/true"): Promise<Member> {
  const contents = files.map(({ path: name, content, mode }) => [name, content, mode ?? 0o600]);
  const { ino } = await stat(run.folders.data);
  return {
    name: run.instance,
    ports: [],
    account: undefined,
    logFile: "",
    companions: [],
    process: { program, args: [], env: {}, cwd: "/", stop: { signal: "SIGTERM", graceMs: 1 } },
    configuration: JSON.stringify([contents, ino]),
    accepting: async () => undefined,
  };
}

it("gives the member as it was started last, while everything lies there as it did", async () => {
  expect(await recallStart(host, run, make)).toMatchObject(
    JSON.parse(JSON.stringify(await make(rendered))) as object,
  );
  const file = path.join(host.folders.run, "starts", "one.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
});

it("gives none where a file, the program or the data folder is another one now", async () => {
  expect(await recallStart(host, run, (files) => make(files, "/bin/false"))).toBeUndefined();
  const file = path.join(run.folders.files, "one.conf");
  await writeFile(file, "a: 2");
  expect(await recallStart(host, run, make)).toBeUndefined();
  await writeFile(file, "a: 1");
  expect(await recallStart(host, run, make)).toBeDefined();
  const aside = `${run.folders.data}.aside`;
  await rename(run.folders.data, aside);
  expect(await recallStart(host, run, make)).toBeUndefined();
  await mkdir(run.folders.data);
  expect(await recallStart(host, run, make)).toBeUndefined();
});

it("gives none where nothing was started yet", async () => {
  await rm(path.join(host.folders.run, "starts"), { recursive: true });
  expect(await recallStart(host, run, make)).toBeUndefined();
});
