import { LmdbStore } from "../src/storage/lmdb-store.ts";

/** Writes a rising number to three keys at once, and tells each one once it is durable. */
const store = new LmdbStore(process.argv[2] ?? "");
for (let count = 1; ; count += 1) {
  const value = Buffer.from(String(count));
  await store.apply(["left", "middle", "right"].map((key) => ({ key, value })));
  process.stdout.write(`${count}\n`);
}
