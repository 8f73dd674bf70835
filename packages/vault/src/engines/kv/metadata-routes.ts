import { Fault } from "../../core/fault.ts";
import { Fields } from "../../core/fields.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { readKvConfig, versionsIn } from "./kv-config.ts";
import {
  describeMetadata,
  listSecrets,
  newMetadata,
  readMetadata,
  removeSecret,
  writeMetadata,
  type SecretMetadata,
} from "./secret-metadata.ts";
import { secretPath } from "./secret-path.ts";

const mostKeys = 64;
const longestKey = 128;
const longestValue = 512;

function fail(text: string): never {
  throw Fault.invalidRequest(`custom_metadata validation failed: ${text}`);
}

function customOf(call: Call): Record<string, string> | undefined {
  const given = call.fields.object("custom_metadata");
  if (given === undefined) return undefined;
  const custom = call.fields.map("custom_metadata") ?? {};
  const entries = Object.entries(custom);
  if (entries.length > mostKeys)
    fail(`payload must contain at most ${mostKeys} keys, provided ${entries.length}`);
  for (const [key, value] of entries) {
    if (key.length === 0 || key.length > longestKey) {
      fail(
        `length of key ${JSON.stringify(key)} is ${key.length} but must be 0 < len(key) <= ${longestKey}`,
      );
    }
    if (value.length === 0 || value.length > longestValue) {
      fail(
        `length of value for key ${JSON.stringify(key)} is ${value.length} but must be 0 < len(value) <= ${longestValue}`,
      );
    }
  }
  return custom;
}

function changed(call: Call, before: SecretMetadata): SecretMetadata {
  const { fields } = call;
  return {
    ...before,
    maxVersions: versionsIn(fields) ?? before.maxVersions,
    casRequired: fields.boolean("cas_required") ?? before.casRequired,
    deleteVersionAfter: fields.duration("delete_version_after") ?? before.deleteVersionAfter,
  };
}

const settings = ["max_versions", "cas_required", "delete_version_after", "custom_metadata"];

function orNull(custom: SecretMetadata["custom"]): SecretMetadata["custom"] {
  return custom !== null && Object.keys(custom).length > 0 ? custom : null;
}

/** A write that says nothing leaves no trace. */
function write(call: Call): Answer | undefined {
  const path = secretPath(call);
  if (!settings.some((name) => call.fields.has(name))) return undefined;
  const before = readMetadata(call.view, path) ?? newMetadata(call.system.now);
  const after = changed(call, before);
  writeMetadata(call.view, path, { ...after, custom: orNull(customOf(call) ?? before.custom) });
  return casWarning(call);
}

/** Custom metadata is merged, a null removing its key; other fields that are null go back to the mount's. */
function patch(call: Call): Answer | undefined {
  const path = secretPath(call);
  if (!settings.some((name) => name in call.request.data)) return undefined;
  const before = readMetadata(call.view, path);
  if (before === undefined)
    return { status: 404, raw: { contentType: "application/json", body: "" } };
  const { data } = call.request;
  const reset = {
    ...(data["max_versions"] === null ? { maxVersions: 0 } : {}),
    ...(data["cas_required"] === null ? { casRequired: false } : {}),
    ...(data["delete_version_after"] === null ? { deleteVersionAfter: 0 } : {}),
  };
  writeMetadata(call.view, path, {
    ...changed(call, before),
    ...reset,
    custom: patchedCustom(call, before),
  });
  return casWarning(call);
}

function patchedCustom(call: Call, before: SecretMetadata): SecretMetadata["custom"] {
  if (call.request.data["custom_metadata"] === null) return null;
  const given = call.fields.object("custom_metadata");
  if (given === undefined) return before.custom;
  const removed = new Set(Object.keys(given).filter((key) => given[key] === null));
  const added = Object.fromEntries(Object.entries(given).filter(([key]) => !removed.has(key)));
  const kept = Object.fromEntries(
    Object.entries(before.custom ?? {}).filter(([key]) => !removed.has(key)),
  );
  return { ...kept, ...customOf({ ...call, fields: new Fields({ custom_metadata: added }) }) };
}

function casWarning({ view, fields }: Call): Answer | undefined {
  if (fields.boolean("cas_required") !== false || !readKvConfig(view).cas_required)
    return undefined;
  return {
    warnings: [
      '"cas_required" set to false, but is mandated by backend config. This value will be ignored.',
    ],
  };
}

export const metadataRoutes: readonly Route[] = [
  {
    path: "metadata/*path",
    exists: ({ view, params }) => readMetadata(view, params["path"] ?? "") !== undefined,
    read: (call): Answer | undefined => {
      const metadata = readMetadata(call.view, secretPath(call));
      return metadata === undefined ? undefined : { data: describeMetadata(metadata) };
    },
    list: ({ view, params }) => ({ data: { keys: listSecrets(view, params["path"] ?? "") } }),
    write,
    patch,
    delete: (call) => {
      const metadata = readMetadata(call.view, secretPath(call));
      if (metadata !== undefined) removeSecret(call.view, secretPath(call), metadata);
      return undefined;
    },
  },
];
