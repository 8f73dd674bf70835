import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";

/** Serves until SIGTERM or SIGINT, then finishes what is in flight and closes the context. */
export async function serve(app: FastifyInstance, context: ApiContext): Promise<void> {
  await app.listen({ host: "127.0.0.1", port: context.settings.httpPort });
  context.logger.info({ port: context.settings.httpPort }, "serving HTTP");
  const stop = (): void => {
    void app.close().then(async () => context.close());
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}
