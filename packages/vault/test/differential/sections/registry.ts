import type { Section } from "../step.ts";
import { approle } from "./approle.ts";
import { kv } from "./kv.ts";
import { methods } from "./methods.ts";
import { parameters } from "./parameters.ts";
import { pki } from "./pki.ts";
import { policies } from "./policies.ts";
import { sys } from "./sys.ts";
import { tokens } from "./tokens.ts";
import { types } from "./types.ts";
import { wrapping } from "./wrapping.ts";

export const sections: readonly Section[] = [
  ...sys,
  ...policies,
  ...tokens,
  ...approle,
  ...kv,
  ...pki,
  ...wrapping,
  ...parameters,
  ...types,
  ...methods,
];
