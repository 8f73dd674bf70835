import type { Logger } from "pino";
import { createLogger } from "./logging/create-logger.ts";
import type { Settings } from "./settings/read-settings.ts";

/** The two implementations, by the name that tells their cache entries and rate windows apart. */
export type Implementation = "reference-api" | "contract-api";

export interface ContextOptions {
  readonly implementation: Implementation;
}

/** Everything that the operations and the middleware work with. Nothing connects before it is first used. */
export interface ApiContext extends AsyncDisposable {
  readonly settings: Settings;
  readonly implementation: Implementation;
  readonly logger: Logger;
  /** The application sets it when it has one; `/openapi.json` serves it. */
  openapiDocument: unknown;
  close(): Promise<void>;
}

export function createContext(settings: Settings, options: ContextOptions): ApiContext {
  const logger = createLogger(settings.logLevel);
  const close = async (): Promise<void> => {
    logger.flush();
  };
  return {
    settings,
    implementation: options.implementation,
    logger,
    openapiDocument: undefined,
    close,
    [Symbol.asyncDispose]: close,
  };
}
