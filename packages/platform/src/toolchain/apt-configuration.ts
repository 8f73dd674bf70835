import path from "node:path";

/** Where apt keeps what in our cache. */
export interface AptFolders {
  /** Configuration, status file, package lists. */
  readonly apt: string;
  /** Downloaded packages. */
  readonly packages: string;
}

/** The machine's settings that matter for reaching its archive: proxies, certificates, how often to try. */
const kept =
  /^Acquire::(http|https|ftp|tor|Retries|ForceIPv4|ForceIPv6|Check-Valid-Until|Check-Date|Max-FutureTime|By-Hash|Proxy)\b/i;

/**
 * A whole configuration for apt. The machine's own files are shut out, because their hooks would run (one deletes what
 * lies in the machine's cache, others talk to system services); what is kept of them is listed above.
 * @param machine what `apt-config dump` prints without it
 */
export function renderAptConfiguration(machine: string, folders: AptFolders): string {
  const architecture = architectureOf(machine);
  const state = path.join(folders.apt, "state");
  const settings = {
    "Dir::Etc::main": "/dev/null",
    "Dir::Etc::parts": path.join(folders.apt, "no-parts"),
    "Dir::Etc::sourcelist": "/dev/null",
    "Dir::Etc::sourceparts": path.join(folders.apt, "sources"),
    "Dir::Etc::preferences": "/dev/null",
    "Dir::Etc::preferencesparts": path.join(folders.apt, "no-parts"),
    "Dir::State": state,
    "Dir::State::status": path.join(folders.apt, "status"),
    "Dir::Cache": path.join(folders.apt, "cache"),
    // An empty one: apt doesn't list what lies there already.
    "Dir::Cache::archives": path.join(folders.apt, "cache/archives"),
    "Dir::Log": path.join(folders.apt, "log"),
    // Root would have apt download as a user of its own, who can't write into our cache.
    "APT::Sandbox::User": "root",
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "APT::Install-Recommends": "false",
    "APT::Install-Suggests": "false",
    "APT::Color": "false",
    "Acquire::Languages": "none",
    // Security updates would otherwise be listed without a hash.
    "Acquire::ForceHash": "SHA256",
    "Acquire::AllowInsecureRepositories": "false",
  };
  return [
    ...machine.split("\n").filter((line) => kept.test(line)),
    // There is no way to write a quote in apt's quotes: `baseFolders` lets none in.
    ...Object.entries(settings).map(([name, value]) => `${name} "${value}";`),
    "",
  ].join("\n");
}

/** dpkg's name for the machine's architecture, from what `apt-config dump` prints. */
export function architectureOf(machine: string): string {
  const found = /^APT::Architecture "(.+)";$/m.exec(machine)?.[1];
  if (found === undefined) throw new Error("apt doesn't know this machine's architecture");
  return found;
}
