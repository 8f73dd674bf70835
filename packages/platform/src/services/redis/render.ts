import type { Run } from "../definition.ts";

/** redis.conf; every value is quoted, so that paths and passwords may hold anything. */
export function nodeConfiguration(run: Run): string {
  const password = run.secret("redis-1", "password");
  const settings: Readonly<Record<string, string | number>> = {
    bind: "127.0.0.1",
    port: run.ports["plain"] ?? 0,
    "tls-port": run.ports["tls"] ?? 0,
    "tls-cert-file": run.tls.certificate,
    "tls-key-file": run.tls.key,
    "tls-ca-cert-file": run.tls.ca,
    "tls-protocols": "TLSv1.2 TLSv1.3",
    "tls-auth-clients": "optional", // the bus asks for a certificate whatever is said here
    "tls-replication": "yes",
    "tls-cluster": "yes",
    requirepass: password,
    masterauth: password,
    "cluster-enabled": "yes",
    "cluster-port": run.ports["bus"] ?? 0,
    "cluster-config-file": "nodes.conf",
    "cluster-announce-ip": "127.0.0.1", // else a node that nobody has met yet redirects to an empty host
    "cluster-node-timeout": 1000,
    "cluster-require-full-coverage": "no", // the slots that are left go on
    "cluster-allow-replica-migration": "no", // each master keeps its own replica
    dir: run.folders.data,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "", // the append-only file holds everything
    "repl-diskless-sync-delay": 0, // there is one replica to wait for, and it has come
    daemonize: "no",
    logfile: "",
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${quote(String(value))}\n`)
    .join("");
}

const escapes: Readonly<Record<string, string>> = {
  "\n": String.raw`\n`,
  "\r": String.raw`\r`,
  "\t": String.raw`\t`,
  "\\": String.raw`\\`,
  '"': String.raw`\"`,
};

/** A string as redis.conf reads it: in double quotes, with C's escapes. */
function quote(value: string): string {
  return `"${value.replaceAll(/["\\\n\r\t]/g, (character) => escapes[character] ?? character)}"`;
}
