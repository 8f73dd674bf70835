import path from "node:path";
import { configErrors } from "../config/errors.ts";
import type { AppSettings } from "../config/parse-stack-config.ts";
import { definitions, instanceNames, serviceNames } from "../services/registry.ts";
import { overseersOf } from "../services/tenants.ts";
import { nearest } from "../shared/nearest.ts";
import type { Ports } from "./ports.ts";

/** One of the user's own applications, as the stack starts it. */
export interface UserApp {
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Services. */
  readonly needs: readonly string[];
  readonly port?: number;
}

/** Their names are taken: as units, as logs, or as identities in the vault. */
const reserved: readonly string[] = [
  ...serviceNames,
  ...instanceNames,
  ...overseersOf(definitions).map(({ name }) => name),
  "daemon",
];

export function appNames({ apps }: { readonly apps: readonly UserApp[] }): readonly string[] {
  return apps.map(({ name }) => name);
}

/** The applications of the configuration; all faults are listed at once. */
export function chooseApps(
  configured: Readonly<Record<string, AppSettings>>,
  folder: string,
  ports: Ports,
): readonly UserApp[] {
  const faults: string[] = [];
  const owners = new Map<number, string>();
  for (const [instance, own] of Object.entries(ports))
    for (const [name, port] of Object.entries(own)) owners.set(port, `${instance}.${name}`);
  const apps = Object.entries(configured).map(([name, { command, cwd, needs = [], port }]) => {
    if (reserved.includes(name)) faults.push(`"${name}" is the name of something of DevStack's`);
    for (const need of needs) {
      if (serviceNames.includes(need)) continue;
      const meant = nearest(need, serviceNames);
      faults.push(
        `${name} needs "${need}", which is no service${meant ? `, did you mean "${meant}"?` : ""}`,
      );
    }
    const other = port === undefined ? undefined : owners.get(port);
    if (other !== undefined) faults.push(`${name} and ${other} both have port ${port}`);
    if (port !== undefined) owners.set(port, name);
    return {
      name,
      command: typeof command === "string" ? ["/bin/sh", "-c", command] : command,
      cwd: path.resolve(folder, cwd ?? "."),
      needs,
      ...(port === undefined ? {} : { port }),
    };
  });
  if (faults.length === 0) return apps;
  throw configErrors.DS_CONFIG_INVALID(
    `"apps" has ${faults.length} fault(s):\n  ${faults.join("\n  ")}`,
    { details: { faults } },
  );
}
