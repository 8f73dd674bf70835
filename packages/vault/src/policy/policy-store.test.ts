import { expect, test } from "vitest";
import { TestCore } from "../../test/test-core.ts";

const read = (path: string): string => `path "${path}" { capabilities = ["read"] }`;

test("a name with a line break in it is no other set of policies", async () => {
  await using vault = await TestCore.start();
  await vault.write((tx) => {
    vault.core.policies.write(tx, "ours", read("ours"));
    vault.core.policies.write(tx, "theirs", read("theirs"));
  });
  const may = (...names: string[]): string[] =>
    vault.core.policies.compile(vault.core.barrier.begin(), names).capabilities("theirs");
  expect(may("ours", "theirs")).toEqual(["read"]);
  expect(may("ours\ntheirs")).toEqual(["deny"]);
});
