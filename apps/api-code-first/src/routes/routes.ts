import type { Route } from "../route.ts";
import { documentRoutes, metricsRoute, rootRoute } from "./about.ts";
import { cacheRoutes } from "./cache.ts";
import { databaseRoutes } from "./databases.ts";
import { healthRoutes } from "./health.ts";
import { messagingRoutes } from "./messaging.ts";
import { redisRoutes } from "./redis.ts";
import { vaultRoutes } from "./vault.ts";

/** All that the application serves, in the order in which the document shows it. */
export const routes: readonly Route[] = [
  rootRoute,
  ...healthRoutes,
  ...redisRoutes,
  ...vaultRoutes,
  ...databaseRoutes,
  ...cacheRoutes,
  ...messagingRoutes,
  metricsRoute,
  ...documentRoutes,
];
