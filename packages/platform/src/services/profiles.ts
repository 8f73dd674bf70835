import { configErrors } from "../config/errors.ts";
import type { profileNames } from "../config/profile-names.ts";
import { nearest } from "../shared/nearest.ts";
import { referenceApis } from "./reference-apis/apis.ts";
import { serviceNames } from "./registry.ts";

const apis = referenceApis.map(({ name }) => name);
const platform = serviceNames.filter((name) => !apis.includes(name));

/** Services that belong together. `full` has what is registered beyond the data services; the APIs are examples. */
const profiles: Readonly<Record<(typeof profileNames)[number], readonly string[]>> = {
  minimal: ["vault", "postgres", "redis"],
  standard: platform,
  full: platform,
  reference: serviceNames,
};

/** @throws DS_UNKNOWN_PROFILE with the nearest name. */
export function servicesOfProfile(name: string): readonly string[] {
  const found = Object.entries(profiles).find(([profile]) => profile === name);
  if (found) return found[1];
  const meant = nearest(name, Object.keys(profiles));
  throw configErrors.DS_UNKNOWN_PROFILE(`there is no profile ${JSON.stringify(name)}`, {
    hint: meant ? `did you mean "${meant}"?` : `they are ${Object.keys(profiles).join(", ")}`,
  });
}
