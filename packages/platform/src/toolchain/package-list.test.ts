import { expect, test } from "vitest";
import { parsePackageList } from "./package-list.ts";

const hash = "7f".repeat(32);

test("reads name, version, file, size and hash of each package, by file name", () => {
  const printed = [
    "Reading package lists...",
    `'http://archive.test/pool/r/redis/redis-tools_7.0.15-1%7edeb12u1_amd64.deb' redis-tools_5%3a7.0.15-1~deb12u1_amd64.deb 991988 SHA256:${hash}`,
    `'http://archive.test/pool/libz_1.2_all.deb' libz_1.2_all.deb 12 SHA256:${hash}`,
    "",
  ].join("\n");
  expect(parsePackageList(printed)).toEqual([
    { name: "libz", version: "1.2", file: "libz_1.2_all.deb", sizeBytes: 12, sha256: hash },
    {
      name: "redis-tools",
      version: "5:7.0.15-1~deb12u1",
      file: "redis-tools_5%3a7.0.15-1~deb12u1_amd64.deb",
      sizeBytes: 991988,
      sha256: hash,
    },
  ]);
});

test("a package without a SHA-256 is refused", () => {
  const printed = "'http://archive.test/a_1_all.deb' a_1_all.deb 12 MD5Sum:0123456789abcdef\n";
  expect(() => parsePackageList(printed)).toThrow(/no signed SHA-256.*a_1_all\.deb/);
});
