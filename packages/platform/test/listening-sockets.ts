import { readdir, readFile, readlink } from "node:fs/promises";

export interface ListeningSocket {
  readonly pid: number;
  /** As the kernel writes it: "127.0.0.1" or "::1", other IPv6 addresses in hex. */
  readonly address: string;
  readonly port: number;
}

/** Every TCP socket that one of these processes listens on. */
export async function listeningSockets(
  pids: readonly number[],
): Promise<readonly ListeningSocket[]> {
  const byInode = new Map<string, { address: string; port: number }>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of (await readFile(table, "utf8")).split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const [address = "", port = ""] = local?.split(":") ?? [];
      if (state === "0A" && inode !== undefined) {
        byInode.set(`socket:[${inode}]`, {
          address: readable(address),
          port: Number.parseInt(port, 16),
        });
      }
    }
  }
  const found = await Promise.all(
    pids.map(async (pid) => {
      const descriptors = await readdir(`/proc/${pid}/fd`);
      const links = await Promise.all(
        descriptors.map(async (fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")),
      );
      return links.flatMap((link) => {
        const socket = byInode.get(link);
        return socket ? [{ pid, ...socket }] : [];
      });
    }),
  );
  return found.flat();
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
