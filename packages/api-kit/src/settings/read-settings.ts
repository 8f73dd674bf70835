import { ConfigurationError } from "../errors/api-errors.ts";
import { parseBoolean, parseChoice, parseInteger, parseNodes, parseText } from "./parse-value.ts";

/** Where a backend listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const logLevels = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

export interface Settings {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly enableTls: boolean;
  /** Holds `certificate.pem` and `key.pem`. */
  readonly certDir: string | undefined;
  readonly vault: {
    readonly address: string;
    /** Holds `role-id` and `secret-id`; comes before the token. */
    readonly appRoleDir: string | undefined;
    readonly token: string | undefined;
    /** The root that the vault's and the backends' certificates must chain to. */
    readonly caFile: string | undefined;
  };
  readonly debug: boolean;
  readonly environment: "development" | "production";
  readonly logLevel: (typeof logLevels)[number];
  readonly postgres: Endpoint;
  readonly mysql: Endpoint;
  readonly mongodb: Endpoint;
  readonly rabbitmq: Endpoint;
  /** In order: redis-1, redis-2 … */
  readonly redisNodes: readonly Endpoint[];
  readonly backendTls: boolean;
  /** Requests in a minute, by client. */
  readonly rateLimits: Readonly<Record<RateClass, number>>;
}

export type RateClass = "general" | "health" | "metrics";

/**
 * The settings of an application, from its environment. Rejects with a ConfigurationError that lists every fault, never
 * a value: that could be the token. `defaults` are the application's own, as environment variables.
 */
export function readSettings(environment: Environment, defaults: Environment = {}): Settings {
  const faults: string[] = [];
  const read = <T>(name: string, fallback: string, parse: (text: string) => T): T => {
    const text = environment[name]?.trim() || defaults[name] || fallback;
    try {
      return parse(text);
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : "is wrong"}`);
      return parse(fallback);
    }
  };
  const port = (name: string, fallback: number): number =>
    read(name, String(fallback), parseInteger(1, 65_535));
  const optional = (name: string): string | undefined => read(name, "", parseText) || undefined;

  const backendTls = read("BACKEND_TLS", "true", parseBoolean);
  const endpoint = (name: string, fallback: number): Endpoint => ({
    host: read(`${name}_HOST`, "127.0.0.1", parseText),
    port: port(`${name}_PORT`, fallback),
  });
  const redisDefault = [0, 1, 2, 3, 4, 5]
    .map((index) => `127.0.0.1:${(backendTls ? 6390 : 6379) + index}`)
    .join(",");

  const settings: Settings = {
    httpPort: port("HTTP_PORT", 8000),
    httpsPort: port("HTTPS_PORT", 8443),
    enableTls: read("ENABLE_TLS", "false", parseBoolean),
    certDir: optional("CERT_DIR"),
    vault: {
      address: read("VAULT_ADDR", "http://127.0.0.1:8200", parseAddress),
      appRoleDir: optional("VAULT_APPROLE_DIR"),
      token: optional("VAULT_TOKEN"),
      caFile: optional("VAULT_CACERT"),
    },
    debug: read("DEBUG", "false", parseBoolean),
    environment: read("ENVIRONMENT", "development", parseChoice("development", "production")),
    logLevel: read("LOG_LEVEL", "info", parseChoice(...logLevels)),
    postgres: endpoint("POSTGRES", 5432),
    mysql: endpoint("MYSQL", 3306),
    mongodb: endpoint("MONGODB", 27_017),
    rabbitmq: endpoint("RABBITMQ", backendTls ? 5671 : 5672),
    redisNodes: read("REDIS_NODES", redisDefault, parseNodes),
    backendTls,
    rateLimits: {
      general: read("RATE_LIMIT_GENERAL", "100", parseInteger(1, 1_000_000_000)),
      health: read("RATE_LIMIT_HEALTH", "200", parseInteger(1, 1_000_000_000)),
      metrics: read("RATE_LIMIT_METRICS", "1000", parseInteger(1, 1_000_000_000)),
    },
  };
  if (settings.vault.appRoleDir === undefined && settings.vault.token === undefined)
    faults.push("VAULT_APPROLE_DIR is not set, nor is VAULT_TOKEN in its place");
  if (settings.enableTls && settings.certDir === undefined)
    faults.push("CERT_DIR is not set, and ENABLE_TLS needs it");
  if (settings.debug && settings.environment === "production")
    faults.push("DEBUG shows stacks to clients, which ENVIRONMENT=production rules out");
  if (faults.length > 0)
    throw new ConfigurationError(`the settings are wrong: ${faults.join("; ")}`, { faults });
  return settings;
}

function parseAddress(text: string): string {
  const url = URL.parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password)
    throw new Error("is no http:// or https:// address");
  return url.origin;
}
