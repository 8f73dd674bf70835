import {
  createContext,
  createHttpApp,
  operationHandler,
  readSettings,
  serve,
} from "../../src/index.ts";

// An application of two routes: one answers at once, the other after as many milliseconds as it is told.
const context = createContext(readSettings(process.env), { implementation: "reference-api" });
const app = createHttpApp(context);
app.get("/health/", {
  config: { operationId: "getHealth" },
  handler: operationHandler(context, "getHealth"),
});
app.get<{ Params: { ms: string } }>("/slow/:ms", async ({ params }) => {
  await new Promise((resolve) => setTimeout(resolve, Number(params.ms)));
  return { waited: params.ms };
});
await serve(app, context);
