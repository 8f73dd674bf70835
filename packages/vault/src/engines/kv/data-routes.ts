import { Fault } from "../../core/fault.ts";
import { isObject } from "../../core/fields.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { readKvConfig, type KvConfig } from "./kv-config.ts";
import { mergePatch } from "./merge-patch.ts";
import {
  addVersion,
  describeVersion,
  isGone,
  newMetadata,
  readMetadata,
  valueKey,
  writeMetadata,
  type SecretMetadata,
} from "./secret-metadata.ts";
import { secretPath } from "./secret-path.ts";
import { subkeysOf } from "./subkeys.ts";

/** A secret written with null has a version all the same. */
type Value = Readonly<Record<string, unknown>> | null;

interface Found {
  readonly metadata: SecretMetadata;
  readonly version: number;
  /** Undefined when that version is deleted or destroyed. */
  readonly value: Value | undefined;
}

function find(call: Call, asked: number): Found | undefined {
  const path = secretPath(call);
  const metadata = readMetadata(call.view, path);
  if (metadata === undefined) return undefined;
  const version = asked <= 0 ? metadata.current : asked;
  const state = metadata.versions[version];
  if (state === undefined) return undefined;
  const gone = isGone(state, call.system.now);
  return {
    metadata,
    version,
    value: gone ? undefined : call.view.readExactJson<Value>(valueKey(path, version)),
  };
}

/** A deleted version is answered like one that never was, but with what is known of it. */
function shown(
  found: Found | undefined,
  name: string,
  show: (value: Value) => unknown,
): Answer | undefined {
  if (found === undefined) return undefined;
  const { metadata, version, value } = found;
  const data = {
    [name]: value === undefined ? null : show(value),
    metadata: describeVersion(metadata, version),
  };
  return value === undefined ? { status: 404, data } : { data };
}

function versionOf({ fields }: Call): number {
  return fields.integer("version") ?? 0;
}

/** Check-and-set: 0 says that the secret must not have had any version yet, even a deleted one. */
function checkCas(call: Call, metadata: SecretMetadata, config: KvConfig): void {
  const options = call.fields.object("options") ?? {};
  const cas = options["cas"];
  if (cas === undefined) {
    if (metadata.casRequired || config.cas_required) {
      throw Fault.badRequest("check-and-set parameter required for this call");
    }
    return;
  }
  const number =
    typeof cas === "string" || typeof cas === "boolean" || cas === null ? Number(cas) : cas;
  if (typeof number !== "number" || !Number.isInteger(number)) {
    throw Fault.badRequest("error parsing check-and-set parameter");
  }
  if (number !== metadata.current) {
    throw Fault.badRequest("check-and-set parameter did not match the current version");
  }
}

function givenValue(call: Call): Value {
  const value = call.request.exactData?.["data"] ?? call.fields.raw("data");
  if (value === undefined) throw Fault.badRequest("no data provided");
  if (value === null || isObject(value)) return value;
  return call.fields.object("data") ?? {};
}

function write(call: Call): Answer {
  const path = secretPath(call);
  const value = givenValue(call);
  const config = readKvConfig(call.view);
  const before = readMetadata(call.view, path) ?? newMetadata(call.system.now);
  checkCas(call, before, config);
  const after = addVersion(call.view, path, value, { before, config, now: call.system.now });
  return { data: describeVersion(after, after.current) };
}

function patch(call: Call): Answer | undefined {
  const path = secretPath(call);
  const changes = givenValue(call);
  const found = find(call, 0);
  if (found === undefined)
    return { status: 404, raw: { contentType: "application/json", body: "" } };
  const config = readKvConfig(call.view);
  checkCas(call, found.metadata, config);
  if (found.value === undefined)
    return { status: 404, data: describeVersion(found.metadata, found.version) };
  const value = mergePatch(found.value, changes);
  const after = addVersion(call.view, path, isObject(value) ? value : null, {
    before: found.metadata,
    config,
    now: call.system.now,
  });
  return { data: describeVersion(after, after.current) };
}

/** Soft: the value stays, and can be brought back. */
function deleteLatest(call: Call): undefined {
  const path = secretPath(call);
  const metadata = readMetadata(call.view, path);
  const latest = metadata?.versions[metadata.current];
  if (metadata === undefined || latest === undefined || isGone(latest, call.system.now)) return;
  const deleted = { ...latest, deleted: call.system.now.toISOString() };
  writeMetadata(call.view, path, {
    ...metadata,
    versions: { ...metadata.versions, [metadata.current]: deleted },
  });
}

export const dataRoutes: readonly Route[] = [
  {
    path: "data/*path",
    alsoTakes: ["options", "version"],
    exists: ({ view, params }) => readMetadata(view, params["path"] ?? "") !== undefined,
    read: (call) => shown(find(call, versionOf(call)), "data", (value) => value),
    write,
    patch,
    delete: deleteLatest,
  },
  {
    path: "subkeys/*path",
    read: (call) => {
      const depth = call.fields.integer("depth") ?? 0;
      return shown(find(call, versionOf(call)), "subkeys", (value) =>
        subkeysOf(value ?? {}, depth),
      );
    },
  },
];
