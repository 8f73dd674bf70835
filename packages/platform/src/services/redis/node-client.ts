import type { Redis } from "ioredis";
import { messageOf } from "../../shared/errors.ts";
import type { Run, StepContext } from "../definition.ts";

export interface NodeAddress {
  readonly port: number;
  /** None: no AUTH is sent. */
  readonly password?: string;
  /** The root that its certificate must chain to, PEM; TLS is spoken where it is given. */
  readonly ca?: string;
  readonly signal?: AbortSignal;
}

/** A connection to one node of 127.0.0.1, that follows no redirection, tries nothing twice and never waits for ever. */
export async function withNode<T>(
  { port, password, ca, signal }: NodeAddress,
  use: (node: Redis) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const { Redis } = await import("ioredis"); // loaded when first needed: the command line knows every definition
  const node = new Redis({
    host: "127.0.0.1",
    port,
    ...(ca === undefined ? {} : { tls: { ca } }),
    lazyConnect: true,
    connectTimeout: 3000,
    commandTimeout: 5000,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  let fault: unknown;
  node.on("error", (error) => (fault = error));
  const close = (): void => node.disconnect();
  signal?.addEventListener("abort", close, { once: true });
  try {
    await node.connect().catch((error: unknown) => {
      throw fault ?? error; // the driver rejects with "connection is closed" and emits why
    });
    if (password !== undefined) await authenticate(node, password);
    return await use(node);
  } finally {
    signal?.removeEventListener("abort", close);
    close();
  }
}

/** The driver's error carries the command with its arguments: the password must not travel with it. */
async function authenticate(node: Redis, password: string): Promise<void> {
  try {
    await node.auth("default", password);
  } catch (error) {
    throw new Error(messageOf(error)); // oxlint-disable-line preserve-caught-error
  }
}

/** The instance's own node, with the cluster's password, on the plain port. */
export async function withInstance<T>(
  run: Run,
  signal: AbortSignal,
  use: (node: Redis) => Promise<T>,
): Promise<T> {
  return withNode(
    { port: run.ports["plain"] ?? 0, password: run.secret("redis-1", "password"), signal },
    use,
  );
}

/** All instances' nodes at once, in their order. */
export async function withInstances<T>(
  runs: readonly Run[],
  signal: AbortSignal,
  use: (nodes: readonly Redis[]) => Promise<T>,
): Promise<T> {
  const [first, ...others] = runs;
  if (!first) return use([]);
  return withInstance(first, signal, async (node) =>
    withInstances(others, signal, async (nodes) => use([node, ...nodes])),
  );
}

/** Serves what the files hold; connections that are open stay. */
export async function takeUpCertificate({ run, signal }: StepContext): Promise<void> {
  const { certificate, key } = run.tls;
  await withInstance(run, signal, async (node) =>
    node.config("SET", "tls-cert-file", certificate, "tls-key-file", key),
  );
}
