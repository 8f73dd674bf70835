import type { Engine } from "../routing/engine.ts";
import { RouteTable } from "../routing/route-table.ts";
import { auditRoutes } from "./audit-routes.ts";
import { capabilityRoutes } from "./capability-routes.ts";
import { leaseRoutes } from "./lease-routes.ts";
import { mountRoutes } from "./mount-routes.ts";
import { preflightRoutes } from "./preflight-routes.ts";
import { policyRoutes } from "./policy-routes.ts";
import { remountRoutes } from "./remount-routes.ts";
import { sealRoutes } from "./seal-routes.ts";
import { wrappingRoutes } from "./wrapping-routes.ts";

/** Everything under sys that needs a token. */
export const systemEngine: Engine = {
  type: "system",
  routes: new RouteTable([
    ...sealRoutes,
    ...policyRoutes,
    ...capabilityRoutes,
    ...mountRoutes,
    ...preflightRoutes,
    ...leaseRoutes,
    ...remountRoutes,
    ...auditRoutes,
    ...wrappingRoutes,
  ]),
};
