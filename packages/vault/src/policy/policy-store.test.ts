import { expect, test } from "vitest";
import { TestCore } from "../../test/test-core.ts";

const read = (path: string): string => `path "${path}" { capabilities = ["read"] }`;

test("root is neither written nor deleted, default not deleted, and both are listed", async () => {
  await using vault = await TestCore.start();
  const { policies, barrier } = vault.core;
  const tx = barrier.begin();
  const refuses = (work: () => void, text: string): void =>
    expect(work).toThrow(expect.objectContaining({ status: 400, errors: [text] }) as Error);
  refuses(() => policies.write(tx, "root", read("a")), 'cannot update "root" policy');
  refuses(() => policies.delete(tx, "root"), 'cannot delete "root" policy');
  refuses(() => policies.delete(tx, "default"), "cannot delete default policy");
  refuses(
    () => policies.write(tx, "p", "x"),
    "failed to parse policy: At 1:2: expected a key, found the end",
  );
  expect(policies.list(tx)).toEqual(["default", "root"]);
  expect(policies.read(tx, "root")).toEqual({ name: "root", raw: "", rules: [] });
  expect(policies.read(tx, "default")?.rules.map(({ path }) => path)).toContain("cubbyhole/*");
  expect(policies.read(tx, "none")).toBeUndefined();
  expect(policies.compile(tx, ["none"]).capabilities("a")).toEqual(["deny"]);
  expect(policies.compile(tx, ["root"]).root).toBe(true);
});

test("the policy of tokens that hold an answer is there, and nobody changes it", async () => {
  await using vault = await TestCore.start();
  const { policies, barrier } = vault.core;
  const tx = barrier.begin();
  const own = policies.compile(tx, ["response-wrapping"]);
  expect(own.capabilities("cubbyhole/response")).toEqual(["create", "read"]);
  expect(own.capabilities("sys/wrapping/unwrap")).toEqual(["update"]);
  expect(own.capabilities("cubbyhole/other")).toEqual(["deny"]);
  for (const change of [
    () => policies.write(tx, "response-wrapping", read("a")),
    () => policies.delete(tx, "response-wrapping"),
  ])
    expect(change).toThrow(expect.objectContaining({ status: 400 }) as Error);
});

test("a change is felt at once, also where it is not durable yet, and a deletion too", async () => {
  await using vault = await TestCore.start();
  const { policies, barrier } = vault.core;
  const may = (): string[] => policies.compile(barrier.begin(), ["p"]).capabilities("a");
  expect(may()).toEqual(["deny"]);
  const tx = barrier.begin();
  policies.write(tx, "p", read("a"));
  // What another request compiles before the write is stored must not outlive it.
  expect(may()).toEqual(["deny"]);
  await tx.commit();
  expect(may()).toEqual(["read"]);
  await vault.write((other) => policies.delete(other, "p"));
  expect(may()).toEqual(["deny"]);
  expect(barrier.begin().list("sys/policy/")).toEqual(["default"]);
});

test("a set of policies is compiled once, and a flood of sets is not kept", async () => {
  await using vault = await TestCore.start();
  const { policies, barrier } = vault.core;
  const compile = (...names: string[]): unknown => policies.compile(barrier.begin(), names);
  const first = compile("default");
  expect(compile("default")).toBe(first);
  for (let index = 1; index < 500; index += 1) compile(`p${index}`);
  expect(compile("default")).toBe(first);
  compile("p500");
  expect(compile("default")).not.toBe(first);
});

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
