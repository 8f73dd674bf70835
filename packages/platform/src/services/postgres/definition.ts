import {
  type Connection,
  type ConnectionRun,
  defineService,
  generated,
  rewriting,
} from "../definition.ts";
import { engineProcess } from "../engine-process.ts";
import { postgresqlEngine } from "./engine.ts";
import {
  applicationStep,
  createCluster,
  postgresAccepts,
  setSuperuserPassword,
  superuserName,
  writeAndReadBack,
} from "./initialise.ts";
import { releaseLockFile } from "./lock-file.ts";
import { clientAuthentication, serverConfiguration } from "./render.ts";

const database = "devdb";

export const postgres = defineService({
  name: "postgres",
  summary: "PostgreSQL, the relational store",
  engine: postgresqlEngine,
  ports: { postgres: { sql: { default: 5432, purpose: "SQL", tls: "same" } } },
  dependsOn: ["vault"],
  credentials: [
    {
      path: "postgres",
      fields: { user: "devuser", password: generated, database, tls_enabled: true },
    },
    { path: "postgres-admin", fields: { user: superuserName, password: generated } },
  ],
  certificate: { keyType: "ec", takeUp: async ({ kill }) => kill("SIGHUP") },
  render: (run) => [
    { path: "postgresql.conf", content: serverConfiguration(run) },
    { path: "pg_hba.conf", content: clientAuthentication },
  ],
  template: () => createCluster,
  createData: setSuperuserPassword,
  isDataOfOneMajor: true,
  process: (run) =>
    engineProcess(run, {
      program: "postgres",
      args: ["-D", run.folders.data, "-c", `config_file=${run.folders.files}/postgresql.conf`],
      // "fast": roll back, checkpoint, exit; SIGTERM would wait for clients.
      stop: { signal: "SIGINT", graceMs: 15_000 },
    }),
  beforeStart: async (run) => releaseLockFile(run),
  accepting: async (run, signal) => postgresAccepts(run, signal),
  initialise: [applicationStep],
  readyMeans: "the application logs in, writes a row and reads it back",
  ready: writeAndReadBack,
  connection,
  shells: (run) => [
    { program: "psql", args: [], env: connection(run).env, historyVariable: "PSQL_HISTORY" },
  ],
  faults: {
    "trust-authentication": {
      summary: "pg_hba.conf lets everybody in from loopback",
      change: rewriting("pg_hba.conf", (content) => content.replaceAll("scram-sha-256", "trust")),
    },
    "fewer-connections": {
      summary: "the server allows half the connections",
      change: rewriting("postgresql.conf", (content) =>
        content.replace("max_connections = '100'", "max_connections = '50'"),
      ),
    },
  },
});

function connection(run: ConnectionRun): Connection {
  const { port, user, password, name } = parts(run);
  const url = `postgresql://${user}:${password}@127.0.0.1:${port}/${name}`;
  const verified = new URLSearchParams({ sslmode: "verify-full", sslrootcert: run.tls.ca });
  return {
    url,
    tlsUrl: `${url}?${verified.toString().replaceAll("+", "%20")}`,
    plainUrl: `${url}?sslmode=disable`,
    env: {
      PGHOST: "127.0.0.1",
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: name,
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: run.tls.ca,
    },
  };
}

function parts(run: ConnectionRun): {
  port: number;
  user: string;
  password: string;
  name: string;
} {
  return {
    port: run.ports["sql"] ?? 0,
    user: run.secret("postgres", "user"),
    password: run.secret("postgres", "password"),
    name: run.secret("postgres", "database"),
  };
}
