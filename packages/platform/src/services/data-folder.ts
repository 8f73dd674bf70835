import { randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import {
  ensureFolder,
  exists,
  readFileIfPresent,
  syncFolder,
  syncTree,
  writeFileAtomically,
} from "../shared/files.ts";
import type { Run } from "./definition.ts";
import { serviceErrors } from "./errors.ts";

/** In the data folder, so that it goes where the data goes: which product made it. */
const makerFile = "devstack-product";

/**
 * Makes the instance's data folder where there is none. `create` fills one under a temporary name, which is synced and
 * renamed, so that one with its own name is whole; what a cut-off try left is thrown away. Without `create` it is empty.
 * @throws DS_DATA_OF_OTHER_PRODUCT
 */
export async function provideDataFolder(
  run: Run,
  create: ((partial: Run) => Promise<void>) | undefined,
): Promise<void> {
  const { data } = run.folders;
  const owned = { mode: 0o700, owner: run.account };
  if (!create) return ensureFolder(data, owned);
  if (await exists(data)) return requireSameProduct(run);
  const parent = path.dirname(data);
  const prefix = `.${path.basename(data)}.partial-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    await rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 10 });
  }
  // Each try has a name of its own: the program of one that was killed may still be writing.
  const partial = path.join(parent, prefix + randomUUID());
  await ensureFolder(partial, owned);
  await create({ ...run, folders: { ...run.folders, data: partial } });
  await writeFileAtomically(path.join(partial, makerFile), run.engine.product, {
    owner: run.account,
  });
  await syncTree(partial);
  await rename(partial, data);
  await syncFolder(parent);
}

/** An engine that several products stand for may be another one today, which would fail on the data with riddles. */
async function requireSameProduct(run: Run): Promise<void> {
  const { engine, product } = run.engine;
  const { data } = run.folders;
  const maker = await readFileIfPresent(path.join(data, makerFile));
  if (maker === undefined || maker === product) return;
  throw serviceErrors.DS_DATA_OF_OTHER_PRODUCT(
    `${run.instance}: the data in ${data} was made by ${maker}, and the engine is ${product} now`,
    {
      hint: `name the folder with ${maker}'s programs as engines.${engine}.path in devstack.config.ts, or move the data away`,
      details: { folder: data, maker, product },
    },
  );
}
