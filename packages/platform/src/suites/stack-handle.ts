import type { StackFolders } from "../config/folders.ts";
import type { EngineInstallation } from "../toolchain/engine.ts";
import type { KeyStore } from "../vault/key-store.ts";
import type { VaultClient } from "../vault/vault-client.ts";

export interface ProcessView {
  readonly service: string;
  readonly instance: string;
  readonly state: string;
  readonly pid?: number;
}

/** The stack that a suite looks at: the ways in that a user, an application or an administrator has. */
export interface StackHandle {
  readonly folders: StackFolders;
  /** By instance, then by the port's name. */
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly keyStore: KeyStore;
  /** Somebody else runs and opens it: the stack has no process and no keys of it. */
  readonly isVaultExternal: boolean;
  /** The vault without a token. */
  readonly vault: VaultClient;
  /** The vault with the root token. */
  readonly administrator: () => Promise<VaultClient>;
  /** The vault as the service itself, by its AppRole. */
  readonly as: (service: string) => Promise<VaultClient>;
  /** A stored credential's fields, read by the administrator. */
  readonly secret: (path: string) => Promise<Readonly<Record<string, string>>>;
  readonly engine: (service: string) => Promise<EngineInstallation>;
  readonly processes: () => Promise<readonly ProcessView[]>;
  readonly restart: (name: string) => Promise<void>;
  /** Sends a signal to an instance's main process. */
  readonly signal: (instance: string, signal: NodeJS.Signals) => Promise<void>;
  /** The command line, as a user calls it. */
  readonly devstack: (...args: readonly string[]) => Promise<CommandResult>;
}

export interface CommandResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A port by instance and name; throws when the registry has no such port. */
export function portOf(stack: StackHandle, instance: string, name: string): number {
  const port = stack.ports[instance]?.[name];
  if (port === undefined) throw new Error(`no port ${instance}.${name}`);
  return port;
}
