import { definitionOf, definitions, requireServices } from "../services/registry.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { type ProvidedEngines, provideEngines, type ProvideOptions } from "./engines.ts";
import type { Stack } from "./stack.ts";

/** Gets the engines of these services into the cache, or of all where none is named. Starts nothing. */
export async function fetchEngines(
  stack: Stack,
  services: readonly string[],
  options: ProvideOptions,
): Promise<ProvidedEngines> {
  requireServices(services);
  const named = services.filter((name) => name !== vaultService.name).map(definitionOf);
  return provideEngines(stack, services.length > 0 ? named : definitions, options);
}
