import path from "node:path";
import { type ConnectionRun, defineService, generated, type Run } from "../definition.ts";
import { engineProcess } from "../engine-process.ts";
import { type ReferenceApi, referenceApis } from "./apis.ts";
import { checkoutEngine } from "./engine.ts";
import { referenceApiFaults } from "./faults.ts";
import { referenceApiParityFaults } from "./parity-faults.ts";
import { answersHealth, entryField, readsOwnEntry } from "./ready.ts";
import { settingsOf } from "./settings.ts";

/** The reference APIs as the stack starts them: strangers that are told addresses, and log in by themselves. */
export const referenceApiDefinitions = referenceApis.map(defineApi);

function defineApi(api: ReferenceApi): ReturnType<typeof defineService> {
  const { name, ports, summary } = api;
  return defineService({
    name,
    summary,
    engine: checkoutEngine,
    ports: {
      [name]: {
        http: { default: ports.http, purpose: "HTTP API", tls: "none" },
        https: { default: ports.https, purpose: "HTTP API", tls: "only" },
      },
    },
    // They serve with everything else down, so that they start beside it.
    dependsOn: ["vault"],
    credentials: [{ path: name, fields: { [entryField]: generated } }],
    reads: ["postgres", "mysql", "mongodb", "redis", "rabbitmq"],
    logsIn: true,
    certificate: {
      keyType: "ec",
      takeUp: async () => undefined, // they watch the files
    },
    render: () => [],
    process: (run) =>
      engineProcess(run, {
        program: "node",
        args: ["--disable-warning=ExperimentalWarning", path.join(rootOf(run), api.main)],
        // Node keeps what it compiled: there is nothing else that the process writes.
        env: { ...settingsOf(run), NODE_COMPILE_CACHE: run.folders.data },
        stop: { signal: "SIGTERM", graceMs: 15_000 }, // it finishes what is in flight, 10 s at most
      }),
    accepting: answersHealth,
    initialise: [],
    readyMeans:
      "over verified TLS it gives an entry that it reads in the vault, logged in as itself",
    ready: readsOwnEntry,
    connection: (run) => connection(run, name),
    faults: { ...referenceApiFaults, ...referenceApiParityFaults },
  });
}

function rootOf(run: Run): string {
  if (run.engine.root !== undefined) return run.engine.root;
  throw new Error("the reference APIs come with DevStack: leave engines.reference-apis out");
}

function connection(
  { ports, tls }: ConnectionRun,
  name: string,
): {
  readonly url: string;
  readonly tlsUrl: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const prefix = name.toUpperCase().replaceAll("-", "_");
  const tlsUrl = `https://localhost:${ports["https"]}`;
  return {
    url: `http://127.0.0.1:${ports["http"]}`,
    tlsUrl,
    env: { [`${prefix}_TLS_URL`]: tlsUrl, [`${prefix}_CA_FILE`]: tls.ca },
  };
}
