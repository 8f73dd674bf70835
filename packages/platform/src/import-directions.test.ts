import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const source = import.meta.dirname;
const packages = path.resolve(source, "..", "..");

/** What each room of the platform may import; itself and what npm brings always. Kept in step with docs/architecture.md. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  bundle: ["shared"],
  config: ["shared"],
  toolchain: ["shared", "config"],
  vault: ["shared", "config"],
  supervisor: ["shared", "config"],
  services: ["shared", "config", "vault", "toolchain", "supervisor"],
  suites: ["shared", "config", "vault", "toolchain", "supervisor", "services"],
  app: ["shared", "config", "vault", "toolchain", "supervisor", "services", "suites"],
  cli: ["shared", "config", "app"],
};

/** Types cost nothing at run time and name what flows through: the command line may say what it shows. */
const allowedTypes: Readonly<Record<string, readonly string[]>> = {
  cli: ["supervisor", "toolchain", "suites"],
};

it("has no import that goes the other way", () => {
  const wrong = sourcesIn(source).flatMap((file) => {
    const from = file.split(path.sep)[0] ?? "";
    return importsOf(path.join(source, file)).flatMap(({ specifier, typeOnly }) => {
      if (!specifier.startsWith("."))
        return specifier.startsWith("@devstack/") && from !== "services"
          ? [`${file}: ${specifier}`]
          : [];
      const to =
        path
          .relative(source, path.resolve(source, path.dirname(file), specifier))
          .split(path.sep)[0] ?? "";
      const rooms = [
        from,
        ...(allowed[from] ?? []),
        ...(typeOnly ? (allowedTypes[from] ?? []) : []),
      ];
      return rooms.includes(to) || to === ".." ? [] : [`${file}: ${specifier}`];
    });
  });
  expect(wrong).toEqual([]);
});

it("has no service that imports a sibling", () => {
  const wrong = sourcesIn(path.join(source, "services")).flatMap((file) => {
    const [own, ...rest] = file.split(path.sep);
    if (rest.length === 0) return [];
    return importsOf(path.join(source, "services", file)).flatMap(({ specifier }) => {
      const [, sibling] = /^\.\.\/([a-z0-9-]+)\/[^/]+$/.exec(specifier) ?? [];
      return sibling !== undefined && sibling !== own ? [`${file}: ${specifier}`] : [];
    });
  });
  expect(wrong).toEqual([]);
});

it("has a vault that knows nothing of the platform", () => {
  const vault = path.join(packages, "vault", "src");
  const wrong = sourcesIn(vault).flatMap((file) =>
    importsOf(path.join(vault, file))
      .filter(({ specifier }) => specifier === "devstack" || specifier.includes("platform"))
      .map(({ specifier }) => `${file}: ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

it("has reference APIs that know nothing of the platform or the vault's server", () => {
  const wrong = ["apps", "packages/api-kit/src"].flatMap((folder) => {
    const root = path.resolve(packages, "..", folder);
    return sourcesIn(root)
      .filter((file) => !file.includes("node_modules") && !/(^|\/)test\//.test(file))
      .flatMap((file) =>
        importsOf(path.join(root, file))
          .filter(({ specifier }) => /^devstack\b|@devstack\/vault|platform/.test(specifier))
          .map(({ specifier }) => `${folder}/${file}: ${specifier}`),
      );
  });
  expect(wrong).toEqual([]);
});

it("has a supervisor that names no service", () => {
  const names = /\b(postgres|mysql|mariadb|mongod|redis|rabbit|forgejo|pgbouncer|prometheus)/i;
  const wrong = sourcesIn(path.join(source, "supervisor")).filter((file) =>
    names.test(codeOf(path.join(source, "supervisor", file))),
  );
  expect(wrong).toEqual([]);
});

function sourcesIn(folder: string): readonly string[] {
  return globSync("**/*.ts", { cwd: folder }).filter((file) => !file.endsWith(".test.ts"));
}

/** Without comments: those may explain by example. */
function codeOf(file: string): string {
  return readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

function importsOf(
  file: string,
): readonly { readonly specifier: string; readonly typeOnly: boolean }[] {
  const statements = codeOf(file).matchAll(
    /\b(?:import|export)\b(?!\.)(\s+type\b)?[^;"']*?(?:from\s*)?\(?["']([^"']+)["']/g,
  );
  return [...statements].map(([, type, specifier = ""]) => ({
    specifier,
    typeOnly: type !== undefined,
  }));
}
