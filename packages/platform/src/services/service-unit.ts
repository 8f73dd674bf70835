import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { StackFolders } from "../config/folders.ts";
import { messageOf } from "../shared/errors.ts";
import { eventually } from "../shared/eventually.ts";
import {
  ensureFolder,
  keepFile,
  type Owner,
  readFileIfPresent,
  writeFileAtomically,
} from "../shared/files.ts";
import type { ProcessIdentity } from "../shared/process-identity.ts";
import type { Member, Unit, UnitControl } from "../supervisor/unit.ts";
import type { EngineInstallation, EngineRequirement } from "../toolchain/engine.ts";
import { readCredential } from "../vault/stored-credentials.ts";
import { isFresh, issueCertificate } from "../vault/certificates.ts";
import type { KeyStore } from "../vault/key-store.ts";
import { logIn } from "../vault/login.ts";
import type { VaultClient } from "../vault/vault-client.ts";
import { provideDataFolder } from "./data-folder.ts";
import {
  instancesOf,
  type RenderedFile,
  type Run,
  type ServiceDefinition,
  type StepContext,
} from "./definition.ts";
import { serviceErrors } from "./errors.ts";
import { executeProgram } from "./execute-program.ts";
import { recallStart, rememberStart } from "./remembered-start.ts";
import { vaultService } from "./vault/vault-service.ts";

/** What a definition is run with on this machine. */
export interface ServiceHost {
  readonly folders: StackFolders;
  /** By instance, then by the port's name. */
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly engineFor: (
    requirement: EngineRequirement,
    signal: AbortSignal,
  ) => Promise<EngineInstallation>;
  /** Who engines run as; undefined: whoever runs DevStack. */
  readonly account: Owner | undefined;
  /** The process that the stack is for, where it is thrown away afterwards. */
  readonly throwawayOf?: ProcessIdentity;
  /** In place of the stack's own. */
  readonly externalVault?: { readonly url: string };
  readonly vault: VaultClient;
  readonly keyStore: KeyStore;
  readonly now: () => number;
}

/** Turns a definition into what the supervisor runs. */
export function serviceUnit(definition: ServiceDefinition, host: ServiceHost): Unit {
  let runs: readonly Run[] = [];
  /** Instances that serve another certificate than their files hold. */
  const behind = new Set<string>();
  return {
    name: definition.name,
    dependsOn: definition.dependsOn,
    needsToStart: [vaultService.name],
    startsFirst: definition.startsFirst ?? false,
    members: instancesOf(definition),
    readyWithinMs: definition.readyWithinMs ?? 60_000,
    foresee: async (signal) => {
      const engine = await host.engineFor(definition.engine, signal);
      const likely = makeRuns(definition, { ...host, engine }, {}); // with no secret: nothing of a process is one
      const members = await Promise.all(
        likely.map(async (run) =>
          recallStart(host, run, (files) => memberOf(definition, host, run, files)),
        ),
      );
      return members.flatMap((member) => member ?? []);
    },
    prepare: async (signal) => {
      const [engine, secrets] = await Promise.all([
        host.engineFor(definition.engine, signal),
        readSecrets(definition, host),
      ]);
      runs = makeRuns(definition, { ...host, engine }, secrets);
      behind.clear(); // started with what the files hold
      return Promise.all(runs.map(async (run) => prepareInstance(definition, host, run, signal)));
    },
    settle: async (control) => settle(definition, host, runs, control),
    renew: async ({ signal, kill }) => {
      for (const instance of await dueCertificates(definition, host)) behind.add(instance);
      if (behind.size === 0) return;
      const engine = runs[0]?.engine ?? (await host.engineFor(definition.engine, signal));
      const secrets = await readSecrets(definition, host); // and new certificates
      for (const run of makeRuns(definition, { ...host, engine }, secrets)) {
        if (!behind.has(run.instance)) continue;
        await definition.certificate?.takeUp(
          stepContext(host, run, signal, (one) => kill(run.instance, one)),
        );
        behind.delete(run.instance);
      }
    },
  };
}

type Secrets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The service's own credentials, read with its own AppRole. */
async function readSecrets(definition: ServiceDefinition, host: ServiceHost): Promise<Secrets> {
  if (definition.credentials.length === 0) return {};
  const own = await logIn(host.vault, host.keyStore, definition.name);
  const entries = definition.credentials.map(
    async ({ path: at }) => [at, await readCredential(own, at)] as const,
  );
  const [secrets] = await Promise.all([
    Promise.all(entries),
    refreshCertificates(definition, host, own),
  ]);
  await own.write("auth/token/revoke-self");
  return Object.fromEntries(secrets) as Secrets;
}

/** Everything that a definition's functions get, for each instance. */
export function makeRuns(
  definition: ServiceDefinition,
  host: Pick<ServiceHost, "folders" | "ports" | "account" | "throwawayOf" | "externalVault"> & {
    readonly engine: EngineInstallation | undefined;
  },
  secrets: Secrets,
): readonly Run[] {
  const secret = (at: string, field: string): string => {
    const value = secrets[at]?.[field];
    if (typeof value === "string") return value;
    throw serviceErrors.DS_CREDENTIAL_MISSING(
      `the vault holds no "${field}" at secret/${at} for ${definition.name}`,
      {
        hint: "devstack restart vault puts back what is missing",
      },
    );
  };
  const runs: Run[] = [];
  for (const instance of instancesOf(definition)) {
    const files = path.join(host.folders.run, instance);
    runs.push({
      instance,
      ports: host.ports[instance] ?? {},
      folders: { data: path.join(host.folders.data, instance), files },
      tls: tlsFiles(files),
      get engine() {
        if (host.engine) return host.engine;
        throw new Error(`${definition.name} was asked for its engine where none is needed`);
      },
      account: host.account,
      secret,
      portOf: (other, name) => portIn(host.ports, other, name),
      get vaultAddress() {
        return (
          host.externalVault?.url ?? `https://127.0.0.1:${portIn(host.ports, "vault", "https")}`
        );
      },
      identityFolder: identityFolder(host.folders, instance),
      isThrowaway: host.throwawayOf !== undefined,
      peers: runs,
    });
  }
  return runs;
}

function portIn(ports: ServiceHost["ports"], instance: string, name: string): number {
  const port = ports[instance]?.[name];
  if (port === undefined) throw new Error(`the stack has no port ${instance}.${name}`);
  return port;
}

/** In the folder of the instance's files, so that whoever it runs as can read it. */
export function identityFolder({ run }: Pick<StackFolders, "run">, instance: string): string {
  return path.join(run, instance, "approle");
}

function tlsFiles(folder: string): Run["tls"] {
  const file = (name: string): string => path.join(folder, "tls", name);
  return {
    certificate: file("certificate.pem"),
    key: file("key.pem"),
    bundle: file("bundle.pem"),
    ca: file("ca.pem"),
  };
}

/** Instances whose certificate is missing, was issued by another CA, or has lived two thirds of its life. */
async function dueCertificates(
  definition: ServiceDefinition,
  { keyStore, folders, now }: ServiceHost,
): Promise<readonly string[]> {
  if (!definition.certificate) return [];
  const chain = await readFile(keyStore.caChainFile, "utf8");
  const root = await readFile(keyStore.caFile, "utf8");
  const due = instancesOf(definition).map(async (instance) => {
    const files = tlsFiles(path.join(folders.run, instance));
    const bundle = await readFileIfPresent(files.bundle);
    const ca = await readFileIfPresent(files.ca);
    const isDue = bundle === undefined || ca !== root || !isFresh(bundle, chain, now());
    return isDue ? [instance] : [];
  });
  return (await Promise.all(due)).flat();
}

/** Issues what is due. */
async function refreshCertificates(
  definition: ServiceDefinition,
  host: ServiceHost,
  own: VaultClient,
): Promise<void> {
  const due = await dueCertificates(definition, host);
  if (due.length === 0) return;
  const root = await readFile(host.keyStore.caFile, "utf8");
  await Promise.all(
    due.map(async (instance) => {
      const folder = path.join(host.folders.run, instance);
      const files = tlsFiles(folder);
      for (const each of [folder, path.dirname(files.key)]) {
        await ensureFolder(each, { mode: 0o700, owner: host.account });
      }
      const issued = await issueCertificate(own, instance);
      const owned = { owner: host.account };
      await Promise.all([
        writeFileAtomically(files.key, issued.key, owned),
        writeFileAtomically(files.certificate, issued.certificate, owned),
        writeFileAtomically(files.ca, root, owned),
      ]);
      // The bundle is written last: it is what tells that the others are there.
      await writeFileAtomically(files.bundle, issued.key + issued.certificate, owned);
    }),
  );
}

async function prepareInstance(
  definition: ServiceDefinition,
  host: ServiceHost,
  run: Run,
  signal: AbortSignal,
): Promise<Member> {
  const owned = { mode: 0o700, owner: host.account };
  await ensureFolder(run.folders.files, owned);
  const rendered = definition.render(run);
  for (const file of rendered) {
    const target = path.join(run.folders.files, file.path);
    await ensureFolder(path.dirname(target), owned);
    await keepFile(target, file.content, { mode: file.mode ?? 0o600, owner: host.account });
  }
  const { createData } = definition;
  const within = (step: (context: StepContext) => Promise<void>) => async (partial: Run) =>
    step(stepContext(host, partial, signal, () => undefined));
  const fill = definition.template?.(run);
  await provideDataFolder(run, {
    cache: host.folders.cache,
    fill: fill && within(fill),
    create: createData && within(createData),
    isOfOneMajor: definition.isDataOfOneMajor ?? false,
  });
  const member = await memberOf(definition, host, run, rendered);
  await rememberStart(host, member, rendered);
  return member;
}

async function memberOf(
  definition: ServiceDefinition,
  host: ServiceHost,
  run: Run,
  files: readonly RenderedFile[],
): Promise<Member> {
  return {
    name: run.instance,
    ports: Object.entries(run.ports).map(([name, port]) => ({ name, port })),
    account: host.account,
    logFile: path.join(host.folders.logs, `${run.instance}.log`),
    companions: definition.companions?.(run) ?? [],
    process: definition.process(run),
    configuration: await configurationOf(run, files),
    beforeStart: async () => definition.beforeStart?.(run),
    accepting: async (accepting) => definition.accepting(run, accepting),
    ended: async (ended) => definition.ended?.(run, ended),
  };
}

/** What the instance's process is and reads at its start: its version, files, certificate, and very folder of data. */
async function configurationOf(run: Run, files: readonly RenderedFile[]): Promise<string> {
  const certificate = await readFileIfPresent(run.tls.bundle);
  const { ino } = await stat(run.folders.data);
  const { product, version } = run.engine;
  const ports = run.peers.map((peer) => peer.ports); // what lies there may be of a start with others
  const contents = files.map(({ path: name, content, mode }) => [name, mode ?? 0o600, content]);
  const text = JSON.stringify([product, version, ports, contents, certificate, ino]);
  return createHash("sha256").update(text).digest("hex");
}

async function settle(
  definition: ServiceDefinition,
  host: ServiceHost,
  runs: readonly Run[],
  control: UnitControl,
): Promise<void> {
  const first = runs[0];
  if (!first) return;
  const context = stepContext(host, first, control.signal, (signal) =>
    control.kill(first.instance, signal),
  );
  for (const step of definition.initialise) {
    control.signal.throwIfAborted();
    control.waitingFor(step.name);
    try {
      if (!(await step.done(context))) await step.apply(context);
    } catch (error) {
      throw serviceErrors.DS_INITIALISATION_FAILED(
        `${definition.name}: ${step.name}: ${messageOf(error)}`,
        {
          hint: `devstack logs ${definition.name}`,
          cause: error,
        },
      );
    }
  }
  await eventually(async () => definition.ready(first, control.signal), {
    deadlineMs: Number.POSITIVE_INFINITY, // the unit's own deadline aborts
    signal: control.signal,
    onFailure: (reason) => control.waitingFor(messageOf(reason)),
  });
}

function stepContext(
  host: ServiceHost,
  run: Run,
  signal: AbortSignal,
  kill: (signal: NodeJS.Signals) => void,
): StepContext {
  return {
    run,
    signal,
    kill,
    execute: async (execution) =>
      executeProgram(execution, {
        engine: run.engine,
        account: host.account,
        cwd: run.folders.files,
        signal,
      }),
  };
}
