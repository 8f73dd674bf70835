import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type * as testing from "devstack/testing";
import type { TestProject } from "vitest/node";

/** What a test is told of the stack that all of them share. */
export interface SharedStack {
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly caFile: string;
  /** Holds `approles/<service>/`. */
  readonly vaultFolder: string;
  readonly rootToken: string;
}

declare module "vitest" {
  interface ProvidedContext {
    stack: SharedStack;
  }
}

// Node's own loader: in a global setup vitest's has no import.meta.resolve, by which the platform finds its programs.
const require = createRequire(import.meta.url);
const { startStack } = require("devstack/testing") as typeof testing;

const services = ["postgres", "mysql", "mongodb", "redis", "rabbitmq"];

/** One stack for the whole run; a test that breaks a part of it mends it again. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack({ services });
  const vaultFolder = path.dirname(path.dirname(stack.caFile));
  project.provide("stack", {
    ports: stack.ports,
    caFile: stack.caFile,
    vaultFolder,
    rootToken: (await readFile(path.join(vaultFolder, "root-token"), "utf8")).trim(),
  });
  return async () => stack[Symbol.asyncDispose]();
}
