// What the two TypeScript reference APIs share. An application describes HTTP; everything else is here.
export { type ApiContext, createContext, type Implementation } from "./context.ts";
export * from "./errors/api-errors.ts";
export { createHttpApp } from "./http/create-http-app.ts";
export { operationHandler } from "./http/operation-handler.ts";
export { serve } from "./http/serve.ts";
export type { Operation, OperationInput } from "./operations/operation.ts";
export { type OperationId, operations } from "./operations/operations.ts";
export { readSettings, type Settings } from "./settings/read-settings.ts";
