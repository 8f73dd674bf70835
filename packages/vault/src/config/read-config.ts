import { dirname, resolve } from "node:path";
import { parseDuration } from "../core/duration.ts";
import { logLevelOf, logLevels, type LogLevel } from "../core/log.ts";
import { ConfigError } from "./config-error.ts";
import { listenerWords, rootWords, storageWords, tcpWords } from "./config-words.ts";
import { readDocuments } from "./read-document.ts";
import { Section } from "./section.ts";
import type { ListenerConfig, ServerConfig, TlsFiles, TlsVersion } from "./server-config.ts";

const monthSeconds = 768 * 3600;
const tlsVersions: Readonly<Record<string, TlsVersion>> = { tls12: "TLSv1.2", tls13: "TLSv1.3" };

/** What is used where no file names another. */
export interface ConfigBase {
  /** Everything in memory: then no file may name a storage. */
  readonly inMemory?: boolean;
  readonly listeners?: readonly ListenerConfig[];
  readonly logLevel?: LogLevel;
}

/**
 * Reads files, or folders of them, in Vault's own words, JSON or HCL; throws ConfigError with every fault in them.
 * Listeners add up, of all other settings the last counts. Paths in a file are relative to it.
 */
export function readConfig(paths: readonly string[], base: ConfigBase = {}): ServerConfig {
  const faults: string[] = [];
  const parts = paths.flatMap(readDocuments).map(({ file, tree }) => {
    const tell = (fault: string): void => void faults.push(`${file}: ${fault}`);
    return readRoot(
      new Section("the configuration", tree, rootWords, tell),
      dirname(resolve(file)),
    );
  });
  const { storage, ...found } = Object.assign({}, ...parts) as Partial<Part>;
  const listeners = [...(base.listeners ?? []), ...parts.flatMap(({ listeners: own }) => own)];
  const of = paths.join(", ");
  if (base.inMemory === true && storage !== undefined)
    faults.push(`${of}: storage: in dev mode everything is in memory`);
  if (base.inMemory !== true && storage === undefined)
    faults.push(`${of}: storage: a stanza is needed, such as storage "file" { path = "data" }`);
  if (listeners.length === 0)
    faults.push(`${of}: listener: a stanza is needed, such as listener "tcp" { … }`);
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  return {
    clusterName: "devstack",
    apiAddress: "",
    defaultLeaseTtl: monthSeconds,
    maxLeaseTtl: monthSeconds,
    pidFile: undefined,
    ...found,
    logLevel: base.logLevel ?? found.logLevel ?? "info",
    storagePath: storage?.path,
    listeners,
  };
}

interface Part extends Omit<ServerConfig, "storagePath"> {
  /** Without a path it is memory. */
  readonly storage: { readonly path: string | undefined };
}

function readRoot(
  root: Section,
  folder: string,
): Partial<Part> & { listeners: readonly ListenerConfig[] } {
  const storage = readStorage(root, folder);
  const level = root.text("log_level");
  const logLevel = level === undefined ? undefined : logLevelOf(level);
  if (level !== undefined && logLevel === undefined)
    root.fault(
      "log_level",
      `expected one of ${logLevels.join(", ")}, found ${JSON.stringify(level)}`,
    );
  return given({
    storage,
    listeners: root
      .sections("listener", listenerWords)
      .flatMap((outer) => outer.sections("tcp", tcpWords))
      .map((tcp) => readListener(tcp, folder)),
    pidFile: root.path("pid_file", folder),
    clusterName: root.text("cluster_name"),
    apiAddress: root.text("api_addr"),
    defaultLeaseTtl: readSeconds(root, "default_lease_ttl"),
    maxLeaseTtl: readSeconds(root, "max_lease_ttl"),
    logLevel,
  });
}

/** Without what is undefined, which would hide another file's. */
function given<T extends object>(part: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const entries = Object.entries(part).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

function readStorage(root: Section, folder: string): Part["storage"] | undefined {
  const found = ["storage", "backend"].flatMap((name) => root.sections(name, storageWords));
  const kinds = found.flatMap((one) => [
    ...one.sections("inmem", {}).map(() => ({ path: undefined })),
    ...one
      .sections("file", { path: "used" })
      .map((file) => ({ path: file.neededPath("path", folder) })),
  ]);
  if (kinds.length > 1) root.fault("storage", "there can be only one");
  return kinds[0];
}

function readListener(tcp: Section, folder: string): ListenerConfig {
  const address = tcp.text("address") ?? "127.0.0.1:8200";
  const place = parseAddress(address);
  if (place === undefined)
    tcp.fault("address", `expected HOST:PORT, found ${JSON.stringify(address)}`);
  const plain = tcp.flag("tls_disable");
  return {
    host: place?.host ?? "",
    port: place?.port ?? 0,
    tls: plain ? undefined : readTls(tcp, folder),
  };
}

/** "127.0.0.1:8200", "[::1]:8200", "localhost:8200". */
export function parseAddress(address: string): Pick<ListenerConfig, "host" | "port"> | undefined {
  const [, host, digits] = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

function readTls(tcp: Section, folder: string): TlsFiles {
  const version = (name: string, otherwise: TlsVersion): TlsVersion => {
    const text = tcp.text(name);
    const found = text === undefined ? otherwise : tlsVersions[text];
    if (found === undefined) tcp.fault(name, 'expected "tls12" or "tls13"');
    return found ?? otherwise;
  };
  const minVersion = version("tls_min_version", "TLSv1.2");
  const maxVersion = version("tls_max_version", "TLSv1.3");
  if (minVersion > maxVersion) tcp.fault("tls_max_version", "it is below tls_min_version");
  return {
    certFile: tcp.neededPath("tls_cert_file", folder),
    keyFile: tcp.neededPath("tls_key_file", folder),
    minVersion,
    maxVersion,
  };
}

function readSeconds(root: Section, name: string): number | undefined {
  const value = root.value(name);
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds === undefined || seconds <= 0) root.fault(name, 'expected a duration like "768h"');
  return seconds;
}
