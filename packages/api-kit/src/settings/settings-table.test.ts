import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { type Environment, readSettings, type Settings } from "./read-settings.ts";

const page = path.resolve(import.meta.dirname, "../../../../docs/reference-apis.md");
const [, table = ""] = /\n## Settings\n([^]*)/.exec(readFileSync(page, "utf8")) ?? [];

interface Row {
  readonly names: readonly string[];
  readonly without: string;
  readonly what: string;
}

/** The rows of the table, as a reader sees them. */
const rows: readonly Row[] = table
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const [, names = "", without = "", what = ""] = line.split("|").map((cell) => cell.trim());
    return { names: codesIn(names), without, what };
  });

/** Each variable with the value that it is said to have when it is not set; undefined where there is none. */
const defaults = rows.flatMap(({ names, without }) => {
  const [usual = ""] = without.split(";");
  return names.map((name, index) => [name, valueIn(usual, index)] as const);
});

const least = { VAULT_TOKEN: "t" };

it("lists every variable that the settings are read from, and no other", () => {
  const asked = new Set<string>();
  const environment = new Proxy<Environment>(least, {
    get: (target, name) => {
      asked.add(String(name));
      return target[String(name)];
    },
  });
  readSettings(environment);
  expect(rows.flatMap(({ names }) => names).toSorted()).toEqual([...asked].toSorted());
});

it.each(defaults.filter(([, value]) => value !== undefined))(
  "%s is %s where it is not set",
  (name, value) => {
    expect(readSettings({ ...least, [name]: value })).toEqual(readSettings(least));
  },
);

it("says of what has no default that there is none", () => {
  const none = defaults.flatMap(([name, value]) => (value === undefined ? [name] : []));
  expect(none).toEqual(["CERT_DIR", "VAULT_APPROLE_DIR", "VAULT_TOKEN", "VAULT_CACERT"]);
  const { certDir, vault }: Settings = readSettings({ VAULT_APPROLE_DIR: "/a" });
  expect([certDir, vault.token, vault.caFile]).toEqual([undefined, undefined, undefined]);
  expect(readSettings(least).vault.appRoleDir).toBeUndefined();
});

it("says what else goes without TLS to the backends", () => {
  const plain = { ...least, BACKEND_TLS: "false" };
  const others = rows.flatMap(({ names, without }) => {
    const [, other] = /; (.*) without `BACKEND_TLS`/.exec(without) ?? [];
    return other === undefined ? [] : [[names[0] ?? "", valueIn(other, 0)] as const];
  });
  expect(others.map(([name]) => name)).toEqual(["RABBITMQ_PORT", "REDIS_NODES"]);
  for (const [name, value] of others)
    expect(readSettings({ ...plain, [name]: value }), name).toEqual(readSettings(plain));
});

it.each(["ENVIRONMENT", "LOG_LEVEL"])("names all that %s may be", (name) => {
  const { what } = rows.find(({ names }) => names.includes(name)) ?? { what: "" };
  expect(() => readSettings({ ...least, [name]: "none of them" })).toThrow(
    `${name} is none of ${codesIn(what).join(", ")}`,
  );
});

function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** One value for all variables of a row, or one for each; `host:1` … `3` are three of the host's ports. */
function valueIn(text: string, index: number): string | undefined {
  const codes = codesIn(text);
  if (!text.includes("…")) return codes.length === 1 ? codes[0] : codes[index];
  const [, host = "", first] = /^(.*):(\d+)$/.exec(codes[0] ?? "") ?? [];
  const ports = Array.from(
    { length: Number(codes[1]) - Number(first) + 1 },
    (_, step) => Number(first) + step,
  );
  return ports.map((port) => `${host}:${port}`).join(",");
}
