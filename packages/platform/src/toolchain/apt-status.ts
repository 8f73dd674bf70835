/**
 * What an engine's package asks for and its programs don't: things that set a machine up, that its init system or its
 * package scripts use, and LLVM (PostgreSQL's JIT). apt is told that they are there. A name may end in `*`.
 */
const leftOut: readonly string[] = `
  adduser base-files bash bsdutils coreutils cron dash debconf debianutils diffutils dpkg e2fsprogs findutils galera-4
  gawk grep gzip hostname init-system-helpers iproute2 libc-bin libc-l10n libdbi-perl libpam-modules libpam-runtime
  locales login logrotate lsb-base lsof mariadb-common mount mysql-common netbase openssl passwd perl perl-base
  postgresql-client-common postgresql-common procps psmisc python3 readline-common rsync sed sensible-utils socat ssl-cert
  systemd sysvinit-utils tar tzdata ucf usrmerge util-linux
  libllvm*
`
  .trim()
  .split(/\s+/);

const patterns = leftOut.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));

/** What to leave out from the start; what a pattern matches only apt's answer shows. */
export const leftOutByName = leftOut.filter((name) => !name.endsWith("*"));

/** Whether apt must be told that this package is there, although the engine's package asks for it. */
export function isLeftOut(name: string): boolean {
  return leftOut.includes(name) || patterns.some((begin) => name.startsWith(begin));
}

/**
 * The status file for apt: the machine's own C library with what that depends on (it has to match the machine's loader
 * exactly, so it is never taken from elsewhere) and the packages left out. So the answer doesn't depend on what else is
 * installed.
 * @param machine the machine's own status file
 * @param architecture the machine's, as dpkg calls it: a foreign one's C library may be there too
 * @param standIns the packages left out, by name
 */
export function renderStatus(
  machine: string,
  architecture: string,
  standIns: Iterable<string>,
): string {
  const base = cLibrary(machine, architecture);
  return [...base, ...[...standIns].map((name) => standIn(name, architecture))].join("\n") + "\n";
}

function cLibrary(machine: string, architecture: string): readonly string[] {
  const stanzas = new Map<string, string>();
  for (const stanza of machine.split(/\n\n+/)) {
    const name = fieldOf(stanza, "Package");
    const isNative = [architecture, "all"].includes(fieldOf(stanza, "Architecture"));
    if (isNative && fieldOf(stanza, "Status").endsWith(" installed")) stanzas.set(name, stanza);
  }
  const root = ["libc6", "libc6.1"].find((name) => stanzas.has(name));
  if (root === undefined)
    throw new Error("dpkg's status file doesn't name this machine's C library");
  const wanted = new Set([root]);
  for (const name of wanted) {
    const stanza = stanzas.get(name) ?? "";
    for (const needed of dependencies(stanza)) if (stanzas.has(needed)) wanted.add(needed);
  }
  return [...wanted].map((name) =>
    `${stanzas.get(name) ?? ""}\n`.replace(/^Status: .*$/m, "Status: hold ok installed"),
  );
}

function dependencies(stanza: string): readonly string[] {
  return ["Pre-Depends", "Depends"]
    .flatMap((field) => fieldOf(stanza, field).split(/[,|]/))
    .map((dependency) => dependency.trim().replace(/[\s:(].*$/, ""));
}

function fieldOf(stanza: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
}

/** Newer than any version asked for, and good for `name:any` as well. */
function standIn(name: string, architecture: string): string {
  return `Package: ${name}
Status: hold ok installed
Priority: optional
Section: misc
Maintainer: none <none@localhost>
Architecture: ${architecture}
Multi-Arch: allowed
Version: 99:1
Description: left out
`;
}
