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
    max_versions: fields.integer("max_versions") ?? before.max_versions,
    cas_required: fields.boolean("cas_required") ?? before.cas_required,
    delete_version_after: fields.duration("delete_version_after") ?? before.delete_version_after,
  } satisfies KvConfig);
}
