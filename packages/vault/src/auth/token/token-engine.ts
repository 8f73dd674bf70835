import type { Engine } from "../../routing/engine.ts";
import { RouteTable } from "../../routing/route-table.ts";
import { createToken } from "./create-token.ts";
import { tokenRoutes } from "./token-routes.ts";

/** The auth method that is always there: tokens make tokens. */
export const tokenEngine: Engine = {
  type: "token",
  routes: new RouteTable([
    { path: "create", write: (call) => createToken(call, false) },
    { path: "create-orphan", write: (call) => createToken(call, true) },
    ...tokenRoutes,
  ]),
};
