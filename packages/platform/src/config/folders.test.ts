import { expect, it } from "vitest";
import { baseFolders } from "./folders.ts";

const foldersOf = (env: Readonly<Record<string, string>>) =>
  baseFolders({ env, uid: 1000, homeFolder: "/home/someone" });

it.each(['/var/a"b', "/var/a:b", "/var/a;b", "/var/a'b", "/var/a\nb", "/a$b", "/a\\b", "/a[b]"])(
  "refuses the home %j",
  (home) => {
    expect(() => foldersOf({ DEVSTACK_HOME: home })).toThrow(
      expect.objectContaining({ code: "DS_FOLDER_NAME_INVALID", exit: 2 }),
    );
    expect(() => foldersOf({ XDG_CACHE_HOME: home })).toThrow(/has a .* in its name/);
  },
);

it("takes blanks and other marks as they are", () => {
  const home = "/var/a b %41 # é";
  expect(foldersOf({ DEVSTACK_HOME: home }).cache).toBe(`${home}/cache`);
});
