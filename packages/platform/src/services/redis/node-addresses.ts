import path from "node:path";
import { readFileIfPresent, writeFileAtomically } from "../../shared/files.ts";
import type { Run } from "../definition.ts";

type Ports = Run["ports"];

/**
 * A node keeps in nodes.conf where it last saw the others, and asks there for them. With ports changed since, or data
 * that was copied from another stack, that may be somebody else's node, which would answer to the same name: so what
 * is written there becomes what holds now before the node runs.
 */
export async function moveNodes(
  run: Pick<Run, "account" | "folders"> & {
    readonly peers: readonly Pick<Run, "ports" | "folders">[];
  },
): Promise<void> {
  const own = await readNodes(run);
  if (own === undefined) return;
  const known = await Promise.all(
    run.peers.map(async (peer) => {
      const id = /^(\S+) \S+ (?:\S+,)?myself\b/m.exec((await readNodes(peer)) ?? "")?.[1];
      return id === undefined ? [] : [[id, peer.ports] as const];
    }),
  );
  const moved = withPorts(own, new Map(known.flat()));
  if (moved !== own) await writeFileAtomically(fileOf(run), moved, { owner: run.account });
}

/** `id ip:port@bus[,hostname][,name=value…] flags …`: each node that is known by its id gets its ports. */
export function withPorts(nodes: string, ports: ReadonlyMap<string, Ports>): string {
  return nodes
    .split("\n")
    .map((line) => {
      const [, id = "", more = "", rest = ""] = /^(\S+) [^@ ]*@\d+(\S*)( .*)$/.exec(line) ?? [];
      const own = ports.get(id);
      if (!own) return line;
      const { plain, tls, bus } = own;
      const others = more
        .replace(/\btcp-port=\d+/, `tcp-port=${plain}`)
        .replace(/\btls-port=\d+/, `tls-port=${tls}`);
      // With the bus encrypted, Redis takes the TLS port for the node's own.
      return `${id} 127.0.0.1:${tls}@${bus}${others}${rest}`;
    })
    .join("\n");
}

async function readNodes(run: Pick<Run, "folders">): Promise<string | undefined> {
  return readFileIfPresent(fileOf(run));
}

function fileOf({ folders }: Pick<Run, "folders">): string {
  return path.join(folders.data, "nodes.conf");
}
