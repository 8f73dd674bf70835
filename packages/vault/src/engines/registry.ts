import { approleEngine } from "../auth/approle/approle-engine.ts";
import { tokenEngine } from "../auth/token/token-engine.ts";
import type { Engine } from "../routing/engine.ts";
import { systemEngine } from "../sys/system-engine.ts";
import { cubbyholeEngine } from "./cubbyhole/cubbyhole-engine.ts";
import { kvEngine } from "./kv/kv-engine.ts";
import { pkiEngine } from "./pki/pki-engine.ts";

/** Every engine by the type that a mount names. */
export const engines: ReadonlyMap<string, Engine> = new Map(
  [systemEngine, tokenEngine, approleEngine, kvEngine, pkiEngine, cubbyholeEngine].map((engine) => [
    engine.type,
    engine,
  ]),
);
