import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Stack } from "../../src/app/stack.ts";
import { startForTests } from "../../src/app/test-suites.ts";
import { createThrowawayStack } from "../../src/app/throwaway-stack.ts";
import { servicesOfProfile } from "../../src/services/profiles.ts";
import { likeStack } from "../like-stack.ts";
import { referenceApis } from "../../src/services/reference-apis/apis.ts";
import { installSchemathesis, type Schemathesis } from "./install-schemathesis.ts";

const contract = path.resolve(import.meta.dirname, "../../../../contract/openapi.yaml");

const apis = referenceApis.map(({ name }) => name);
let stack: (Stack & AsyncDisposable) | undefined;
let schemathesis: Schemathesis;

beforeAll(async () => {
  schemathesis = await installSchemathesis();
  if (schemathesis.run === undefined) return;
  stack = await createThrowawayStack(await likeStack());
  await startForTests(stack, servicesOfProfile("reference"));
});
afterAll(async () => stack?.[Symbol.asyncDispose]());

it.for(apis)("finds nothing in %s that is not by the contract", async (api, { skip }) => {
  const { run, reason = "" } = schemathesis;
  if (run === undefined || !stack) return skip(`schemathesis can't be had here: ${reason}`);
  const port = stack.ports[api]?.["http"];
  const { exit, output } = await run(contract, `http://127.0.0.1:${port}`);
  expect(output).toContain("Tested: 29");
  expect({ exit, output: exit === 0 ? "" : output }).toEqual({ exit: 0, output: "" });
});
