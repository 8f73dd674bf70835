import { access, readFile } from "node:fs/promises";

/** What must be known of the machine's distribution to tell its own packages from a third party's. */
export interface Distribution {
  /** "debian", "ubuntu". */
  readonly id: string;
  /** "bookworm", "jammy". */
  readonly codename: string;
  /** "12", "22.04". */
  readonly release: string;
  /** The keyrings that sign its own packages, as far as they are on this machine. */
  readonly keyrings: readonly string[];
  /** The parts of its archive that are used. */
  readonly components: readonly string[];
}

const known: Readonly<Record<string, Pick<Distribution, "keyrings" | "components">>> = {
  debian: {
    keyrings: [
      "/usr/share/keyrings/debian-archive-keyring.gpg",
      "/usr/share/keyrings/debian-archive-keyring.pgp",
    ],
    components: ["main"],
  },
  ubuntu: {
    keyrings: ["/usr/share/keyrings/ubuntu-archive-keyring.gpg"],
    components: ["main", "universe"],
  },
  raspbian: {
    keyrings: ["/usr/share/keyrings/raspbian-archive-keyring.gpg"],
    components: ["main"],
  },
};

/** Reads os-release(5): `NAME=value` or `NAME="value"`, a line each. */
export function parseOsRelease(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm)].map(([, name, , value]) => [name, value]),
  );
}

/**
 * The distribution whose archive this machine uses; a derivative counts as the one it is built upon.
 * @throws where it has no packages that we know how to use.
 */
export async function detectDistribution(): Promise<Distribution> {
  const fields = parseOsRelease(await readFile("/etc/os-release", "utf8").catch(() => ""));
  const names = [fields["ID"] ?? process.platform, ...(fields["ID_LIKE"] ?? "").split(" ")];
  const id = names.find((name) => known[name] !== undefined);
  const family = id === undefined ? undefined : known[id];
  const codename = fields["UBUNTU_CODENAME"] ?? fields["VERSION_CODENAME"];
  if (id === undefined || !family || codename === undefined) {
    throw new Error(
      `there are no Debian or Ubuntu packages for ${fields["PRETTY_NAME"] ?? names[0]}`,
    );
  }
  const present = await Promise.all(family.keyrings.map(isPresent));
  const keyrings = family.keyrings.filter((_, index) => present[index]);
  return { id, codename, release: fields["VERSION_ID"] ?? "", ...family, keyrings };
}

async function isPresent(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
