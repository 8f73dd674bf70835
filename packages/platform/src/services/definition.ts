import type { Owner } from "../shared/files.ts";
import type { Companion, ProcessSpec } from "../supervisor/process-spec.ts";
import type { EngineInstallation, EngineRequirement } from "../toolchain/engine.ts";

/** A generated field: 25 letters and digits from a CSPRNG, made once and never changed by a later start. */
export const generated = Symbol("generated");

/** Whether the port speaks plain, both on one port, or TLS only. */
export type PortTls = "none" | "same" | "only";

export interface PortSpec {
  readonly default: number;
  readonly purpose: string;
  readonly tls: PortTls;
  /** The port follows another one of the instance by a fixed distance (Redis: the bus is the port + 10000). */
  readonly follows?: { readonly port: string; readonly offset: number };
}

/** A KV v2 entry at `secret/<path>`; fixed values are written once too. */
export interface CredentialSpec {
  readonly path: string;
  readonly fields: Readonly<Record<string, string | boolean | typeof generated>>;
  /** Fields that take their value from another entry's field, so that several entries share one password. */
  readonly sameAs?: Readonly<Record<string, { readonly path: string; readonly field: string }>>;
}

/** The files of an instance's certificate, PEM, owned by the engine, 600. */
export interface TlsFiles {
  /** Leaf, then the intermediate. */
  readonly certificate: string;
  readonly key: string;
  /** Key and certificate in one file, as MongoDB wants it. */
  readonly bundle: string;
  /** The root; what clients verify against. */
  readonly ca: string;
}

/** Everything that a definition's functions may depend on, for one instance. */
export interface Run {
  readonly instance: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly folders: {
    readonly data: string;
    /** Rendered files, certificates, sockets; 700, the engine's. */
    readonly files: string;
  };
  readonly tls: TlsFiles;
  readonly engine: EngineInstallation;
  /** Who the engine runs as; undefined: whoever runs DevStack. */
  readonly account: Owner | undefined;
  /** A value that the service's own AppRole reads in the vault. */
  readonly secret: (path: string, field: string) => string;
  /** A port of another service of the stack, by instance and name. */
  readonly portOf: (instance: string, name: string) => number;
  readonly vaultAddress: string;
  /** Where a service that `logsIn` by itself finds its identity: `role-id`, `secret-id`, and all roots in `ca.pem`. */
  readonly identityFolder: string;
  /** A throwaway stack, in which suites ask more often than a user would. */
  readonly isThrowaway: boolean;
  /** All instances of the service in order, this one among them. */
  readonly peers: readonly Run[];
}

export interface RenderedFile {
  /** Relative to `folders.files`. */
  readonly path: string;
  readonly content: string;
  /** Permission bits; 0o600 unless said. */
  readonly mode?: number;
}

export interface Execution {
  /** One of the engine's programs. */
  readonly program: string;
  readonly args: readonly string[];
  /** Written to standard input: the way for anything secret. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface StepContext {
  readonly run: Run;
  readonly signal: AbortSignal;
  /** Runs one of the engine's programs to its end as the engine's account; gives its output, rejects unless it exits 0. */
  readonly execute: (execution: Execution) => Promise<string>;
  /** Sends a signal to the instance's main process, once it runs. */
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Tells whether it is done, so that a first start that was killed is simply continued. */
export interface Step {
  readonly name: string;
  readonly done: (context: StepContext) => Promise<boolean>;
  readonly apply: (context: StepContext) => Promise<void>;
}

export interface Connection {
  /** With the application's user and password. */
  readonly url: string;
  /** The same by another way in, where `url` is not it: TLS that is verified as far as a URL can say so, or none. */
  readonly tlsUrl?: string;
  readonly plainUrl?: string;
  /** What the engine's own clients and most libraries read. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a connection is made of: all of it told by the service itself. */
export type ConnectionRun = Pick<Run, "ports" | "peers" | "secret" | "tls">;

/** An interactive client, as the application, over TLS with chain and name verified. */
export interface ClientShell {
  /** Looked for among the engine's own programs, then on PATH. */
  readonly program: string;
  /** Never a secret. */
  readonly args: readonly string[];
  /** Of that process alone. */
  readonly env: Readonly<Record<string, string>>;
  /** The variable that names the file of what was typed before, so that none is made in the user's home. */
  readonly historyVariable?: string;
  /** For a client that takes its login only from a file: written 600, its path the last argument, removed afterwards. */
  readonly script?: { readonly name: string; readonly content: string };
}

/** A prompt of our own, where an engine brings no client. */
export interface LinePrompt extends AsyncDisposable {
  readonly greeting: string;
  /** Gives the answer to one line; rejects with what is wrong with it. */
  readonly answer: (line: string) => Promise<string>;
}

/** Breaks the service in one named way, to show that a check sees it; only `test --prove` applies one. */
export interface Fault {
  readonly summary: string;
  readonly change: (definition: ServiceDefinition) => ServiceDefinition;
}

/** Everything that varies by service: data, and functions only where a value depends on the run. */
export interface ServiceDefinition {
  readonly name: string;
  readonly summary: string;
  readonly engine: EngineRequirement;
  /** Undefined: one, named like the service. */
  readonly instances?: readonly string[];
  /** By instance; then by the port's name. */
  readonly ports: Readonly<Record<string, Readonly<Record<string, PortSpec>>>>;
  readonly dependsOn: readonly string[];
  /** Its engine takes longest to be ready, so it gets its credentials and its processes before the others. */
  readonly startsFirst?: boolean;
  readonly credentials: readonly CredentialSpec[];
  /** Services whose applications' entries its AppRole reads too. */
  readonly reads?: readonly string[];
  /** Its process logs in to the vault by itself: its AppRole's files are given to it, and kept current. */
  readonly logsIn?: boolean;
  /** Whether each instance has a certificate of its own (role `<instance>-role`), and its Common Name's other names. */
  readonly certificate?: {
    readonly keyType: "ec" | "rsa";
    /** Has the instance serve the one that its files have come to hold, without a restart. */
    readonly takeUp: (context: StepContext) => Promise<void>;
  };
  /** Pure: no disk, no clock. */
  readonly render: (run: Run) => readonly RenderedFile[];
  /**
   * What of new data is the same for every stack, for an engine that takes long to make it: filled into the empty
   * `run.folders.data` once, kept, and copied. It can't ask for a secret. Undefined: nothing is kept.
   */
  readonly template?: (
    run: Pick<Run, "engine">,
  ) => ((context: StepContext) => Promise<void>) | undefined;
  /**
   * Makes an initialised data folder at `run.folders.data`, which holds what `template` made, is empty without one,
   * and has a temporary name; it gets its own by rename when this resolves. Undefined: the engine starts on an empty
   * folder.
   */
  readonly createData?: (context: StepContext) => Promise<void>;
  /** An engine reads the data of its own major version alone; others take over what an older version made. */
  readonly isDataOfOneMajor?: boolean;
  readonly companions?: (run: Run) => readonly Companion[];
  readonly process: (run: Run) => ProcessSpec;
  /** Rejects until the instance's process answers its own protocol. */
  readonly accepting: (run: Run, signal: AbortSignal) => Promise<void>;
  /** Before each start of an instance's process, when no earlier one runs: clears what a dead one left in the way. */
  readonly beforeStart?: (run: Run) => Promise<void>;
  /** As soon as an instance's process has ended by itself: others may take its place until it is back. */
  readonly ended?: (run: Run, signal: AbortSignal) => Promise<void>;
  /** Once all instances accept, in order, once for the service: `context.run` is its first instance. */
  readonly initialise: readonly Step[];
  /** What `ready` does, in words, for `health`. */
  readonly readyMeans: string;
  /** An authenticated write and read. Rejects with why the service is not yet of use; called until it resolves. */
  readonly ready: (run: Run, signal: AbortSignal) => Promise<void>;
  readonly connection: (run: ConnectionRun) => Connection;
  /** In order of preference. */
  readonly shells?: (run: ConnectionRun) => readonly ClientShell[];
  /** Used where none of `shells` is to be had. */
  readonly prompt?: (run: ConnectionRun) => Promise<LinePrompt>;
  /** How long a start may take, in milliseconds; 60,000 unless said. */
  readonly readyWithinMs?: number;
  readonly faults?: Readonly<Record<string, Fault>>;
}

/** Gives the definition its type; a fault in it is a fault of compilation. */
export function defineService(definition: ServiceDefinition): ServiceDefinition {
  return definition;
}

export function instancesOf(definition: ServiceDefinition): readonly string[] {
  return definition.instances ?? [definition.name];
}

/** A fault's change: one of the rendered files gets other content. */
export function rewriting(path: string, rewrite: (content: string) => string): Fault["change"] {
  return (definition) => ({
    ...definition,
    render: (run) =>
      definition
        .render(run)
        .map((file) => (file.path === path ? { ...file, content: rewrite(file.content) } : file)),
  });
}
