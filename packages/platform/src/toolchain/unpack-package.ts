import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { toolEnvironment } from "./run-command.ts";

/** What no engine reads: documentation, translations, headers, and what PostgreSQL has for its JIT, which needs LLVM. */
const unneeded: readonly string[] = `
  ./usr/share/apport ./usr/share/applications ./usr/share/bash-completion ./usr/share/bug ./usr/share/doc
  ./usr/share/doc-base ./usr/share/help ./usr/share/icons ./usr/share/info ./usr/share/lintian ./usr/share/locale
  ./usr/share/man ./usr/share/menu ./usr/share/mysql-test ./usr/share/pixmaps ./usr/share/zsh
  ./usr/include ./usr/lib/*/pkgconfig *.a ./usr/lib/systemd ./lib/systemd ./var
  ./usr/lib/postgresql/*/lib/bitcode ./usr/lib/postgresql/*/lib/llvmjit*
`
  .trim()
  .split(/\s+/);

const unpacker = "dpkg-deb";
const tarOptions =
  "--no-same-owner --same-permissions --keep-directory-symlink --warning=no-timestamp --anchored --wildcards".split(
    " ",
  );

/**
 * Unpacks a package's files into a folder, in which `bin`, `lib` and the like may be links into `usr`. Owners are the
 * caller's; the permission bits are still the package's.
 */
export async function unpackPackage(
  file: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const options = { env: toolEnvironment(), ...(signal ? { signal } : {}) };
  const reader = spawn(unpacker, ["--fsys-tarfile", file], {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const excluded = unneeded.map((pattern) => `--exclude=${pattern}`);
  const writer = spawn("tar", ["-x", "-f", "-", "-C", folder, ...tarOptions, ...excluded], {
    ...options,
    stdio: ["pipe", "ignore", "pipe"],
  });
  reader.stdout.pipe(writer.stdin);
  writer.stdin.on("error", () => undefined); // its exit code and its complaint say why it reads no more
  writer.once("close", () => reader.stdout.destroy());
  const results = await Promise.allSettled([
    ended("tar", writer, text(writer.stderr)),
    ended(unpacker, reader, text(reader.stderr)),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function ended(
  name: string,
  child: ReturnType<typeof spawn>,
  complaint: Promise<string>,
): Promise<void> {
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${name}: ${(await complaint).trim() || `exit code ${code}`}`);
}
