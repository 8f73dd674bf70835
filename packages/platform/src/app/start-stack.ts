import path from "node:path";
import { surroundings } from "../config/folders.ts";
import { requireServices } from "../services/registry.ts";
import { connectionOf, environmentOf } from "./connections.ts";
import { resolveStack } from "./stack.ts";
import { startForTests } from "./test-suites.ts";
import { createThrowawayStack } from "./throwaway-stack.ts";

export interface StartStackOptions {
  /** What the test needs, and with it what these need: `["postgres", "redis"]`. */
  readonly services: readonly string[];
  /** The project whose `devstack.config.ts` says where engines come from; the working folder unless said. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
}

/** A stack of a test's own. Leave it by `await using`, or `await stack[Symbol.asyncDispose]()`. */
export interface TestStack extends AsyncDisposable {
  /** What the services' clients and most libraries read: `PGHOST`, `PGPASSWORD`, `POSTGRES_URL` … */
  readonly env: Readonly<Record<string, string>>;
  /** With the application's user and password. */
  readonly url: (service: string) => string;
  /** By instance, then by the port's name; all below 32768. */
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The root certificate that every service's certificate verifies against, PEM. */
  readonly caFile: string;
}

/**
 * Starts these services with data, credentials and ports of their own, beside whatever else runs, also side by side
 * with other tests. Nothing is left of it once it is disposed of; if the process is killed before, the next throwaway
 * stack clears it away. Rejects with the fault of the first service that does not start.
 */
export async function startStack(options: StartStackOptions): Promise<TestStack> {
  requireServices(options.services);
  const home = path.resolve(import.meta.dirname, "..", "..", "..", "..");
  const like = await resolveStack({
    cwd: path.resolve(options.folder ?? process.cwd()),
    home,
    surroundings: surroundings(),
  });
  const stack = await createThrowawayStack(like);
  try {
    await startForTests(stack, options.services, options.signal ? { signal: options.signal } : {});
    const env = await environmentOf(stack, options.services);
    const urls = await Promise.all(
      options.services.map(
        async (service) => [service, (await connectionOf(stack, service)).url] as const,
      ),
    );
    const urlOf = new Map(urls);
    return {
      env,
      ports: stack.ports,
      caFile: path.join(stack.folders.vault, "ca", "ca.pem"),
      url: (service) => {
        const url = urlOf.get(service);
        if (url === undefined) throw new Error(`startStack was not asked for ${service}`);
        return url;
      },
      [Symbol.asyncDispose]: async () => stack[Symbol.asyncDispose](),
    };
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}
