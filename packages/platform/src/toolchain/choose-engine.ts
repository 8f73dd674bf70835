import { type DevStackError, messageOf } from "../shared/errors.ts";
import type {
  ArchiveSource,
  EngineInstallation,
  EngineRequirement,
  EngineSource,
  Flavour,
} from "./engine.ts";
import { toolchainErrors } from "./errors.ts";
import { explicitProvider } from "./explicit-provider.ts";
import { identifyEngine } from "./identify-engine.ts";
import { platform } from "./platform.ts";
import type { Finding, Provider, ProviderContext } from "./provider.ts";
import { providers } from "./providers.ts";

interface Candidate {
  readonly title: string;
  readonly provider: EngineInstallation["provider"];
  readonly flavours: readonly Flavour[];
  readonly find: () => Promise<Finding>;
}

/** Sources that the names of distribution packages mean something to. */
const takesPackages: readonly string[] = ["prefix", "wheel"];

/** The ways to come by the engine, in order. What the user named is the only one: they meant it. */
function candidatesOf(context: ProviderContext): readonly Candidate[] {
  const { requirement, options } = context;
  const { path, archive, packages, source: only } = options.engines?.[requirement.name] ?? {};
  const flavours = [requirement, ...requirement.sources.flatMap(({ flavour }) => flavour ?? [])];
  if (path !== undefined) {
    const paths = typeof path === "string" ? [path] : path;
    return [
      {
        title: explicitProvider.title(paths),
        provider: "explicit",
        flavours,
        find: () => explicitProvider.find(paths, context),
      },
    ];
  }
  if (archive) {
    const source: ArchiveSource = { provider: "archive", archives: { [platform]: archive } };
    return [{ ...candidateOf(source, context), flavours }];
  }
  return requirement.sources
    .filter(({ provider }) => only === undefined || provider === only)
    .filter(({ provider }) => packages === undefined || takesPackages.includes(provider))
    .map((source) => candidateOf(source, context));
}

function candidateOf<Source extends EngineSource>(
  source: Source,
  context: ProviderContext,
): Candidate {
  // The table pairs each source with its provider; the compiler can't follow that through the union.
  const provider = providers[source.provider] as unknown as Provider<Source>;
  return {
    title: provider.title(source),
    provider: source.provider,
    flavours: [source.flavour ?? context.requirement],
    find: () => provider.find(source, context),
  };
}

/**
 * The engine from the first candidate that proves to have it.
 * @throws DS_ENGINE_UNAVAILABLE that names every source and what speaks against it
 */
export async function chooseEngine(context: ProviderContext): Promise<EngineInstallation> {
  const { requirement, options } = context;
  const reasons: { readonly source: string; readonly reason: string }[] = [];
  const causes: unknown[] = [];
  for (const candidate of candidatesOf(context)) {
    try {
      const finding = await candidate.find();
      context.progress("verify", requirement.required.join(", "));
      const identified = await identifyEngine(finding, candidate.flavours, options.signal);
      const { provider } = candidate;
      const { root, env } = finding;
      return { engine: requirement.name, ...identified, provider, root, env };
    } catch (error) {
      options.signal?.throwIfAborted();
      options.log?.(`${requirement.name}: not ${candidate.title}: ${messageOf(error)}`);
      reasons.push({ source: candidate.title, reason: messageOf(error) });
      causes.push(error);
    }
  }
  throw unavailable(context, reasons, causes);
}

interface Reason {
  readonly source: string;
  readonly reason: string;
}

function unavailable(
  { requirement, options }: ProviderContext,
  reasons: readonly Reason[],
  causes: readonly unknown[],
): DevStackError {
  const { name, versions, sources } = requirement;
  const clauses = new Set(reasons.map(({ source, reason }) => `${source}: ${reason}`));
  const tried = [...clauses].join(" · ");
  const known = sources.map(({ provider }) => provider).join(", ");
  return toolchainErrors.DS_ENGINE_UNAVAILABLE(
    `${name} ${versions} can't be had here: ${tried || `its sources are ${known || "none"}`}`,
    {
      hint: hintFor(requirement, options, reasons),
      details: { engine: name, versions, tried: reasons },
      cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
    },
  );
}

/** As the system says it, and as tar does when only part of a block had room. */
const diskIsFull = /no space left|ENOSPC|disk quota|EDQUOT|wrote only \d+ of/i;

function hintFor(
  { required }: EngineRequirement,
  { cacheFolder, offline }: ProviderContext["options"],
  reasons: readonly Reason[],
): string {
  if (reasons.some(({ reason }) => diskIsFull.test(reason)))
    return `make room on the disk of ${cacheFolder}, then devstack fetch`;
  if (offline) return "devstack fetch, once there is a network";
  return `check the network and try again, or name the folder that has ${required.join(", ")} in devstack.config.ts`;
}
