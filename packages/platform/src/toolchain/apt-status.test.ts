import { expect, test } from "vitest";
import { renderStatus } from "./apt-status.ts";

const stanza = (name: string, fields: string, architecture = "amd64") =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: ${architecture}\nVersion: 1\n${fields}`.trim();

const machine = [
  stanza("bash", "Depends: libc6"),
  stanza("libc6", "Depends: libgcc-s1:amd64, absent (>= 2) | libother", "i386"),
  stanza("libc6", "Depends: libgcc-s1, libcrypt1 (>= 1:4.4.10-10)"),
  stanza("libcrypt1", "Depends: libc6 (>= 2.25)"),
  stanza("libgcc-s1", "Depends: gcc-14-base (= 14), libc6"),
  stanza("gcc-14-base", ""),
].join("\n\n");

test("names the C library of the machine's architecture with all it depends on, held, and nothing else", () => {
  const status = renderStatus(machine, "amd64", []);
  expect([...status.matchAll(/^Package: (.*)$/gm)].map((found) => found[1]).toSorted()).toEqual([
    "gcc-14-base",
    "libc6",
    "libcrypt1",
    "libgcc-s1",
  ]);
  expect(status.match(/^Status: hold ok installed$/gm)).toHaveLength(4);
  expect(status).not.toContain("i386");
});

test("what is left out stands there as installed", () => {
  expect(renderStatus(machine, "amd64", ["perl"])).toMatch(
    /Package: perl\nStatus: hold ok installed\n/,
  );
});

test("a machine without a C library of dpkg's is told so", () => {
  expect(() => renderStatus(stanza("bash", ""), "amd64", [])).toThrow(/C library/);
});
