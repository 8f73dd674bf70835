import type { Engine } from "../../routing/engine.ts";
import { RouteTable } from "../../routing/route-table.ts";
import { caRoutes } from "./ca-routes.ts";
import { crlRoutes } from "./crl-routes.ts";
import { fetchRoutes } from "./fetch-routes.ts";
import { issueRoutes } from "./issue-routes.ts";
import { issuerRoutes } from "./issuer-routes.ts";
import { keyRoutes } from "./key-routes.ts";
import { revokeRoutes } from "./revoke-routes.ts";
import { roleRoutes } from "./role-routes.ts";
import { tidyRoutes } from "./tidy-routes.ts";

/** A certificate authority: https://developer.hashicorp.com/vault/api-docs/secret/pki */
export const pkiEngine: Engine = {
  type: "pki",
  routes: new RouteTable([
    ...issueRoutes,
    ...fetchRoutes,
    ...caRoutes,
    ...roleRoutes,
    ...revokeRoutes,
    ...issuerRoutes,
    ...keyRoutes,
    ...crlRoutes,
    ...tidyRoutes,
  ]),
};
