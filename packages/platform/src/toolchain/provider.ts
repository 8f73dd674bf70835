import type {
  EngineInstallation,
  EngineRequirement,
  ToolchainOptions,
  ToolchainProgress,
} from "./engine.ts";

/** Where a provider found (or put) an engine's programs. */
export interface Finding {
  /** Absolute folders to look for programs in, in this order. */
  readonly folders: readonly string[];
  readonly root: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

export interface ProviderContext {
  readonly requirement: EngineRequirement;
  readonly options: ToolchainOptions;
  readonly progress: (step: ToolchainProgress["step"], detail: string, fraction?: number) => void;
  /** Another engine, for a provider that needs one as its tool. */
  readonly provide: (requirement: EngineRequirement) => Promise<EngineInstallation>;
}

/** A way to come by an engine. Rejects with the reason, in a clause, where it can't serve here. */
export interface Provider<Source> {
  /** How the source is named to a person. */
  readonly title: (source: Source) => string;
  readonly find: (source: Source, context: ProviderContext) => Promise<Finding>;
}
