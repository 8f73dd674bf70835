import type { Transaction } from "../barrier/transaction.ts";
import { createMount, fullPath, type MountEntry } from "./mount-entry.ts";

const storedAt = "core/mounts";

export interface MountMove {
  readonly source_mount: string;
  readonly target_mount: string;
  readonly status: "success";
}

/** Which engine answers under which path. Kept in memory while unsealed; every change is written first. */
export class MountTable {
  #mounts = new Map<string, MountEntry>();
  /** Moves that were made since the unsealing, by id: a client asks for its own, right after. */
  readonly moves = new Map<string, MountMove>();

  /** What a new vault has, beside sys. */
  static initial(): MountEntry[] {
    return [
      createMount({
        path: "cubbyhole/",
        type: "cubbyhole",
        auth: false,
        description: "per-token private secret storage",
        local: true,
      }),
      createMount({
        path: "sys/",
        type: "system",
        auth: false,
        description: "system endpoints used for control, policy and debugging",
        sealWrap: true,
      }),
      createMount({
        path: "token/",
        type: "token",
        auth: true,
        description: "token based credentials",
      }),
    ];
  }

  static store(tx: Transaction, mounts: readonly MountEntry[]): void {
    tx.put(storedAt, Buffer.from(JSON.stringify(mounts)));
  }

  load(tx: Transaction): void {
    const stored = tx.get(storedAt);
    const mounts = stored === undefined ? [] : (JSON.parse(stored.toString()) as MountEntry[]);
    this.#use(mounts);
  }

  clear(): void {
    this.moves.clear();
    this.#mounts = new Map();
  }

  all(auth: boolean): MountEntry[] {
    return [...this.#mounts.values()]
      .filter((mount) => mount.auth === auth)
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** `path` is under "auth/" for an auth method, and ends in "/". */
  at(path: string): MountEntry | undefined {
    return this.#mounts.get(path);
  }

  /** The mount that a request's path lies in; `path` of the mount itself needs no slash at its end. */
  find(path: string): MountEntry | undefined {
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const candidate = path[end - 1] === "/" ? path.slice(0, end) : `${path.slice(0, end)}/`;
      const found = this.#mounts.get(candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A mount that lies above or below a path that ends in "/": two mounts can't share one. */
  conflicting(path: string): MountEntry | undefined {
    for (const [taken, mount] of this.#mounts) {
      if (path.startsWith(taken) || taken.startsWith(path)) return mount;
    }
    return undefined;
  }

  put(tx: Transaction, mount: MountEntry): void {
    const others = [...this.#mounts.values()].filter(({ uuid }) => uuid !== mount.uuid);
    this.#change(tx, [...others, mount]);
  }

  remove(tx: Transaction, mount: MountEntry): void {
    this.#change(
      tx,
      [...this.#mounts.values()].filter(({ uuid }) => uuid !== mount.uuid),
    );
  }

  /** In memory at once: the next change must build on this one, not on what was there before it. */
  #change(tx: Transaction, mounts: readonly MountEntry[]): void {
    MountTable.store(tx, mounts);
    this.#use(mounts);
  }

  #use(mounts: readonly MountEntry[]): void {
    this.#mounts = new Map(mounts.map((mount) => [fullPath(mount), mount]));
  }
}
