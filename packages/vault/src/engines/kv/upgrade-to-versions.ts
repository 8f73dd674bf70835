import type { View } from "../../barrier/view.ts";
import type { Answer } from "../../core/request.ts";
import type { MountEntry } from "../../routing/mount-entry.ts";
import { readKvConfig } from "./kv-config.ts";
import { addVersion, newMetadata } from "./secret-metadata.ts";

/** What version 1 stored becomes the first version of each secret. */
export function upgradeToVersions(
  view: View,
  before: MountEntry,
  after: MountEntry,
  now: Date,
): Answer | undefined {
  const versioned = (mount: MountEntry): boolean => mount.options?.["version"] === "2";
  if (versioned(before) || !versioned(after)) return undefined;
  const secrets = Array.from(view.walk(), (path) => ({
    path,
    value: view.readExactJson<Record<string, unknown>>(path) ?? {},
  }));
  view.clear();
  const config = readKvConfig(view);
  for (const { path, value } of secrets)
    addVersion(view, path, value, { before: newMetadata(now), config, now });
  return {
    warnings: [
      "Upgrading mount from version 1 to version 2. This mount will be unavailable for a brief period and will resume service shortly.",
    ],
  };
}
