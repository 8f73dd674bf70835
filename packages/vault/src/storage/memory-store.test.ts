import { expect, test } from "vitest";
import { MemoryStore } from "./memory-store.ts";
import { KeyTooLongError } from "./store.ts";

const value = (text: string): Buffer => Buffer.from(text);

test("lists one level, in order, and forgets what is deleted", async () => {
  const store = new MemoryStore();
  const keys = ["f/c", "f/a/x", "f/a", "f/b/x/y", "f0", "e/z", "f/"];
  await store.apply(keys.map((key) => ({ key, value: value(key) })));
  expect(store.list("f/")).toEqual(["a", "a/", "b/", "c"]);
  expect(store.list("")).toEqual(["e/", "f/", "f0"]);
  await store.apply([{ key: "f/b/x/y", value: undefined }]);
  expect(store.list("f/")).toEqual(["a", "a/", "c"]);
  expect(store.get("f/b/x/y")).toBeUndefined();
  expect([...store.keys()]).toEqual(["e/z", "f/", "f/a", "f/a/x", "f/c", "f0"]);
});

test("applies all of the writes or none", async () => {
  const store = new MemoryStore();
  const writes = [
    { key: "a", value: value("1") },
    { key: "k".repeat(2000), value: value("2") },
  ];
  await expect(store.apply(writes)).rejects.toBeInstanceOf(KeyTooLongError);
  expect(store.get("a")).toBeUndefined();
});
