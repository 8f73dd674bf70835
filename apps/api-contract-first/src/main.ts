// usage: node apps/api-contract-first/src/main.ts [contract.yaml]
// The settings come from the environment.
import { fileURLToPath } from "node:url";
import { ConfigurationError, createContext, readSettings, serve } from "@devstack/api-kit";
import { buildApp } from "./build-app.ts";
import { readContract } from "./read-contract.ts";

const own = fileURLToPath(new URL("../../../contract/openapi.yaml", import.meta.url));
try {
  const settings = readSettings(process.env, { HTTP_PORT: "8001", HTTPS_PORT: "8444" });
  const contract = await readContract(process.argv[2] ?? own);
  const context = createContext(settings, { implementation: "contract-api" });
  await serve(buildApp(context, contract), context);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
