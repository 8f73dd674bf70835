import { expect, it } from "vitest";
import { lockClosure } from "./lock-closure.ts";

const entries = {
  "apps/own": { dependencies: { "@own/kit": "1", server: "1" } },
  "packages/kit": { dependencies: { driver: "1" }, optionalDependencies: { native: "1" } },
  "packages/other": { dependencies: { unused: "1" } },
  "node_modules/@own/kit": { link: true, resolved: "packages/kit" },
  "node_modules/server": { dependencies: { shared: "1", deep: "1" } },
  "node_modules/server/node_modules/shared": { dependencies: { deep: "1" } },
  "node_modules/driver": { dependencies: { shared: "2" } },
  "node_modules/shared": {},
  "node_modules/deep": { dependencies: { server: "1" } },
  "node_modules/native": {},
  "node_modules/unused": {},
};

it("has what a package needs, directly or not, and nothing else", () => {
  expect([...lockClosure(entries, ["apps/own"])].toSorted()).toEqual([
    "apps/own",
    "node_modules/@own/kit",
    "node_modules/deep",
    "node_modules/driver",
    "node_modules/native",
    "node_modules/server",
    "node_modules/server/node_modules/shared",
    "node_modules/shared",
    "packages/kit",
  ]);
});

it("passes over what this platform has no package of", () => {
  const lacking = { "apps/own": { optionalDependencies: { elsewhere: "1" } } };
  expect([...lockClosure(lacking, ["apps/own"])]).toEqual(["apps/own"]);
});
