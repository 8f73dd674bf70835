import { describe, expect, test } from "vitest";
import type { PendingValue, Store, Write } from "../storage/store.ts";
import { Transaction, type EntryCipher } from "./transaction.ts";

const plain: EntryCipher = {
  encrypt: (_, plaintext) => Buffer.from(plaintext),
  decrypt: (_, entry) => Buffer.from(entry),
};

/** A store whose writes are on disk when the test says so. */
class HeldStore implements Store {
  readonly entries = new Map<string, Uint8Array>();
  readonly held = new Map<string, PendingValue>();
  readonly batches: Write[][] = [];
  readonly #durable = Promise.withResolvers<void>();

  sync(): void {
    this.#durable.resolve();
  }
  get(key: string): Uint8Array | undefined {
    return this.held.has(key) ? this.held.get(key)?.value : this.entries.get(key);
  }
  pending(key: string): PendingValue | undefined {
    return this.held.get(key);
  }
  list(prefix: string): string[] {
    return [...this.entries.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => /^[^/]*\/?/.exec(key.slice(prefix.length))?.[0] ?? "");
  }
  keys(): Iterable<string> {
    return this.entries.keys();
  }
  settled(): Promise<void> | undefined {
    return this.held.size > 0 ? this.#durable.promise : undefined;
  }
  apply(writes: readonly Write[]): Promise<void> {
    this.batches.push([...writes]);
    for (const { key, value } of writes)
      this.held.set(key, { value, durable: this.#durable.promise });
    return this.#durable.promise;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whether a promise has settled by the next turn of the event loop. */
async function settled(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise(setImmediate);
  return done;
}

describe("a transaction", () => {
  test("sees its own writes and stores them in one piece", async () => {
    const store = new HeldStore();
    store.entries.set("f/old", Buffer.from("1"));
    const tx = new Transaction(store, plain);
    tx.put("f/new", Buffer.from("2"));
    tx.delete("f/old");
    expect(tx.get("f/new")?.toString()).toBe("2");
    expect(tx.get("f/old")).toBeUndefined();
    expect(tx.list("f/")).toEqual(["new"]);
    expect(store.batches).toEqual([]);
    void tx.commit();
    expect(store.batches.map((batch) => batch.map(({ key }) => key))).toEqual([["f/new", "f/old"]]);
  });

  test("is done only when its writes are on disk", async () => {
    const store = new HeldStore();
    const tx = new Transaction(store, plain);
    let told = false;
    tx.put("a", Buffer.from("1"));
    tx.afterCommit(() => (told = true));
    const commit = tx.commit();
    expect(await settled(commit)).toBe(false);
    expect(told).toBe(false);
    store.sync();
    await commit;
    expect(told).toBe(true);
  });

  test.each([
    ["a value", (tx: Transaction) => void tx.get("a")],
    ["a list", (tx: Transaction) => void tx.list("")],
  ])("that read %s of another's write waits for that too", async (_, read) => {
    const store = new HeldStore();
    const writer = new Transaction(store, plain);
    writer.put("a", Buffer.from("1"));
    void writer.commit();
    const reader = new Transaction(store, plain);
    read(reader);
    const commit = reader.commit();
    expect(await settled(commit)).toBe(false);
    store.sync();
    await commit;
  });

  test("that read what is on disk waits for nothing", async () => {
    const store = new HeldStore();
    store.entries.set("a", Buffer.from("1"));
    const tx = new Transaction(store, plain);
    tx.get("a");
    expect(await settled(tx.commit())).toBe(true);
  });

  test("that reads nothing that is on its way stores nothing, and runs what was to follow once", async () => {
    const store = new HeldStore();
    const tx = new Transaction(store, plain);
    let runs = 0;
    tx.afterCommit(() => (runs += 1));
    await tx.commit();
    await tx.commit();
    expect([runs, store.batches]).toEqual([1, []]);
  });

  test("waits once for what it read, and stores a write once", async () => {
    const store = new HeldStore();
    const tx = new Transaction(store, plain);
    tx.put("a", Buffer.from("1"));
    const first = tx.commit();
    store.sync();
    await first;
    await tx.commit();
    expect(store.batches).toHaveLength(1);
  });

  test("reads another's write, and another's deletion, before they are on disk", async () => {
    const store = new HeldStore();
    store.entries.set("gone", Buffer.from("1"));
    const writer = new Transaction(store, plain);
    writer.put("new", Buffer.from("2"));
    writer.delete("gone");
    void writer.commit();
    const reader = new Transaction(store, plain);
    expect(reader.get("new")?.toString()).toBe("2");
    expect(reader.get("gone")).toBeUndefined();
    expect(reader.get("none")).toBeUndefined();
  });

  test("stores what is not encrypted in the same piece", async () => {
    const store = new HeldStore();
    const tx = new Transaction(store, {
      ...plain,
      encrypt: () => Buffer.from("encrypted"),
    });
    tx.put("a", Buffer.from("1"));
    tx.delete("b");
    void tx.commit([{ key: "c", value: Buffer.from("open") }]);
    expect(
      store.batches.map((batch) => batch.map(({ key, value }) => [key, value?.toString()])),
    ).toEqual([
      [
        ["a", "encrypted"],
        ["b", undefined],
        ["c", "open"],
      ],
    ]);
  });

  test("lists what it wrote and not what it deleted, folders by what is left in them", () => {
    const store = new HeldStore();
    for (const key of ["f/a/1", "f/a/2", "f/b/1", "f/c", "f/d/e/1", "g/x"])
      store.entries.set(key, Buffer.from("1"));
    const tx = new Transaction(store, plain);
    tx.delete("f/a/1");
    expect(tx.list("f/")).toEqual(["a/", "b/", "c", "d/"]);
    tx.delete("f/a/2");
    tx.delete("f/d/e/1");
    tx.delete("f/c");
    tx.delete("f/none/1");
    tx.put("f/new", Buffer.from("1"));
    tx.put("f/z/1", Buffer.from("1"));
    tx.put("f/", Buffer.from("itself"));
    tx.put("ff", Buffer.from("beside"));
    expect(tx.list("f/")).toEqual(["b/", "new", "z/"]);
    tx.put("f/c", Buffer.from("again"));
    tx.put("f/d/f", Buffer.from("1"));
    tx.delete("f/new");
    tx.delete("f/z/1");
    expect(tx.list("f/")).toEqual(["b/", "c", "d/"]);
  });

  test("gives out copies: what is done to one changes nothing that will be stored", () => {
    const tx = new Transaction(new HeldStore(), plain);
    tx.put("a", Buffer.from("1"));
    tx.get("a")?.fill(0);
    expect(tx.get("a")?.toString()).toBe("1");
  });
});
