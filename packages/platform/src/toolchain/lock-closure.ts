/** Of npm's lock file: a folder of the checkout, and what is said of the package in it. */
export interface LockEntry {
  /** A package of the checkout itself, linked; `resolved` is its folder. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type LockEntries = Readonly<Record<string, LockEntry>>;

/** The entries that the packages in these folders need at run time, these among them, as far as npm installs them. */
export function lockClosure(entries: LockEntries, folders: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (place: string): void => {
    if (found.has(place)) return;
    found.add(place);
    const { link, resolved = "" } = entries[place] ?? {};
    if (link) {
      visit(resolved);
      return;
    }
    const { dependencies, optionalDependencies } = entries[place] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const needed = placeOf(entries, place, name);
      if (needed !== undefined) visit(needed);
    }
  };
  for (const folder of folders) visit(folder);
  return found;
}

/** Where Node finds the package of this name, from a package at this place: in it, or beside it, or further up. */
function placeOf(entries: LockEntries, from: string, name: string): string | undefined {
  for (let folder = from; ;) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (entries[place]) return place;
    if (folder === "") return undefined;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")));
    if (!folder.includes("node_modules/")) folder = "";
  }
}
