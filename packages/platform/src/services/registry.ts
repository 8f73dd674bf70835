import { configErrors } from "../config/errors.ts";
import { nearest } from "../shared/nearest.ts";
import { instancesOf, type PortSpec, type ServiceDefinition } from "./definition.ts";
import { mongodb } from "./mongodb/definition.ts";
import { mysql } from "./mysql/definition.ts";
import { postgres } from "./postgres/definition.ts";
import { rabbitmq } from "./rabbitmq/definition.ts";
import { redis } from "./redis/definition.ts";
import { referenceApiDefinitions } from "./reference-apis/definition.ts";
import { vaultService } from "./vault/vault-service.ts";

/** Every service with an engine of its own, in the order in which they are shown. */
export const definitions: readonly ServiceDefinition[] = [
  postgres,
  mysql,
  mongodb,
  redis,
  rabbitmq,
  ...referenceApiDefinitions,
];

/** Names of all services, the vault first: everything depends on it. */
export const serviceNames: readonly string[] = [
  vaultService.name,
  ...definitions.map((one) => one.name),
];

/** Names that a user may give to one process: the services' instances, the vault's among them. */
export const instanceNames: readonly string[] = [
  vaultService.name,
  ...definitions.flatMap(instancesOf),
];

/** All ports of all services, by instance, then by the port's name. */
export const portSpecs: Readonly<Record<string, Readonly<Record<string, PortSpec>>>> =
  Object.assign({}, vaultService.ports, ...definitions.map((one) => one.ports));

/** The service's definition; DS_UNKNOWN_SERVICE with the nearest name otherwise. The vault has none. */
export function definitionOf(name: string): ServiceDefinition {
  const found = definitions.find((one) => one.name === name);
  if (found) return found;
  throw unknownService(name);
}

/** Refuses names that no service has and none of the others is, before anything is done for the others. */
export function requireServices(names: readonly string[], others: readonly string[] = []): void {
  const known = [...serviceNames, ...others];
  for (const name of names) if (!known.includes(name)) throw unknownService(name, others);
}

/** The service that the instance belongs to; a service's own name counts too. */
export function serviceOfInstance(name: string, others: readonly string[] = []): string {
  if (serviceNames.includes(name) || others.includes(name)) return name;
  const found = definitions.find((one) => instancesOf(one).includes(name));
  if (found) return found.name;
  throw unknownService(name, others);
}

function unknownService(name: string, others: readonly string[] = []): Error {
  const owner = definitions.find((one) => instancesOf(one).includes(name));
  const known = [...serviceNames, ...others];
  const meant = owner?.name ?? nearest(name, [...known, ...instanceNames]);
  const what = owner
    ? `${name} is a part of the service ${owner.name}`
    : `there is no service ${JSON.stringify(name)}`;
  return configErrors.DS_UNKNOWN_SERVICE(what, {
    hint: meant ? `did you mean "${meant}"?` : `the services are ${known.join(", ")}`,
    details: { name },
  });
}
