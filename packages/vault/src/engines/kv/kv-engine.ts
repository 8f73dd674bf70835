import type { Engine } from "../../routing/engine.ts";
import { RouteTable } from "../../routing/route-table.ts";
import { configRoutes } from "./config-routes.ts";
import { dataRoutes } from "./data-routes.ts";
import { misplacedRoutes } from "./misplaced-routes.ts";
import { metadataRoutes } from "./metadata-routes.ts";
import { upgradeToVersions } from "./upgrade-to-versions.ts";
import { unversionedRoutes } from "./unversioned-routes.ts";
import { versionRoutes } from "./version-routes.ts";

const unversioned = new RouteTable(unversionedRoutes);
const versioned = new RouteTable([
  ...dataRoutes,
  ...metadataRoutes,
  ...versionRoutes,
  ...configRoutes,
  ...misplacedRoutes,
]);

/** Versioned where the mount was enabled with version 2: https://developer.hashicorp.com/vault/api-docs/secret/kv */
export const kvEngine: Engine = {
  type: "kv",
  routes: unversioned,
  upgrade: upgradeToVersions,
  routesFor: (mount) => (mount.options?.["version"] === "2" ? versioned : unversioned),
};
