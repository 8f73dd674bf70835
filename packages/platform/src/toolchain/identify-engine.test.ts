import path from "node:path";
import { expect, test } from "vitest";
import type { Flavour } from "./engine.ts";
import { identifyEngine } from "./identify-engine.ts";
import { testFolder } from "./test-folder.ts";

const mysql: Flavour = {
  name: "mysql",
  versions: ">=8 <10",
  required: ["mysqld"],
  optional: ["mysqldump"],
  identity: { saysNot: "MariaDB" },
};

const finding = (...folders: string[]) => ({ folders, root: undefined, env: {} });

test("a mysqld that is MariaDB does not pass for MySQL", async () => {
  await using folder = await testFolder();
  await folder.script(
    "mysqld",
    `echo "mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu"`,
  );
  await expect(identifyEngine(finding(folder.path), [mysql])).rejects.toThrow(
    /mysqld is not mysql: it says "mysqld {2}Ver 10\.11\.6-MariaDB/,
  );
});

test("the version is the program's own, not one in its path; a missing optional program is no matter", async () => {
  await using folder = await testFolder();
  const mysqld = await folder.script(
    "mysql-5.7/mysqld",
    `echo "$0  Ver 8.0.36-0ubuntu0.22.04.1 for Linux"`,
  );
  const found = await identifyEngine(finding("/nowhere", path.dirname(mysqld)), [mysql]);
  expect(found).toEqual({ product: "mysql", version: "8.0.36", programs: { mysqld } });
});

test("a version out of range is refused with both", async () => {
  await using folder = await testFolder();
  await folder.script("mysqld", `echo "mysqld  Ver 5.7.44 for Linux"`);
  await expect(identifyEngine(finding(folder.path), [mysql])).rejects.toThrow(
    /mysqld is mysql 5\.7\.44, not >=8 <10/,
  );
});

test("a missing program is named, and each flavour's reason is given once", async () => {
  await expect(
    identifyEngine(finding("/nowhere"), [mysql, mysql, { ...mysql, required: ["mariadbd"] }]),
  ).rejects.toThrow(/^no mysqld; no mariadbd$/);
});

test("a program that can't run says why", async () => {
  await using folder = await testFolder();
  await folder.script(
    "mysqld",
    `echo "mysqld: error while loading shared libraries: libaio.so.1" >&2; exit 127`,
  );
  await expect(identifyEngine(finding(folder.path), [mysql])).rejects.toThrow(/libaio\.so\.1/);
});

test("a program with no version to tell is not run: its real path has it", async () => {
  await using folder = await testFolder();
  const flavour: Flavour = {
    name: "rabbitmq",
    versions: ">=3.10",
    required: ["rabbitmq-server"],
    identity: { path: "/rabbitmq_server-([0-9.]+)/" },
    probes: { "rabbitmq-server": false },
  };
  await folder.script("rabbitmq_server-3.10.8/sbin/rabbitmq-server", "exit 1");
  const sbin = path.join(folder.path, "rabbitmq_server-3.10.8/sbin");
  expect((await identifyEngine(finding(sbin), [flavour])).version).toBe("3.10.8");
});

test("programs get the engine's environment and nothing of ours", async () => {
  await using folder = await testFolder();
  await folder.script("mysqld", `echo "8.4.0 $LD_LIBRARY_PATH $VITEST"`);
  const flavour = { ...mysql, identity: { says: "^8\\.4\\.0 /libs \\n" } };
  const found = await identifyEngine(
    { folders: [folder.path], root: undefined, env: { LD_LIBRARY_PATH: "/libs" } },
    [flavour],
  );
  expect(found.version).toBe("8.4.0");
});
