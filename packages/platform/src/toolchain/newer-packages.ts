import type { EngineInstallation, EngineRequirement, ToolchainOptions } from "./engine.ts";
import { readManifest } from "./engine-tree.ts";
import { fetchPackages } from "./fetch-packages.ts";
import { contextOf } from "./provide-engine.ts";

export interface NewerPackage {
  readonly name: string;
  readonly present: string;
  readonly newest: string;
}

/**
 * Packages of the distribution in the engine's tree that its archive has a newer version of by now. Asks the archive;
 * downloads none of them.
 */
export async function newerPackages(
  requirement: EngineRequirement,
  installation: EngineInstallation,
  options: ToolchainOptions,
): Promise<readonly NewerPackage[]> {
  const source = requirement.sources.find(({ provider }) => provider === installation.provider);
  const names =
    source?.provider === "prefix"
      ? source.packages
      : source?.provider === "wheel"
        ? source.libraries
        : undefined;
  if (!names || installation.root === undefined) return []; // pinned, or not ours to renew
  const wanted = options.engines?.[requirement.name]?.packages ?? names;
  const context = contextOf(requirement, { ...options, newest: true });
  const newest = await fetchPackages(wanted, context, async () => true);
  const manifest = await readManifest(installation.root);
  const present = new Map(manifest?.parts.map(({ name, version }) => [name, version]));
  return newest.flatMap(({ name, version }) => {
    const had = present.get(name);
    return had === undefined || had === version ? [] : [{ name, present: had, newest: version }];
  });
}
