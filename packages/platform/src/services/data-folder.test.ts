import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { provideDataFolder } from "./data-folder.ts";
import type { Run } from "./definition.ts";

let parent: string;

beforeEach(async () => (parent = await mkdtemp(path.join(os.tmpdir(), "data folder "))));
afterEach(async () => rm(parent, { recursive: true }));

function runWith(product: string, version = "1.0"): Run {
  return {
    instance: "mysql",
    ports: {},
    folders: { data: path.join(parent, "mysql"), files: parent },
    tls: { certificate: "", key: "", bundle: "", ca: "" },
    engine: {
      engine: "mysql",
      product,
      version,
      provider: "path",
      programs: {},
      root: undefined,
      env: {},
    },
    account: undefined,
    secret: () => "",
    portOf: () => 0,
    vaultAddress: "",
    identityFolder: "",
    isThrowaway: false,
    peers: [],
  };
}

const create = async ({ folders }: Run): Promise<void> =>
  writeFile(path.join(folders.data, "own"), "");

/** As a definition would have it; `cache` is a folder of this test. */
function creation(
  parts: Partial<Parameters<typeof provideDataFolder>[1]> = {},
): NonNullable<Parameters<typeof provideDataFolder>[1]> {
  const cache = path.join(parent, "cache");
  return { cache, fill: undefined, create, isOfOneMajor: false, ...parts };
}

it("leaves nothing under the folder's own name when the filling fails, and clears it the next time", async () => {
  const failing = provideDataFolder(
    runWith("mariadb"),
    creation({
      create: async (partial) => {
        await create(partial);
        throw new Error("cut off");
      },
    }),
  );
  await expect(failing).rejects.toThrow("cut off");
  expect(await readdir(parent)).toEqual([expect.stringMatching(/^\.mysql\.partial-/)]);
  await provideDataFolder(runWith("mariadb"), creation());
  expect(await readdir(parent)).toEqual(["mysql"]);
});

it("does not fill a folder twice", async () => {
  await provideDataFolder(runWith("mariadb"), creation());
  await provideDataFolder(
    runWith("mariadb"),
    creation({ create: async () => expect.unreachable() }),
  );
});

it("refuses data of another product, and takes data that does not tell", async () => {
  await provideDataFolder(runWith("mariadb"), creation());
  await expect(provideDataFolder(runWith("mysql"), creation())).rejects.toThrow(
    /was made by mariadb 1\.0, and the engine is mysql now/,
  );
  await rm(path.join(parent, "mysql"), { recursive: true });
  await mkdir(path.join(parent, "mysql"));
  await provideDataFolder(runWith("mysql"), creation());
  await expect(provideDataFolder(runWith("mariadb"), creation())).rejects.toThrow(/made by mysql/);
});

it("marks the folder of an engine that makes its data itself too", async () => {
  const itself = creation({ create: undefined });
  await provideDataFolder(runWith("redis", "8.0.1"), itself);
  expect(await readdir(path.join(parent, "mysql"))).toEqual(["devstack-product"]);
  await provideDataFolder(runWith("redis", "8.2.0"), itself);
  await expect(provideDataFolder(runWith("redis", "7.0.15"), itself)).rejects.toMatchObject({
    code: "DS_DATA_OF_OTHER_VERSION",
    message: expect.stringContaining("made by redis 8.2.0, and the engine is redis 7.0.15 now"),
  });
});

describe("with a template", () => {
  const fill = async ({ folders }: Run): Promise<void> => {
    await appendFile(path.join(parent, "fills"), "x");
    await mkdir(path.join(folders.data, "tables"));
    await writeFile(path.join(folders.data, "tables", "users"), "nobody");
  };
  const createOwn = async (partial: Run): Promise<void> =>
    writeFile(path.join(partial.folders.data, "tables", "users"), partial.instance);
  const shared = (): ReturnType<typeof creation> => creation({ fill, create: createOwn });

  function runOf(instance: string, version = "1.0"): Run {
    const run = runWith("mariadb");
    return {
      ...run,
      instance,
      folders: { ...run.folders, data: path.join(parent, instance) },
      engine: { ...run.engine, version },
    };
  }

  it("fills once, gives each a copy of its own, and keeps what every stack can have alone", async () => {
    await Promise.all(["one", "two"].map(async (name) => provideDataFolder(runOf(name), shared())));
    expect(await readFile(path.join(parent, "fills"), "utf8")).toBe("x");
    for (const name of ["one", "two"])
      expect(await readFile(path.join(parent, name, "tables", "users"), "utf8")).toBe(name);
    const [template = ""] = await templates();
    expect(await readFile(path.join(template, "tables", "users"), "utf8")).toBe("nobody");
    expect((await stat(template)).mode & 0o777).toBe(0o700);
  });

  it("fills anew for another version, and after a cut-off filling", async () => {
    const cutOff = creation({ fill: async () => Promise.reject(new Error("cut off")) });
    await expect(provideDataFolder(runOf("one"), cutOff)).rejects.toThrow("cut off");
    await provideDataFolder(runOf("one"), shared());
    await provideDataFolder(runOf("two", "1.1"), shared());
    expect(await readFile(path.join(parent, "fills"), "utf8")).toBe("xx");
    expect(await templates()).toHaveLength(2); // nothing of the one that was cut off
  });

  it("keeps no template that nothing could be made of", async () => {
    const broken = creation({ fill, create: async () => Promise.reject(new Error("corrupt")) });
    await expect(provideDataFolder(runOf("one"), broken)).rejects.toThrow("corrupt");
    expect(await templates()).toEqual([]);
  });

  it("lets no secret into a template", async () => {
    const leaking = creation({
      fill: async ({ secret }) => void secret("mysql-admin", "password"),
    });
    await expect(provideDataFolder(runOf("one"), leaking)).rejects.toThrow(/secret\/mysql-admin/);
    expect(await templates()).toHaveLength(1); // a partial one, of no use to anybody
  });

  it("does without where templates can't be kept", async () => {
    await writeFile(path.join(parent, "file"), ""); // not even root can make a folder in it
    await provideDataFolder(runOf("one"), { ...shared(), cache: path.join(parent, "file", "x") });
    expect(await readFile(path.join(parent, "one", "tables", "users"), "utf8")).toBe("one");
  });

  async function templates(): Promise<readonly string[]> {
    const folder = path.join(parent, "cache", "templates");
    return (await readdir(folder))
      .filter((name) => !name.endsWith(".lock"))
      .map((name) => path.join(folder, name));
  }
});

it.each([
  { versions: ["10.11.2", "10.11.1"] },
  { versions: ["10.11.2", "11.8.1", "11.8.0"] },
  { versions: ["15.2", "15.1", "15.3"], isOfOneMajor: true },
])("lets $versions at the same data, one after the other", async ({ versions, ...options }) => {
  for (const version of versions)
    await provideDataFolder(runWith("mariadb", version), creation(options));
});

it.each([
  { versions: ["10.11.2", "10.6.1"] },
  { versions: ["10.11.2", "11.8.1", "10.11.2"] },
  { versions: ["15.2", "18.4"], isOfOneMajor: true },
  { versions: ["18.4", "15.2"], isOfOneMajor: true },
])("lets no such version at it as the last of $versions", async ({ versions, ...options }) => {
  const last = versions.at(-1) ?? "";
  for (const version of versions.slice(0, -1))
    await provideDataFolder(runWith("mariadb", version), creation(options));
  await expect(
    provideDataFolder(runWith("mariadb", last), creation(options)),
  ).rejects.toMatchObject({
    code: "DS_DATA_OF_OTHER_VERSION",
    exit: 2,
    message: expect.stringMatching(`was made by mariadb .*, and the engine is mariadb ${last} now`),
  });
});
