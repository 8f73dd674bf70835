import https from "node:https";
import type { Server } from "node:http";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { KeptCertificate } from "./kept-certificate.ts";
import { OpenConnections } from "./open-connections.ts";
import { headerRules, serverLimits, UnreadRequests } from "./refuse-unread.ts";

const graceMs = 10_000;

export interface Serving {
  /** Stops accepting, finishes what is in flight (ten seconds at most), closes the context. */
  stop(): Promise<void>;
}

/** Serves HTTP, and HTTPS where the settings want it, until SIGTERM or SIGINT. */
export async function serve(app: FastifyInstance, context: ApiContext): Promise<Serving> {
  const { settings, logger } = context;
  const host = "127.0.0.1"; // for this machine alone
  const servers: Server[] = [app.server];
  const connections = [new OpenConnections(app.server)];
  await app.listen({ host, port: settings.httpPort });
  logger.info({ port: settings.httpPort }, "serving HTTP");
  let certificate: KeptCertificate | undefined;
  if (settings.enableTls && settings.certDir !== undefined) {
    certificate = await KeptCertificate.read(settings.certDir);
    const server = https.createServer(
      { ...certificate.files, ...serverLimits, ...headerRules },
      app.routing,
    );
    const unread = new UnreadRequests(context);
    server.on("clientError", unread.clientError);
    unread.watch(server, app.routing);
    certificate.follow(server, logger);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(settings.httpsPort, host, resolve);
    });
    logger.info({ port: settings.httpsPort }, "serving HTTPS");
    servers.push(server);
    connections.push(new OpenConnections(server));
  }
  let stopping: Promise<void> | undefined;
  const stopOnce = async (): Promise<void> => {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
    logger.info("stopping");
    certificate?.[Symbol.dispose]();
    await stopServers(servers, connections, app);
    await context.close();
  };
  const stop = async (): Promise<void> => (stopping ??= stopOnce());
  const onSignal = (): void => void stop();
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return { stop };
}

/** Idle connections end at once, busy ones with their answer, and whoever is left when the time is up is cut off. */
async function stopServers(
  servers: readonly Server[],
  connections: readonly OpenConnections[],
  app: FastifyInstance,
): Promise<void> {
  const cutOff = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, graceMs);
  const closed = servers
    .slice(1) // Fastify closes its own
    .map(async (server) => new Promise<void>((resolve) => server.close(() => resolve())));
  const ended = [...closed, app.close()];
  using idle = new DisposableStack();
  for (const each of connections) idle.use(each.endIdle());
  await Promise.all(ended);
  clearTimeout(cutOff);
}
