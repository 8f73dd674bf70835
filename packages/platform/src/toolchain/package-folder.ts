import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { errnoOf } from "../shared/errors.ts";
import type { PackageFile } from "./package-list.ts";

export function packagesFolder(cacheFolder: string): string {
  return path.join(cacheFolder, "packages");
}

/** SHA-256 of a file in hex; undefined when there is no such file. */
export async function sha256OfFile(file: string): Promise<string | undefined> {
  return (await digestOfFile(file, "sha256"))?.toString("hex");
}

/** Digest of a file's content; undefined when there is no such file. */
export async function digestOfFile(file: string, algorithm: string): Promise<Buffer | undefined> {
  const hash = createHash(algorithm);
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return hash.digest();
}

/** Those of the packages that aren't in the folder just as the signed lists have them. */
export async function packagesToFetch(
  folder: string,
  packages: readonly PackageFile[],
): Promise<readonly PackageFile[]> {
  const wanting: PackageFile[] = [];
  for (const each of packages) {
    if ((await sha256OfFile(path.join(folder, each.file))) !== each.sha256) wanting.push(each);
  }
  return wanting;
}
