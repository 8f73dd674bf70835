import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseDuration } from "../core/duration.ts";
import { isObject } from "../core/fields.ts";
import { ConfigError } from "./config-error.ts";
import { nearestKey } from "./nearest-key.ts";
import type { ListenerConfig, ServerConfig, TlsFiles } from "./server-config.ts";

const monthSeconds = 768 * 3600;
type Section = Readonly<Record<string, unknown>>;

/** Reads a JSON file in Vault's own words; throws ConfigError with every fault in it. Paths are relative to the file. */
export function readConfig(file: string): ServerConfig {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const faults: string[] = [];
  const config = new Reader(faults, dirname(resolve(file))).server(document);
  if (faults.length > 0)
    throw new ConfigError(faults.map((fault) => `${file}: ${fault}`).join("\n"));
  return config;
}

class Reader {
  readonly #faults: string[];
  readonly #folder: string;

  constructor(faults: string[], folder: string) {
    this.#faults = faults;
    this.#folder = folder;
  }

  server(document: unknown): ServerConfig {
    const keys = [
      "storage",
      "listener",
      "pid_file",
      "cluster_name",
      "api_addr",
      "default_lease_ttl",
      "max_lease_ttl",
      "disable_mlock",
      "ui",
    ];
    const root = this.#section("the configuration", document, keys);
    const storage = this.#section("storage", root["storage"], ["file"]);
    const file = this.#section("storage.file", storage["file"], ["path"]);
    const listeners = Array.isArray(root["listener"]) ? root["listener"] : [root["listener"]];
    if (root["ui"] === true) this.#faults.push("ui: this server has no user interface");
    return {
      storagePath: this.#path("storage.file.path", file["path"]),
      listeners: listeners.map((listener: unknown, index) =>
        this.#listener(`listener[${index}]`, listener),
      ),
      pidFile:
        root["pid_file"] === undefined ? undefined : this.#path("pid_file", root["pid_file"]),
      clusterName: this.#text("cluster_name", root["cluster_name"], "devstack"),
      apiAddress: this.#text("api_addr", root["api_addr"], ""),
      defaultLeaseTtl: this.#seconds("default_lease_ttl", root["default_lease_ttl"]),
      maxLeaseTtl: this.#seconds("max_lease_ttl", root["max_lease_ttl"]),
    };
  }

  #listener(name: string, value: unknown): ListenerConfig {
    const outer = this.#section(name, value, ["tcp"]);
    const keys = ["address", "tls_disable", "tls_cert_file", "tls_key_file", "tls_min_version"];
    const tcp = this.#section(`${name}.tcp`, outer["tcp"], keys);
    const address = this.#text(`${name}.tcp.address`, tcp["address"], "127.0.0.1:8200");
    const [, host, port] = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(address) ?? [];
    if (host === undefined || port === undefined || Number(port) > 65_535) {
      this.#faults.push(
        `${name}.tcp.address: expected HOST:PORT, found ${JSON.stringify(address)}`,
      );
    }
    const plain = isTrue(tcp["tls_disable"]);
    return {
      host: host ?? "",
      port: Number(port ?? 0),
      tls: plain ? undefined : this.#tls(name, tcp),
    };
  }

  #tls(name: string, tcp: Section): TlsFiles {
    const minimum = this.#text(`${name}.tcp.tls_min_version`, tcp["tls_min_version"], "tls12");
    if (minimum !== "tls12" && minimum !== "tls13") {
      this.#faults.push(`${name}.tcp.tls_min_version: expected "tls12" or "tls13"`);
    }
    return {
      certFile: this.#path(`${name}.tcp.tls_cert_file`, tcp["tls_cert_file"]),
      keyFile: this.#path(`${name}.tcp.tls_key_file`, tcp["tls_key_file"]),
      minVersion: minimum === "tls13" ? "TLSv1.3" : "TLSv1.2",
    };
  }

  #section(name: string, value: unknown, keys: readonly string[]): Section {
    if (!isObject(value)) {
      this.#faults.push(
        `${name}: expected an object with ${keys.map((key) => `"${key}"`).join(", ")}`,
      );
      return {};
    }
    for (const key of Object.keys(value)) {
      if (keys.includes(key)) continue;
      const near = nearestKey(key, keys);
      this.#faults.push(
        `${name}: unknown key ${JSON.stringify(key)}${near === undefined ? `; allowed are ${keys.join(", ")}` : `, did you mean "${near}"?`}`,
      );
    }
    return value;
  }

  #text(name: string, value: unknown, otherwise: string): string {
    if (value === undefined) return otherwise;
    if (typeof value === "string") return value;
    this.#faults.push(`${name}: expected text`);
    return otherwise;
  }

  #path(name: string, value: unknown): string {
    if (typeof value !== "string" || value === "")
      this.#faults.push(`${name}: a path is needed here`);
    return resolve(this.#folder, this.#text(name, value, ""));
  }

  #seconds(name: string, value: unknown): number {
    const seconds = value === undefined ? monthSeconds : parseDuration(value);
    if (seconds === undefined || seconds <= 0)
      this.#faults.push(`${name}: expected a duration like "768h"`);
    return seconds ?? monthSeconds;
  }
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === "true" || value === "1";
}
