import { readdir, readFile, readlink } from "node:fs/promises";
import net from "node:net";
import { errnoOf } from "../shared/errors.ts";
import { supervisorErrors } from "./errors.ts";
import type { BoundPort } from "./unit.ts";

export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** Whether 127.0.0.1:port can be bound now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      if (errnoOf(error) === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

/** Rejects with DS_PORT_IN_USE, naming the holder, when one of the ports is taken. */
export async function requireFreePorts(owner: string, ports: readonly BoundPort[]): Promise<void> {
  for (const { name, port } of ports) {
    if (await isPortFree(port)) continue;
    const holder = await portHolder(port);
    const by = holder ? `held by pid ${holder.pid} (${holder.name})` : "held by another process";
    throw supervisorErrors.DS_PORT_IN_USE(`${owner} needs 127.0.0.1:${port} (${name}), ${by}`, {
      hint: `stop that process, or set another port under "ports" in devstack.config.ts`,
      details: { port, ...(holder ? { pid: holder.pid, name: holder.name } : {}) },
    });
  }
}

/** Who listens on the port, as far as this user may see; Linux only. */
async function portHolder(port: number): Promise<PortHolder | undefined> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => ""); // not on this system
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const local = fields[1]?.split(":")[1];
      if (fields[3] === "0A" && local !== undefined && Number.parseInt(local, 16) === port) {
        inodes.add(`socket:[${fields[9]}]`);
      }
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []); // another user's, or ended
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (inodes.has(target)) {
        const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "unknown");
        return { pid: Number(pid), name: name.trim() };
      }
    }
  }
  return undefined;
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
