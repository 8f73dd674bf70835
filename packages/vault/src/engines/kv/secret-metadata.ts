import type { View } from "../../barrier/view.ts";
import { goDuration } from "../../core/duration.ts";
import type { KvConfig } from "./kv-config.ts";

export interface VersionState {
  /** ISO times; `deleted` empty for never, and in the future where the version deletes itself. */
  readonly created: string;
  readonly deleted: string;
  readonly destroyed: boolean;
}

/** What is known of a secret beside its values. */
export interface SecretMetadata {
  readonly versions: Readonly<Record<string, VersionState>>;
  readonly current: number;
  readonly oldest: number;
  readonly created: string;
  readonly updated: string;
  readonly maxVersions: number;
  readonly casRequired: boolean;
  readonly deleteVersionAfter: number;
  readonly custom: Readonly<Record<string, string>> | null;
}

const folder = "metadata/";
const usualVersions = 10;

export function newMetadata(now: Date): SecretMetadata {
  const time = now.toISOString();
  return {
    versions: {},
    current: 0,
    oldest: 0,
    created: time,
    updated: time,
    maxVersions: 0,
    casRequired: false,
    deleteVersionAfter: 0,
    custom: null,
  };
}

export function readMetadata(view: View, path: string): SecretMetadata | undefined {
  return view.readJson<SecretMetadata>(folder + path);
}

export function writeMetadata(view: View, path: string, metadata: SecretMetadata): void {
  view.writeJson(folder + path, metadata);
}

export function listSecrets(view: View, prefix: string): string[] {
  return view.list(folder + prefix);
}

/** Where a version's value lies. */
export function valueKey(path: string, version: number): string {
  return `versions/${path}/${version}`;
}

/** The secret with all its versions. */
export function removeSecret(view: View, path: string, metadata: SecretMetadata): void {
  for (const version of Object.keys(metadata.versions))
    view.delete(valueKey(path, Number(version)));
  view.delete(folder + path);
}

export function isGone(state: VersionState, now: Date): boolean {
  return state.destroyed || (state.deleted !== "" && Date.parse(state.deleted) <= now.getTime());
}

/** Puts a value in as the newest version, and drops the oldest ones beyond what is kept. */
export function addVersion(
  view: View,
  path: string,
  value: Readonly<Record<string, unknown>> | null,
  { before, config, now }: { before: SecretMetadata; config: KvConfig; now: Date },
): SecretMetadata {
  const current = before.current + 1;
  const time = now.toISOString();
  const lifetime = lifetimeOf(before, config);
  const deleted = lifetime > 0 ? new Date(now.getTime() + lifetime * 1000).toISOString() : "";
  const versions: Record<string, VersionState> = {
    ...before.versions,
    [current]: { created: time, deleted, destroyed: false },
  };
  const kept = before.maxVersions || config.max_versions || usualVersions;
  for (const version of Object.keys(versions).map(Number)) {
    if (version > current - kept) continue;
    delete versions[version];
    view.delete(valueKey(path, version));
  }
  const oldest = Math.min(...Object.keys(versions).map(Number));
  const metadata = {
    ...before,
    versions,
    current,
    oldest: oldest === 1 ? 0 : oldest,
    updated: time,
  };
  view.writeJson(valueKey(path, current), value);
  writeMetadata(view, path, metadata);
  return metadata;
}

/** Seconds until a new version deletes itself: the shorter of the secret's and the mount's; negative switches it off. */
function lifetimeOf(metadata: SecretMetadata, config: KvConfig): number {
  const own = metadata.deleteVersionAfter;
  const general = Math.max(0, config.delete_version_after);
  if (own < 0) return 0;
  return own === 0 || general === 0 ? own + general : Math.min(own, general);
}

export function describeVersion(
  metadata: SecretMetadata,
  version: number,
): Record<string, unknown> {
  const state = metadata.versions[version];
  return {
    created_time: state?.created ?? "",
    custom_metadata: metadata.custom,
    deletion_time: state?.deleted ?? "",
    destroyed: state?.destroyed ?? false,
    version,
  };
}

export function describeMetadata(metadata: SecretMetadata): Record<string, unknown> {
  const versions = Object.entries(metadata.versions).map(([version, state]) => [
    version,
    { created_time: state.created, deletion_time: state.deleted, destroyed: state.destroyed },
  ]);
  return {
    cas_required: metadata.casRequired,
    created_time: metadata.created,
    current_version: metadata.current,
    custom_metadata: metadata.custom,
    delete_version_after: goDuration(metadata.deleteVersionAfter),
    max_versions: metadata.maxVersions,
    oldest_version: metadata.oldest,
    updated_time: metadata.updated,
    versions: Object.fromEntries(versions) as Record<string, unknown>,
  };
}
