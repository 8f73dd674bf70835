import type { Stats } from "node:fs";
import { readdir, rm, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { errnoOf, messageOf } from "../shared/errors.ts";
import { ensureFolder, readFileIfPresent, writeFileAtomically } from "../shared/files.ts";
import { Secret } from "../shared/secret.ts";
import { vaultErrors } from "./errors.ts";

export interface UnsealKeys {
  readonly shares: readonly Secret[];
  readonly threshold: number;
}

/** The identity that a service logs in with. */
export interface AppRoleIdentity {
  readonly roleId: Secret;
  readonly secretId: Secret;
}

/**
 * The stack's `vault` folder: what opens the vault and who may enter. Folders are 700 and files 600; whatever is
 * looser is refused before it is read, with the command that mends it.
 */
export class KeyStore {
  readonly folder: string;
  /** Of the token that may fill the vault. */
  readonly rootTokenFile: string;

  /** The token of a vault that is not the stack's own may lie in a file of the user's. */
  constructor(folder: string, tokenFile?: string) {
    this.folder = folder;
    this.rootTokenFile = tokenFile ?? path.join(folder, "root-token");
  }

  get keysFile(): string {
    return path.join(this.folder, "keys.json");
  }

  /** The root certificate, PEM. */
  get caFile(): string {
    return path.join(this.folder, "ca", "ca.pem");
  }

  /** The intermediate, then the root, PEM. */
  get caChainFile(): string {
    return path.join(this.folder, "ca", "ca-chain.pem");
  }

  /** There while an initialisation is under way whose keys may be lost with it. */
  get #initialisingFile(): string {
    return path.join(this.folder, "initialising");
  }

  async announceInitialisation(): Promise<void> {
    await this.#write(this.#initialisingFile, "");
  }

  async initialisationWasCutOff(): Promise<boolean> {
    return (
      (await readFileIfPresent(this.#initialisingFile)) !== undefined &&
      (await this.keys()) === undefined
    );
  }

  async saveKeys(keys: UnsealKeys, rootToken: Secret): Promise<void> {
    const { shares, threshold } = keys;
    await this.#write(this.rootTokenFile, `${rootToken.reveal()}\n`);
    const document = {
      shares: shares.length,
      threshold,
      keys: shares.map((share) => share.reveal()),
    };
    await this.#write(this.keysFile, `${JSON.stringify(document, undefined, 2)}\n`);
    await unlink(this.#initialisingFile);
  }

  /** The unseal keys; undefined when there are none. */
  async keys(): Promise<UnsealKeys | undefined> {
    const text = await this.#read(this.keysFile);
    if (text === undefined) return undefined;
    try {
      const { keys, threshold } = JSON.parse(text) as { keys: string[]; threshold: number };
      return { shares: keys.map((key) => new Secret(key)), threshold };
    } catch (error) {
      throw vaultErrors.DS_VAULT_KEYS_INVALID(
        `${this.keysFile} can't be read: ${messageOf(error)}`,
        {
          hint: "put back your copy of it; without the keys the vault's data can't be opened",
        },
      );
    }
  }

  /** Rejects with DS_VAULT_NOT_INITIALISED when there is none. */
  async rootToken(): Promise<Secret> {
    const text = await this.#read(this.rootTokenFile);
    if (text !== undefined) return new Secret(text.trim());
    throw vaultErrors.DS_VAULT_NOT_INITIALISED(`there is no ${this.rootTokenFile}`, {
      hint: "devstack up",
    });
  }

  /** Keeps a token that was given for a vault that is not the stack's own. */
  async saveToken(token: Secret): Promise<void> {
    await this.#write(this.rootTokenFile, `${token.reveal()}\n`);
  }

  async saveIdentity(service: string, identity: AppRoleIdentity): Promise<void> {
    await this.#write(this.#identityFile(service, "role-id"), `${identity.roleId.reveal()}\n`);
    await this.#write(this.#identityFile(service, "secret-id"), `${identity.secretId.reveal()}\n`);
  }

  /** What `approles/<service>` holds; undefined before the first bootstrap. */
  async identity(service: string): Promise<AppRoleIdentity | undefined> {
    const roleId = await this.#read(this.#identityFile(service, "role-id"));
    const secretId = await this.#read(this.#identityFile(service, "secret-id"));
    if (roleId === undefined || secretId === undefined) return undefined;
    return { roleId: new Secret(roleId.trim()), secretId: new Secret(secretId.trim()) };
  }

  /** When its secret-id was given, in milliseconds; undefined where there is none. */
  async identityGivenAt(service: string): Promise<number | undefined> {
    const found = await statIfPresent(this.#identityFile(service, "secret-id"));
    return found?.mtimeMs;
  }

  /** Whose identities lie here, those too that nobody needs any more. */
  async identityNames(): Promise<readonly string[]> {
    return readdir(path.join(this.folder, "approles")).catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT") return [];
      throw error;
    });
  }

  async removeIdentity(service: string): Promise<void> {
    const folder = path.dirname(this.#identityFile(service, "role-id"));
    await rm(folder, { recursive: true, force: true });
  }

  /** Where a service's identity lies, for whoever logs in by itself. */
  identityFiles(service: string): { readonly roleIdFile: string; readonly secretIdFile: string } {
    return {
      roleIdFile: this.#identityFile(service, "role-id"),
      secretIdFile: this.#identityFile(service, "secret-id"),
    };
  }

  async saveCa(root: string, intermediate: string): Promise<void> {
    await this.#write(this.caFile, pem(root));
    await this.#write(this.caChainFile, pem(intermediate) + pem(root));
  }

  #identityFile(service: string, name: "role-id" | "secret-id"): string {
    return path.join(this.folder, "approles", service, name);
  }

  async #write(file: string, content: string): Promise<void> {
    if ((await readFileIfPresent(file)) === content) return;
    for (const folder of this.#foldersTo(file)) await ensureFolder(folder, { mode: 0o700 });
    await writeFileAtomically(file, content);
  }

  async #read(file: string): Promise<string | undefined> {
    for (const folder of this.#foldersTo(file)) await refuseLoose(folder, 0o700);
    await refuseLoose(file, 0o600);
    return readFileIfPresent(file);
  }

  /** From the stack's vault folder down to the file's own. */
  #foldersTo(file: string): readonly string[] {
    const folders = [];
    for (
      let folder = path.dirname(file);
      folder.startsWith(this.folder);
      folder = path.dirname(folder)
    ) {
      folders.unshift(folder);
    }
    return folders;
  }
}

async function statIfPresent(entry: string): Promise<Stats | undefined> {
  return stat(entry).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  });
}

async function refuseLoose(entry: string, mode: number): Promise<void> {
  const found = await statIfPresent(entry);
  if (!found || (found.mode & 0o777 & ~mode) === 0) return;
  const octal = (bits: number): string => (bits & 0o777).toString(8);
  throw vaultErrors.DS_VAULT_KEYS_LOOSE(
    `${entry} has mode ${octal(found.mode)}, so others may reach the vault's keys; ${octal(mode)} is asked for`,
    {
      hint: `chmod ${octal(mode)} '${entry}'`,
      details: { path: entry, mode: octal(found.mode) },
    },
  );
}

function pem(certificate: string): string {
  return `${certificate.trim()}\n`;
}
