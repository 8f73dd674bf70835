import { randomInt } from "node:crypto";
import { configErrors } from "../config/errors.ts";
import { nearest } from "../shared/nearest.ts";
import { portSpecs, serviceOfInstance } from "../services/registry.ts";
import { isPortFree } from "../supervisor/ports.ts";
import { appErrors } from "./errors.ts";

/** By instance, then by the port's name. */
export type Ports = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Those of these services. */
export function portsOfServices(services: readonly string[], ports: Ports): Ports {
  const own = Object.entries(ports).filter(([instance]) =>
    services.includes(serviceOfInstance(instance)),
  );
  return Object.fromEntries(own);
}

type ChoosePort = (instance: string, name: string) => number;

/** The default ports, with those that the configuration names otherwise. */
export function choosePorts(configured: Ports): Ports {
  const faults: string[] = [];
  for (const [instance, ports] of Object.entries(configured)) {
    const known = portSpecs[instance];
    if (!known) faults.push(unknown("service or instance", instance, Object.keys(portSpecs)));
    for (const name of Object.keys(known ? ports : {})) {
      if (!known?.[name])
        faults.push(unknown(`port of ${instance}`, name, Object.keys(known ?? {})));
    }
  }
  const chosen = assignPorts(
    (instance, name) => configured[instance]?.[name] ?? portSpecs[instance]?.[name]?.default ?? 0,
  );
  faults.push(...clashes(chosen));
  if (faults.length === 0) return chosen;
  throw configErrors.DS_CONFIG_INVALID(
    `"ports" has ${faults.length} fault(s):\n  ${faults.join("\n  ")}`,
    {
      details: { faults },
    },
  );
}

/** Below 32768, where the system gives out no ports to outgoing connections; room for what follows at +10000. */
const freeRange = { from: 12_000, to: 22_700 } as const;

/** Free ports for a stack of its own, other than those that the recorded stacks use. */
export async function chooseFreePorts(taken: readonly Ports[]): Promise<Ports> {
  const used = new Set(taken.flatMap(allNumbers));
  for (let attempt = 0; attempt < 50; attempt += 1) {
    let next = randomInt(freeRange.from, freeRange.to - 100);
    const chosen = assignPorts(() => next++);
    const numbers = allNumbers(chosen);
    if (clashes(chosen).length > 0 || numbers.some((number) => used.has(number))) continue;
    const free = await Promise.all(numbers.map(isPortFree));
    if (free.every(Boolean)) return chosen;
  }
  throw appErrors.DS_NO_FREE_PORTS(
    `no ${allNumbers(assignPorts(() => 1)).length} free ports were found between ${freeRange.from} and 32767`,
  );
}

function assignPorts(choose: ChoosePort): Ports {
  return Object.fromEntries(
    Object.entries(portSpecs).map(([instance, specs]) => {
      const own: Record<string, number> = {};
      for (const [name, spec] of Object.entries(specs))
        if (!spec.follows) own[name] = choose(instance, name);
      for (const [name, spec] of Object.entries(specs)) {
        if (spec.follows) own[name] = (own[spec.follows.port] ?? 0) + spec.follows.offset;
      }
      return [instance, own];
    }),
  );
}

function clashes(ports: Ports): readonly string[] {
  const owners = new Map<number, string>();
  const found: string[] = [];
  for (const [instance, own] of Object.entries(ports)) {
    for (const [name, number] of Object.entries(own)) {
      const label = `${instance}.${name}`;
      const other = owners.get(number);
      if (other !== undefined) found.push(`${label} and ${other} both have port ${number}`);
      if (number > 65_535) found.push(`${label} would be port ${number}, beyond 65535`);
      owners.set(number, label);
    }
  }
  return found;
}

function allNumbers(ports: Ports): readonly number[] {
  return Object.values(ports).flatMap((own) => Object.values(own));
}

function unknown(kind: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `there is no ${kind} ${JSON.stringify(name)}${meant ? `, did you mean "${meant}"?` : ""}`;
}
