import { LmdbStore } from "../src/storage/lmdb-store.ts";

const [folder = "", times = "Infinity"] = process.argv.slice(2);

/** Writes a rising number to three keys at once, and tells each one once it is durable. */
const store = new LmdbStore(folder);
for (let count = 1; count <= Number(times); count += 1) {
  const value = Buffer.from(String(count));
  await store.apply(["left", "middle", "right"].map((key) => ({ key, value })));
  process.stdout.write(`${count}\n`);
}
