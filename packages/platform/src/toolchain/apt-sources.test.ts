import { expect, test } from "vitest";
import { ownSources, parseDeb822, parseSourcesList, renderSources } from "./apt-sources.ts";
import type { Distribution } from "./distribution.ts";

const debian: Distribution = {
  id: "debian",
  codename: "bookworm",
  release: "12",
  keyrings: ["/usr/share/keyrings/debian-archive-keyring.gpg"],
  components: ["main"],
};

const own = (text: string) => renderSources(ownSources(parseSourcesList(text), debian));
const own822 = (text: string) => renderSources(ownSources(parseDeb822(text), debian));

test("one-line style: the release and its updates stay, of their own components, and get the archive's keyring", () => {
  expect(
    own(
      "# by hand\ndeb http://archive.test/debian bookworm main contrib # inner\ndeb-src http://archive.test/debian bookworm main\n",
    ),
  ).toBe(
    "Types: deb\nURIs: http://archive.test/debian\nSuites: bookworm\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
  );
  expect(own("deb [arch=amd64] http://archive.test/debian bookworm-security main")).toContain(
    "bookworm-security",
  );
});

test.each([
  [
    "another keyring",
    "deb [arch=amd64 signed-by=/etc/apt/keyrings/vendor.gpg] http://vendor.test bookworm main",
  ],
  ["another component", "deb http://vendor.test/linux/debian bookworm stable"],
  ["another suite", "deb http://vendor.test/pgdg bookworm-pgdg main"],
  ["another release", "deb http://archive.test/debian sid main"],
  ["switched off", "# deb http://archive.test/debian bookworm main"],
])("one-line style: a source with %s is not used", (_, line) => {
  expect(own(line)).toBe("");
});

test("deb822: several suites on one stanza, comments, a continued line", () => {
  const text = `Types: deb deb-src
# snapshot of a day
URIs: http://archive.test/debian
Suites: bookworm bookworm-updates
  bookworm-backports
Components: main non-free
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
  expect(own822(text)).toBe(
    "Types: deb\nURIs: http://archive.test/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
  );
});

test.each([
  [
    "switched off",
    "Enabled: no\nTypes: deb\nURIs: http://archive.test\nSuites: bookworm\nComponents: main",
  ],
  [
    "of source packages",
    "Types: deb-src\nURIs: http://archive.test\nSuites: bookworm\nComponents: main",
  ],
  [
    "with another key",
    "Types: deb\nURIs: http://v.test\nSuites: bookworm\nComponents: main\nSigned-By: /usr/share/keyrings/vendor.gpg",
  ],
  [
    "with a key of its own in it",
    "Types: deb\nURIs: http://v.test\nSuites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc",
  ],
])("deb822: a stanza %s is not used", (_, text) => {
  expect(own822(text)).toBe("");
});

test("no source is taken as trusted without a signature", () => {
  const text = own("deb [trusted=yes] http://archive.test/debian bookworm main");
  expect(text).toContain("Signed-By:");
  expect(text).not.toMatch(/trusted/i);
});
