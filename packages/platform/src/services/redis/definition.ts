import { defineService, generated, type PortSpec } from "../definition.ts";
import { engineProcess } from "../engine-process.ts";
import { standaloneNode } from "./faults.ts";
import { clusterStep } from "./form-cluster.ts";
import { moveNodes } from "./node-addresses.ts";
import { takeUpCertificate } from "./node-client.ts";
import { nodeAccepts, writeAndReadBack } from "./ready.ts";
import { nodeConfiguration } from "./render.ts";
import { takeOver } from "./take-over.ts";

/** The first three become the masters, the others their replicas; who is what may change with every failover. */
const instances = ["redis-1", "redis-2", "redis-3", "redis-4", "redis-5", "redis-6"] as const;

export const redis = defineService({
  name: "redis",
  summary: "Redis Cluster, the cache: three masters, three replicas",
  engine: {
    name: "redis",
    versions: ">=7 <9",
    required: ["redis-server", "redis-cli"],
    optional: ["redis-benchmark"],
    sources: [
      { provider: "prefix", packages: ["redis-server", "redis-tools"] },
      { provider: "homebrew", formulas: ["redis"] },
      { provider: "path" },
    ],
  },
  instances,
  ports: Object.fromEntries(instances.map((name, index) => [name, nodePorts(index)])),
  dependsOn: ["vault"],
  startsFirst: true,
  credentials: [
    { path: "redis-1", fields: { password: generated, tls_enabled: true } },
    ...["redis-2", "redis-3"].map((path) => ({
      path,
      fields: { tls_enabled: true },
      sameAs: { password: { path: "redis-1", field: "password" } },
    })),
  ],
  certificate: { keyType: "ec", takeUp: takeUpCertificate },
  render: (run) => [{ path: "redis.conf", content: nodeConfiguration(run) }],
  process: (run) =>
    engineProcess(run, {
      program: "redis-server",
      args: [`${run.folders.files}/redis.conf`],
      // It refuses to go while it writes its first append-only file after a full resynchronisation: asked again. It
      // waits itself up to 10 s for a replica that lags behind.
      stop: { signal: "SIGTERM", graceMs: 15_000, repeatMs: 200 },
    }),
  beforeStart: moveNodes,
  accepting: nodeAccepts,
  ended: takeOver,
  initialise: [clusterStep],
  readyMeans: "every node finds the cluster in order, every master takes a key and gives it back",
  ready: writeAndReadBack,
  connection: ({ peers, secret, tls }) => {
    const [first] = peers;
    const password = secret("redis-1", "password");
    const nodes = (port: string): string =>
      peers.map(({ ports }) => `127.0.0.1:${ports[port]}`).join(",");
    const tlsUrl = `rediss://default:${password}@127.0.0.1:${first?.ports["tls"]}`;
    return {
      // Plain, because a URL has no place for a private CA: rediss:// would fail in every client that was not told of
      // it otherwise. REDIS_TLS_URL is for those that are. The user is named because redis-cli takes none for "".
      url: `redis://default:${password}@127.0.0.1:${first?.ports["plain"]}`,
      tlsUrl,
      env: {
        REDIS_HOST: "127.0.0.1",
        REDIS_PORT: String(first?.ports["plain"]),
        REDIS_PASSWORD: password,
        REDISCLI_AUTH: password,
        REDIS_CLUSTER_NODES: nodes("plain"),
        REDIS_TLS_URL: tlsUrl,
        REDIS_TLS_PORT: String(first?.ports["tls"]),
        REDIS_TLS_CLUSTER_NODES: nodes("tls"),
        REDIS_TLS_CA: tls.ca,
      },
    };
  },
  shells: ({ peers, secret, tls }) => [
    {
      program: "redis-cli",
      args: [
        "-c",
        "-h",
        "127.0.0.1",
        "-p",
        String(peers[0]?.ports["tls"]),
        "--tls",
        "--cacert",
        tls.ca,
        "--sni",
        "localhost",
      ],
      env: { REDISCLI_AUTH: secret("redis-1", "password") },
      historyVariable: "REDISCLI_HISTFILE",
    },
  ],
  faults: { "standalone-node": standaloneNode("redis-6") },
});

function nodePorts(index: number): Readonly<Record<string, PortSpec>> {
  return {
    plain: { default: 6379 + index, purpose: "Redis", tls: "none" },
    tls: { default: 6390 + index, purpose: "Redis over TLS", tls: "only" },
    bus: {
      default: 16_379 + index,
      purpose: "cluster bus",
      tls: "only",
      follows: { port: "plain", offset: 10_000 },
    },
  };
}
