import { parseArgs } from "node:util";
import { ConfigError } from "../config/config-error.ts";
import { nearestKey } from "../config/nearest-key.ts";
import { parseAddress } from "../config/read-config.ts";
import type { ListenerConfig } from "../config/server-config.ts";
import { logLevelOf, logLevels, type LogLevel } from "../core/log.ts";

export interface ServerOptions {
  /** Files, or folders of them. */
  readonly config: readonly string[];
  readonly logLevel: LogLevel | undefined;
  /** Unsealed and in memory, for trying things out; undefined: a server as the configuration says. */
  readonly dev: DevOptions | undefined;
}

export interface DevOptions {
  readonly address: Pick<ListenerConfig, "host" | "port">;
  /** The caller's own choice; a random one unless given. */
  readonly rootTokenId: string | undefined;
  /** What lies at secret/; nothing where it is undefined. */
  readonly kvVersion: "1" | "2" | undefined;
  /** HTTPS, with an authority made for this run; its files in the folder, or one of their own. */
  readonly tls: { readonly folder: string | undefined } | undefined;
}

interface Flag {
  readonly type: "boolean" | "string";
  readonly value?: string;
  readonly help: string;
  /** Environment variables that say the same; the flag goes before them. */
  readonly variables?: readonly string[];
  /** Given alone it means -dev too, as in Vault. */
  readonly impliesDev?: true;
}

const flags: Readonly<Record<string, Flag>> = {
  config: {
    type: "string",
    value: "FILE",
    help: "configuration, JSON or HCL, or a folder of such files; may be given several times",
  },
  "log-level": {
    type: "string",
    value: "LEVEL",
    help: `${logLevels.join(", ")}; goes before the configuration's log_level`,
    variables: ["VAULT_LOG_LEVEL", "BAO_LOG_LEVEL"],
  },
  dev: { type: "boolean", help: "in memory, unsealed, with KV version 2 at secret/" },
  "dev-root-token-id": {
    type: "string",
    value: "TOKEN",
    help: "the root token of -dev",
    variables: ["VAULT_DEV_ROOT_TOKEN_ID", "BAO_DEV_ROOT_TOKEN_ID"],
  },
  "dev-listen-address": {
    type: "string",
    value: "HOST:PORT",
    help: "where -dev listens; 127.0.0.1:8200 unless given",
    variables: ["VAULT_DEV_LISTEN_ADDRESS", "BAO_DEV_LISTEN_ADDRESS"],
  },
  "dev-tls": {
    type: "boolean",
    help: "-dev with HTTPS, under an authority made for this run; prints VAULT_CACERT",
    impliesDev: true,
  },
  "dev-tls-cert-dir": {
    type: "string",
    value: "FOLDER",
    help: "where -dev-tls puts its files while it runs; one of their own unless given",
  },
  "dev-kv-v1": { type: "boolean", help: "-dev with KV version 1 at secret/", impliesDev: true },
  "dev-no-kv": { type: "boolean", help: "nothing at secret/" },
  "dev-no-store-token": { type: "boolean", help: "as it is: -dev never writes ~/.vault-token" },
  "exit-on-core-shutdown": {
    type: "boolean",
    help: "as it is: what ends the vault ends the server",
  },
  help: { type: "boolean", help: "this text" },
};

/** Flags of Vault's that would change something, and that this server does not serve. */
const foreignFlags = [
  "combine-logs",
  "dev-auto-seal",
  "dev-cluster-json",
  "dev-ha",
  "dev-latency",
  "dev-latency-jitter",
  "dev-leased-kv",
  "dev-plugin-dir",
  "dev-plugin-init",
  "dev-skip-init",
  "dev-three-node",
  "experiment",
  "log-file",
  "log-format",
  "log-rotate-bytes",
  "log-rotate-duration",
  "log-rotate-max-files",
  "recovery",
];

/** Flags as Vault's command line takes them, with one dash or two. Throws ConfigError; "help" where that was asked for. */
export function readServerOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ServerOptions | "help" {
  const values = parse(args);
  if (values["help"] === true) return "help";
  const text = (name: string): string | undefined => {
    const given = values[name] as string[] | undefined;
    const fromEnvironment = (flags[name]?.variables ?? []).map((variable) => env[variable]);
    return given?.at(-1) ?? fromEnvironment.find((value) => value !== undefined && value !== "");
  };
  const config = (values["config"] as string[] | undefined) ?? [];
  const names = Object.keys(values);
  const dev = names.some((name) => name === "dev" || flags[name]?.impliesDev === true);
  const stray = names.find((name) => name.startsWith("dev-"));
  if (values["dev-tls"] !== true && values["dev-tls-cert-dir"] !== undefined)
    throw new ConfigError("-dev-tls-cert-dir is of use with -dev-tls only");
  if (!dev && stray !== undefined) throw new ConfigError(`-${stray} is of use with -dev only`);
  if (!dev && config.length === 0)
    throw new ConfigError("a configuration is needed: -config=FILE; or -dev, which needs none");
  return {
    config,
    logLevel: levelFrom(text("log-level")),
    dev: dev
      ? {
          address: addressFrom(text("dev-listen-address") ?? "127.0.0.1:8200"),
          rootTokenId: text("dev-root-token-id"),
          kvVersion:
            values["dev-no-kv"] === true ? undefined : values["dev-kv-v1"] === true ? "1" : "2",
          tls: values["dev-tls"] === true ? { folder: text("dev-tls-cert-dir") } : undefined,
        }
      : undefined,
  };
}

export function serverUsage(): string {
  const lines = Object.entries(flags).map(([name, { value, help }]) => [
    `-${name}${value === undefined ? "" : `=${value}`}`,
    help,
  ]);
  const width = Math.max(...lines.map(([flag = ""]) => flag.length));
  return [
    "usage: server -config=FILE, or server -dev",
    "",
    ...lines.map(([flag = "", help]) => `  ${flag.padEnd(width)}  ${help}`),
    "",
  ].join("\n");
}

function parse(args: readonly string[]): Readonly<Record<string, unknown>> {
  const doubled = args.map((arg) => arg.replace(/^-(?=[a-z]{2})/, "--"));
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type }]) => [
      name,
      type === "string" ? { type, multiple: true } : { type },
    ]),
  );
  try {
    return parseArgs({ args: doubled, options, allowNegative: false }).values;
  } catch (error) {
    const [, unknown] = /Unknown option '--?([^']+)'/.exec((error as Error).message) ?? [];
    if (unknown === undefined) throw new ConfigError((error as Error).message);
    if (foreignFlags.includes(unknown))
      throw new ConfigError(`this server does not serve Vault's -${unknown}; leave it out`);
    const meant = nearestKey(unknown, Object.keys(flags));
    throw new ConfigError(
      `there is no -${unknown}${meant === undefined ? "" : `, did you mean -${meant}?`}`,
    );
  }
}

function levelFrom(text: string | undefined): LogLevel | undefined {
  const level = text === undefined ? undefined : logLevelOf(text);
  if (text !== undefined && level === undefined)
    throw new ConfigError(`-log-level: ${JSON.stringify(text)} is none of ${logLevels.join(", ")}`);
  return level;
}

function addressFrom(text: string): Pick<ListenerConfig, "host" | "port"> {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new ConfigError(`-dev-listen-address: expected HOST:PORT, found ${JSON.stringify(text)}`);
}
