import type { TreePart } from "./engine-tree.ts";

export interface PackageFile {
  readonly name: string;
  readonly version: string;
  /** As it is called in the folder of downloaded packages. */
  readonly file: string;
  readonly sizeBytes: number;
  /** In hex, from the signed package lists. */
  readonly sha256: string;
}

export function partOf({ name, version, sha256 }: PackageFile): TreePart {
  return { name, version, hash: sha256 };
}

const line =
  /^'[^']+' (?<file>(?<name>[^_\s]+)_(?<version>[^_\s]+)_[^_\s]+\.deb) (?<size>\d+) SHA256:(?<hash>[0-9a-f]{64})$/;

/**
 * Reads what `apt-get --print-uris install` prints: `'URI' file size SHA256:hash`, a package a line.
 * @throws where a package comes without a SHA-256, because then nothing vouches for it.
 */
export function parsePackageList(printed: string): readonly PackageFile[] {
  return printed
    .split("\n")
    .filter((text) => text.startsWith("'"))
    .map((text) => {
      const found = line.exec(text)?.groups;
      if (!found) throw new Error(`no signed SHA-256 in apt's answer: ${text}`);
      return {
        name: found["name"] ?? "",
        version: decodeURIComponent(found["version"] ?? ""),
        file: found["file"] ?? "",
        sizeBytes: Number(found["size"]),
        sha256: found["hash"] ?? "",
      };
    })
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));
}
