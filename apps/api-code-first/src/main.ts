// usage: node apps/api-code-first/src/main.ts
// The settings come from the environment.
import { ConfigurationError, createContext, readSettings, serve } from "@devstack/api-kit";
import { buildApp } from "./build-app.ts";

try {
  const context = createContext(readSettings(process.env), { implementation: "reference-api" });
  await serve(buildApp(context), context);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
