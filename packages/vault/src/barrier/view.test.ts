import { createSecretKey, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { Barrier } from "./barrier.ts";
import { MemoryStore } from "../storage/memory-store.ts";

async function filled(): Promise<Barrier> {
  const barrier = new Barrier(new MemoryStore());
  barrier.initialise(createSecretKey(randomBytes(32)), new Date());
  const tx = barrier.begin();
  for (const key of ["v/b", "v/a/2", "v/a/1/x", "v/a", "w/z", "v"]) tx.put(key, Buffer.from(key));
  await tx.commit();
  return barrier;
}

test("a view sees what lies below its prefix, and nothing beside it", async () => {
  const barrier = await filled();
  const view = barrier.begin().view("v/");
  expect(view.list()).toEqual(["a", "a/", "b"]);
  expect(view.list("a/")).toEqual(["1/", "2"]);
  expect([...view.walk()]).toEqual(["a", "a/1/x", "a/2", "b"]);
  expect([...view.walk("a/")]).toEqual(["a/1/x", "a/2"]);
  expect(view.get("b")?.toString()).toBe("v/b");
  expect(view.get("../w/z")).toBeUndefined();
  expect(view.get("z")).toBeUndefined();
});

test("what a view clears is all that is below, and no more", async () => {
  const barrier = await filled();
  const tx = barrier.begin();
  tx.view("v/").clear("a/");
  expect([...tx.view("v/").walk()]).toEqual(["a", "b"]);
  tx.view("v/").clear();
  await tx.commit();
  const after = barrier.begin();
  expect([...after.view("").walk()]).toEqual(["v", "w/z"]);
});

test("documents come back as they were written, numbers too where it is asked for", async () => {
  const barrier = await filled();
  const tx = barrier.begin();
  const view = tx.view("v/");
  view.writeJson("doc", { a: [1, "x"], b: null });
  expect(view.readJson("doc")).toEqual({ a: [1, "x"], b: null });
  view.put("exact", Buffer.from('{"n":12345678901234567890}'));
  expect(JSON.stringify(view.readExactJson("exact"))).toBe('{"n":12345678901234567890}');
  expect(view.readJson("none")).toBeUndefined();
  expect(view.readExactJson("none")).toBeUndefined();
  view.delete("doc");
  expect(view.readJson("doc")).toBeUndefined();
});
