import net from "node:net";
import { errnoOf } from "../shared/errors.ts";
import { supervisorErrors } from "./errors.ts";
import { portHolder } from "./listening-sockets.ts";
import type { BoundPort } from "./unit.ts";

/** Whether 127.0.0.1:port can be bound now; DS_PORT_NOT_ALLOWED where this user never may. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      if (errnoOf(error) === "EADDRINUSE") resolve(false);
      else reject(errnoOf(error) === "EACCES" ? notAllowed(port, error) : error);
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

function notAllowed(port: number, cause: Error): Error {
  return supervisorErrors.DS_PORT_NOT_ALLOWED(
    `this user may not listen on 127.0.0.1:${port}: the system keeps its low ports to itself`,
    {
      hint: 'set one of 1024 or more under "ports" in devstack.config.ts',
      details: { port },
      cause,
    },
  );
}

/** Rejects with DS_PORT_IN_USE, naming the holder, when one of the ports is taken. */
export async function requireFreePorts(owner: string, ports: readonly BoundPort[]): Promise<void> {
  for (const { name, port } of ports) {
    if (await isPortFree(port)) continue;
    const holder = await portHolder(port);
    const by = holder ? `held by pid ${holder.pid} (${holder.name})` : "held by another process";
    throw supervisorErrors.DS_PORT_IN_USE(`${owner} needs 127.0.0.1:${port} (${name}), ${by}`, {
      hint: "stop that process, or start with --auto-ports",
      details: { port, ...(holder ? { pid: holder.pid, name: holder.name } : {}) },
    });
  }
}

/** Resolves when something accepts on 127.0.0.1:port, rejects when nothing does. */
export async function connectOnce(port: number): Promise<void> {
  const socket = net.connect({ host: "127.0.0.1", port });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
    socket.setTimeout(1000, () => reject(new Error(`127.0.0.1:${port} does not answer`)));
  }).finally(() => socket.destroy());
}
