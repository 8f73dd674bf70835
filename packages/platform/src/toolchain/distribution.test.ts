import { expect, test } from "vitest";
import { parseOsRelease } from "./distribution.ts";

test("os-release: quoted and bare values", () => {
  const text = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID='12'\n# VERSION_CODENAME=no\nEMPTY=\n`;
  expect(parseOsRelease(text)).toEqual({
    PRETTY_NAME: "Debian GNU/Linux 12 (bookworm)",
    ID: "debian",
    VERSION_ID: "12",
    EMPTY: "",
  });
});
