import { createContext, readSettings, serve } from "@devstack/api-kit";
import { buildApp } from "./build-app.ts";

const context = createContext(readSettings(process.env), { implementation: "reference-api" });
await serve(buildApp(context), context);
