import type { Engine } from "../../routing/engine.ts";
import { RouteTable } from "../../routing/route-table.ts";
export const pkiEngine: Engine = { type: "pki", routes: new RouteTable([]) };
