import { definitions, portSpecs, serviceNames } from "../services/registry.ts";
import { servicesOfProfile } from "../services/profiles.ts";
import { instancesOf, type PortTls } from "../services/definition.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { askDaemon } from "../supervisor/control-client.ts";
import { controlSocket, type DaemonStatus } from "../supervisor/control-protocol.ts";
import { type ResourceUse, resourceUse } from "../supervisor/resource-use.ts";
import type { UnitState } from "../supervisor/unit.ts";
import type { SerialisedError } from "../shared/errors.ts";
import { type RecordedEngines, recordedEngines } from "./engine-records.ts";
import type { Stack } from "./stack.ts";
import { appNames } from "./user-apps.ts";

/** One process that a user sees, with its service's state. */
export interface InstanceStatus {
  readonly service: string;
  readonly instance: string;
  readonly state: UnitState | "unavailable";
  readonly pid?: number;
  readonly crashes: number;
  /** In the order of the definition: the port that a client most likely wants comes first. */
  readonly ports: readonly PortStatus[];
  /** "postgresql 15.18 (prefix)"; what it really is where that differs. Undefined for what comes with DevStack. */
  readonly engine?: string;
  readonly error?: SerialisedError;
  /** Where it was asked for, and this system tells. */
  readonly resources?: ResourceUse;
}

export interface PortStatus {
  readonly name: string;
  readonly port: number;
  readonly tls: PortTls;
}

export interface StackStatus {
  readonly stack: string;
  readonly folder: string;
  readonly running: boolean;
  readonly instances: readonly InstanceStatus[];
}

export async function status(stack: Stack): Promise<StackStatus> {
  const daemon = await askDaemon(controlSocket(stack.folders.run), "status", {});
  return statusFrom(stack, daemon, await recordedEngines(stack));
}

/** Without what the stack's profile leaves out, as long as nobody started it. */
export function withoutUnused(found: StackStatus, stack: Stack): StackStatus {
  const profile = servicesOfProfile(stack.profile);
  const apps = appNames(stack);
  const instances = found.instances.filter(
    ({ service, state }) =>
      state !== "stopped" || profile.includes(service) || apps.includes(service),
  );
  return { ...found, instances };
}

/** The same with what each instance's processes use now. */
export async function statusWithResources(stack: Stack): Promise<StackStatus> {
  const found = await status(stack);
  const used = await resourceUse(found.instances.flatMap(({ pid }) => pid ?? []));
  const instances = found.instances.map((one) => {
    const resources = used.get(one.pid ?? 0);
    return resources ? { ...one, resources } : one;
  });
  return { ...found, instances };
}

/** Puts what the daemon says beside what the registry knows; without a daemon everything is stopped. */
function statusFrom(
  stack: Stack,
  daemon: DaemonStatus | undefined,
  engines: RecordedEngines,
): StackStatus {
  const members = (service: string): readonly string[] => {
    const definition = definitions.find((one) => one.name === service);
    return definition ? instancesOf(definition) : [service]; // the vault, or an application
  };
  return {
    stack: stack.id,
    folder: stack.folder,
    running: daemon !== undefined,
    instances: [...serviceNames, ...appNames(stack)].flatMap((service) => {
      const unit = daemon?.units.find((one) => one.name === service);
      const unavailable = daemon?.unavailable[service];
      const error = unavailable ?? unit?.error;
      const isApp = stack.apps.some(({ name }) => name === service);
      const external = service === vaultService.name ? stack.externalVault?.url : undefined;
      const engine = isApp ? "your application" : (external ?? engines[service]);
      return members(service).map((instance) => {
        const member = unit?.members.find((one) => one.name === instance);
        return {
          service,
          instance,
          state: unavailable ? "unavailable" : (unit?.state ?? "stopped"),
          ...(member?.pid === undefined ? {} : { pid: member.pid }),
          crashes: member?.crashes ?? 0,
          ports: portsOf(stack, instance),
          ...(engine === undefined ? {} : { engine }),
          ...(error ? { error } : {}),
        };
      });
    }),
  };
}

function portsOf(stack: Stack, instance: string): readonly PortStatus[] {
  if (instance === vaultService.name && stack.externalVault) return [];
  const app = stack.apps.find(({ name }) => name === instance);
  if (app?.port !== undefined) return [{ name: "port", port: app.port, tls: "none" }];
  return Object.entries(portSpecs[instance] ?? {}).map(([name, { tls }]) => ({
    name,
    port: stack.ports[instance]?.[name] ?? 0,
    tls,
  }));
}
