import { randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import semver from "semver";
import {
  ensureFolder,
  exists,
  readFileIfPresent,
  syncFolder,
  syncTree,
  writeFileAtomically,
} from "../shared/files.ts";
import { cloneTemplate, discardTemplate, provideTemplate } from "./data-template.ts";
import type { Run } from "./definition.ts";
import { serviceErrors } from "./errors.ts";

/** In the data folder, so that it goes where the data goes: which product used it last, in which version. */
const makerFile = "devstack-product";

export interface DataCreation {
  /** Where templates are kept. */
  readonly cache: string;
  /** What is the same for every stack; undefined: nothing that is worth keeping. */
  readonly fill: ((partial: Run) => Promise<void>) | undefined;
  /** Makes it this stack's own; undefined: the engine starts on an empty folder. */
  readonly create: ((partial: Run) => Promise<void>) | undefined;
  /** As in the service's definition. */
  readonly isOfOneMajor: boolean;
}

/**
 * Makes the instance's data folder where there is none. It is filled under a temporary name, synced and renamed, so
 * that one with its own name is whole; what a cut-off try left is thrown away. Without `create` it is empty.
 * @throws DS_DATA_OF_OTHER_PRODUCT, DS_DATA_OF_OTHER_VERSION
 */
export async function provideDataFolder(run: Run, creation: DataCreation): Promise<void> {
  const { data } = run.folders;
  const owned = { mode: 0o700, owner: run.account };
  if (await exists(data)) return takeOverData(run, creation.isOfOneMajor);
  const { create } = creation;
  if (!create) {
    await ensureFolder(data, owned);
    return writeMaker(run);
  }
  const parent = path.dirname(data);
  const prefix = `.${path.basename(data)}.partial-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    await rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 10 });
  }
  // Each try has a name of its own: the program of one that was killed may still be writing.
  const partial = path.join(parent, prefix + randomUUID());
  await ensureFolder(partial, owned);
  await createIn(partial, run, { ...creation, create });
  await writeMaker({ ...run, folders: { ...run.folders, data: partial } });
  await syncTree(partial);
  await rename(partial, data);
  await syncFolder(parent);
}

async function createIn(
  partial: string,
  run: Run,
  creation: DataCreation & { readonly create: NonNullable<DataCreation["create"]> },
): Promise<void> {
  const { fill, create, cache } = creation;
  const own = { ...run, folders: { ...run.folders, data: partial } };
  if (!fill) return create(own);
  const { engine, account } = run;
  const shared = async (folder: string): Promise<void> =>
    fill({ ...run, folders: { ...run.folders, data: folder }, secret: refuseSecret });
  const template = await provideTemplate({ cache, engine, account, fill: shared });
  if (template === undefined) {
    await shared(partial);
    return create(own);
  }
  try {
    await cloneTemplate(template, partial, account);
    await create(own);
  } catch (error) {
    await discardTemplate(template).catch(() => undefined); // another stack was faster, or it can't be written
    throw error;
  }
}

/** A template is every stack's, so nothing of one stack's own goes in. */
function refuseSecret(at: string): never {
  throw new Error(`a template was about to hold secret/${at}`);
}

/**
 * The engine may be another one today: another product that stands for the same, or another version. It would fail on
 * the data with riddles, or change them in such a way that there is no return.
 */
async function takeOverData(run: Run, isOfOneMajor: boolean): Promise<void> {
  const { engine, product, version } = run.engine;
  const { data } = run.folders;
  const maker = await readFileIfPresent(path.join(data, makerFile));
  if (maker === makerOf(run.engine)) return;
  if (maker === undefined) return writeMaker(run);
  const [madeBy = "", madeWith] = maker.split(" ");
  const isOther = madeBy !== product;
  if (!isOther && (madeWith === undefined || servesData(version, madeWith, isOfOneMajor)))
    return writeMaker(run);
  const code = isOther ? "DS_DATA_OF_OTHER_PRODUCT" : "DS_DATA_OF_OTHER_VERSION";
  throw serviceErrors[code](
    `${run.instance}: the data in ${data} was made by ${maker}, and the engine is ${isOther ? product : makerOf(run.engine)} now`,
    {
      hint: `name the folder with ${maker}'s programs as engines.${engine}.path in devstack.config.ts, or move the data away`,
      details: { folder: data, maker, product, version },
    },
  );
}

/** Whether an engine of this version can be let at data that one of that version used last. */
function servesData(version: string, madeWith: string, isOfOneMajor: boolean): boolean {
  const [now, then] = [semver.coerce(version), semver.coerce(madeWith)];
  if (!now || !then) return true;
  if (isOfOneMajor) return now.major === then.major;
  return now.major > then.major || (now.major === then.major && now.minor >= then.minor);
}

function makerOf({ product, version }: Run["engine"]): string {
  return `${product} ${version}`;
}

async function writeMaker({ engine, folders, account }: Run): Promise<void> {
  await writeFileAtomically(path.join(folders.data, makerFile), makerOf(engine), {
    owner: account,
  });
}
