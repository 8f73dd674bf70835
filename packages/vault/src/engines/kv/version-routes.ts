import { Fault } from "../../core/fault.ts";
import type { Call, Route } from "../../routing/route.ts";
import {
  isGone,
  readMetadata,
  valueKey,
  writeMetadata,
  type VersionState,
} from "./secret-metadata.ts";
import { secretPath } from "./secret-path.ts";

function versionsOf({ fields }: Call): number[] {
  return (fields.strings("versions") ?? []).map((text, index) => {
    const version = Number(text);
    if (Number.isInteger(version)) return version;
    throw Fault.badRequest(
      `Field validation failed: error converting input for field "versions": decoding failed due to the following error(s):\n\n'[${index}]' cannot parse value as 'int': strconv.ParseInt: invalid syntax`,
    );
  });
}

/** Changes the named versions that there are; the others are passed over. */
function change(
  call: Call,
  missing: string,
  next: (state: VersionState, version: number) => VersionState,
): undefined {
  const path = secretPath(call);
  const asked = versionsOf(call);
  if (asked.length === 0) throw Fault.badRequest(missing);
  const metadata = readMetadata(call.view, path);
  if (metadata === undefined) return;
  const versions = { ...metadata.versions };
  for (const version of asked) {
    const state = versions[version];
    if (state !== undefined) versions[version] = next(state, version);
  }
  writeMetadata(call.view, path, { ...metadata, versions });
}

export const versionRoutes: readonly Route[] = [
  {
    path: "delete/*path",
    write: (call) =>
      change(call, "No version number provided", (state) =>
        isGone(state, call.system.now)
          ? state
          : { ...state, deleted: call.system.now.toISOString() },
      ),
  },
  {
    path: "undelete/*path",
    write: (call) =>
      change(call, "No version number provided", (state) =>
        state.destroyed ? state : { ...state, deleted: "" },
      ),
  },
  {
    path: "destroy/*path",
    write: (call) =>
      change(call, "no version number provided", (state, version) => {
        call.view.delete(valueKey(secretPath(call), version));
        return { ...state, destroyed: true };
      }),
  },
];
