import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { runCommand, toolEnvironment } from "./run-command.ts";

export interface FakePackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  /** Content by path; what lies in a `bin` is a program, setuid as some distributions' are. */
  readonly files: Readonly<Record<string, string>>;
}

export interface FakeRepository {
  /** Package sources in deb822 style. */
  readonly sources: string;
  /** The same without leave to be unsigned. */
  readonly sourcesToVerify: string;
}

/** A package repository in a folder, made with dpkg-deb, for apt to fetch by `copy:`. */
export async function fakeRepository(
  folder: string,
  packages: readonly FakePackage[],
): Promise<FakeRepository> {
  await mkdir(folder, { recursive: true });
  const stanzas = [];
  for (const each of packages) stanzas.push(await buildPackage(folder, each));
  const index = stanzas.join("\n");
  await writeFile(path.join(folder, "Packages"), index);
  const entry = ` ${createHash("sha256").update(index).digest("hex")} ${index.length} Packages`;
  await writeFile(
    path.join(folder, "Release"),
    `Origin: test\nDate: ${new Date().toUTCString()}\nSHA256:\n${entry}\n`,
  );
  const sourcesToVerify = `Types: deb\nURIs: copy:${folder}\nSuites: ./\n`;
  return { sources: `${sourcesToVerify}Trusted: yes\n`, sourcesToVerify };
}

async function buildPackage(folder: string, { name, version, depends, files }: FakePackage) {
  const build = path.join(folder, `${name}.build`);
  for (const [file, content] of Object.entries(files)) {
    const mode = file.includes("/bin/") ? 0o4755 : 0o600;
    await mkdir(path.dirname(path.join(build, file)), { recursive: true });
    await writeFile(path.join(build, file), content);
    await runCommand("chmod", [mode.toString(8), path.join(build, file)], {
      env: toolEnvironment(),
    });
  }
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    "Architecture: all",
    "Maintainer: none <none@localhost>",
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    "Description: made for a test",
    "",
  ].join("\n");
  await mkdir(path.join(build, "DEBIAN"), { recursive: true });
  await chmod(path.join(build, "DEBIAN"), 0o755); // whatever the caller's umask: dpkg-deb insists
  await writeFile(path.join(build, "DEBIAN/control"), control);
  const file = `${name}_${version}_all.deb`;
  const args = ["-Znone", "--root-owner-group", "--build", build, path.join(folder, file)];
  await runCommand("dpkg-deb", args, { env: toolEnvironment() });
  await rm(build, { recursive: true });
  const content = await readFile(path.join(folder, file));
  const sha256 = createHash("sha256").update(content).digest("hex");
  return `${control}Filename: ./${file}\nSize: ${content.length}\nSHA256: ${sha256}\n`;
}
