import { configErrors } from "./errors.ts";
import type { EngineSettings, StackConfig } from "./parse-stack-config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration with what DEVSTACK_PROFILE, DEVSTACK_PORTS and DEVSTACK_ENGINES set in its place. */
export function overrideConfig(config: StackConfig, env: Environment): StackConfig {
  const profile = env["DEVSTACK_PROFILE"] as StackConfig["profile"]; // checked where it is used
  return {
    ...config,
    ...(profile ? { profile } : {}),
    ports: { ...config.ports, ...portsFrom(env, config.ports ?? {}) },
    engines: { ...config.engines, ...enginesFrom(env) },
  };
}

/** Whether a variable that switches something on does so. */
export function isOn(env: Environment, name: string): boolean {
  return !["", "0", "false", undefined].includes(env[name]);
}

/** "postgres.sql=15432,vault.http=18200" */
function portsFrom(
  env: Environment,
  configured: NonNullable<StackConfig["ports"]>,
): NonNullable<StackConfig["ports"]> {
  const ports: Record<string, Record<string, number>> = {};
  for (const [key, value] of pairs(env, "DEVSTACK_PORTS")) {
    const [instance = "", name = ""] = key.split(".");
    const port = Number(value);
    if (name === "" || !Number.isInteger(port) || port < 1 || port > 65_535)
      throw unreadable("DEVSTACK_PORTS", `${key}=${value}`, "postgres.sql=15432,vault.http=18200");
    ports[instance] = { ...configured[instance], ...ports[instance], [name]: port };
  }
  return ports;
}

/** "postgresql=/opt/postgresql-17/bin,redis=/opt/redis/bin" */
function enginesFrom(env: Environment): Readonly<Record<string, EngineSettings>> {
  const found = pairs(env, "DEVSTACK_ENGINES").map(([name, path]) => [name, { path }]);
  return Object.fromEntries(found) as Record<string, EngineSettings>;
}

function pairs(env: Environment, name: string): readonly (readonly [string, string])[] {
  const text = env[name] ?? "";
  return text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [key = "", ...value] = part.trim().split("=");
      if (key !== "" && value.join("=") !== "") return [key, value.join("=")] as const;
      throw unreadable(name, part, "name=value,name=value");
    });
}

function unreadable(variable: string, part: string, example: string): Error {
  return configErrors.DS_CONFIG_INVALID(
    `${variable} has ${JSON.stringify(part)}, which can't be understood`,
    { hint: `write it as ${example}` },
  );
}
