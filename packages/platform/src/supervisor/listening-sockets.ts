import { readdir, readFile, readlink } from "node:fs/promises";

export interface ListeningSocket {
  readonly pid: number;
  /** As the kernel writes it: "127.0.0.1" or "::1", other IPv6 addresses in hex. */
  readonly address: string;
  readonly port: number;
}

type Listener = Omit<ListeningSocket, "pid">;

/** Every TCP socket that one of these processes listens on, as far as this user may see; Linux only. */
export async function listeningSockets(
  pids: readonly number[],
): Promise<readonly ListeningSocket[]> {
  const listeners = await allListeners();
  const found = await Promise.all(pids.map(async (pid) => socketsOf(pid, listeners)));
  return found.flat();
}

/** Who listens on the port, as far as this user may see; Linux only. */
export async function portHolder(
  port: number,
): Promise<{ readonly pid: number; readonly name: string } | undefined> {
  const listeners = await allListeners().catch(() => new Map<string, Listener>()); // not on this system
  if (![...listeners.values()].some((each) => each.port === port)) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const sockets = await socketsOf(pid, listeners).catch(() => []); // another user's, or ended
    if (!sockets.some((each) => each.port === port)) continue;
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "unknown");
    return { pid, name: name.trim() };
  }
  return undefined;
}

/** By what a descriptor of the socket is a link to. */
async function allListeners(): Promise<ReadonlyMap<string, Listener>> {
  const found = new Map<string, Listener>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of (await readFile(table, "utf8")).split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const [address = "", port = ""] = local?.split(":") ?? [];
      if (state !== "0A" || inode === undefined) continue;
      const listener = { address: readable(address), port: Number.parseInt(port, 16) };
      found.set(`socket:[${inode}]`, listener);
    }
  }
  return found;
}

async function socketsOf(
  pid: number,
  listeners: ReadonlyMap<string, Listener>,
): Promise<readonly ListeningSocket[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(
    descriptors.map(async (fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")), // closed meanwhile
  );
  return links.flatMap((link) => {
    const listener = listeners.get(link);
    return listener ? [{ pid, ...listener }] : [];
  });
}

/** proc(5): four bytes in host order, the lowest first. */
function readable(hex: string): string {
  if (hex.length === 8) {
    return (hex.match(/../g) ?? [])
      .toReversed()
      .map((byte) => Number.parseInt(byte, 16))
      .join(".");
  }
  return hex === "00000000000000000000000001000000" ? "::1" : hex;
}
