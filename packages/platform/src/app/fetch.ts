import { servicesOfProfile } from "../services/profiles.ts";
import { definitionOf, requireServices } from "../services/registry.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { type ProvidedEngines, provideEngines, type ProvideOptions } from "./engines.ts";
import type { Stack } from "./stack.ts";

/** Gets the engines of these services into the cache; without names, those of what `up` starts. Starts nothing. */
export async function fetchEngines(
  stack: Stack,
  services: readonly string[],
  options: ProvideOptions,
): Promise<ProvidedEngines> {
  requireServices(services);
  const wanted =
    services.length > 0
      ? services
      : new Set([...servicesOfProfile(stack.profile), ...stack.apps.flatMap(({ needs }) => needs)]);
  const chosen = [...wanted].filter((name) => name !== vaultService.name).map(definitionOf);
  return provideEngines(stack, chosen, options);
}
