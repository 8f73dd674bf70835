import type { View } from "../../barrier/view.ts";
import type { Fields } from "../../core/fields.ts";

/** What holds for every secret of a mount that does not say otherwise. */
export interface KvConfig {
  /** 0 for the usual ten. */
  readonly max_versions: number;
  readonly cas_required: boolean;
  /** Seconds; 0 for never, negative for explicitly never. */
  readonly delete_version_after: number;
}

const storedAt = "config";

export function readKvConfig(view: View): KvConfig {
  return (
    view.readJson<KvConfig>(storedAt) ?? {
      max_versions: 0,
      cas_required: false,
      delete_version_after: 0,
    }
  );
}

export function writeKvConfig(view: View, fields: Fields): void {
  const before = readKvConfig(view);
  view.writeJson(storedAt, {
    max_versions: versionsIn(fields) ?? before.max_versions,
    cas_required: fields.boolean("cas_required") ?? before.cas_required,
    delete_version_after: lifetimeIn(fields) ?? before.delete_version_after,
  } satisfies KvConfig);
}

/** Counted without a sign, as Vault does: -1 is as many as there can be, and never a reason to drop one. */
export function versionsIn(fields: Fields): number | undefined {
  const versions = fields.integer("max_versions");
  return versions === undefined ? undefined : versions >>> 0;
}

/** Whatever is negative means the same. */
function lifetimeIn(fields: Fields): number | undefined {
  const seconds = fields.signedDuration("delete_version_after");
  return seconds === undefined ? undefined : Math.max(-1, seconds);
}
