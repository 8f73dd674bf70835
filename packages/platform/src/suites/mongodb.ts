import { administerMongo, commandMongo, mongoApplication } from "./clients/mongodb-client.ts";
import { expectHealthyProcess, expectOwnCredentials } from "./service-checks.ts";
import type { Suite } from "./suite.ts";

export const mongodbSuite: Suite = {
  name: "mongodb",
  summary: "MongoDB: process, credentials, login, version, configuration",
  services: ["mongodb"],
  disruptive: false,
  checks: [
    {
      id: "mongodb.01",
      title: "the process is healthy, runs without privileges and is the primary",
      fault: "frozen",
      run: async (context) => {
        const { stack, expect } = context;
        await expectHealthyProcess(context, "mongodb");
        const state = await commandMongo(stack, undefined, "admin", { hello: 1 });
        expect("isWritablePrimary", state["isWritablePrimary"]).equals(true);
        expect("setName", state["setName"]).equals("rs0");
      },
    },
    {
      id: "mongodb.02",
      title: "its credentials come from the vault with its own AppRole",
      fault: "policy-missing",
      run: async (context) =>
        expectOwnCredentials(context, "mongodb", ["mongodb", "mongodb-admin"]),
    },
    {
      id: "mongodb.03",
      title:
        "a client connects with them over TLS; a wrong password, none, and other databases are refused",
      fault: "authorization-off",
      run: async ({ stack, expect }) => {
        const login = await mongoApplication(stack);
        const list = { listCollections: 1 };
        const status = await commandMongo(stack, login, login.database, { connectionStatus: 1 });
        const { authenticatedUsers } = status["authInfo"] as Record<string, unknown>;
        expect("authenticated users", authenticatedUsers).equals([
          { user: login.user, db: login.database },
        ]);
        await commandMongo(stack, login, login.database, list);
        const wrong = { ...login, password: `${login.password}x` };
        await expect.refusal(
          "a wrong password",
          commandMongo(stack, wrong, login.database, list),
          /Authentication failed/,
        );
        await expect.refusal(
          "no login at all",
          commandMongo(stack, undefined, login.database, list),
          /requires authentication/,
        );
        await expect.refusal(
          "the application in another database",
          commandMongo(stack, login, "admin", list),
          /not authorized on admin/,
        );
      },
    },
    {
      id: "mongodb.04",
      title: "server and data answer with the engine's version",
      fault: "older-data-format",
      run: async ({ stack, expect }) => {
        const { version } = await stack.engine("mongodb");
        const login = await mongoApplication(stack);
        const build = await commandMongo(stack, login, login.database, { buildInfo: 1 });
        expect("buildInfo's version", build["version"]).equals(version);
        const parameter = await administerMongo(stack, {
          getParameter: 1,
          featureCompatibilityVersion: 1,
        });
        expect("format of the data", parameter["featureCompatibilityVersion"]).equals({
          version: `${version.split(".")[0]}.0`,
        });
      },
    },
    {
      id: "mongodb.05",
      title: "its configuration is as rendered: connections, TLS, loopback, data folder",
      fault: "fewer-connections",
      run: async ({ stack, expect }) => {
        const { connections } = await administerMongo(stack, { serverStatus: 1 });
        const { current, available } = connections as Record<string, number>;
        expect("connections, open and to be had", (current ?? 0) + (available ?? 0)).equals(500);
        const { tlsMode } = await administerMongo(stack, { getParameter: 1, tlsMode: 1 });
        expect("tlsMode", tlsMode).equals("preferTLS");
        const { parsed } = await administerMongo(stack, { getCmdLineOpts: 1 });
        const { net, storage } = parsed as Record<string, Record<string, unknown>>;
        expect("net.bindIp", net?.["bindIp"]).equals("127.0.0.1");
        expect("storage.dbPath", storage?.["dbPath"]).equals(`${stack.folders.data}/mongodb`);
      },
    },
  ],
  faults: [
    {
      name: "frozen",
      summary: "mongod is stopped by SIGSTOP",
      turnsRed: ["mongodb.01", "mongodb.03", "mongodb.04", "mongodb.05"],
      apply: async (stack) => stack.signal("mongodb", "SIGSTOP"),
    },
    {
      name: "policy-missing",
      summary: "the service's policy is deleted",
      turnsRed: ["mongodb.02"],
      apply: async (stack) =>
        (await stack.administrator()).delete("sys/policies/acl/mongodb-policy"),
    },
    {
      name: "authorization-off",
      summary: "mongod lets everybody do everything",
      seam: "authorization-off",
      turnsRed: ["mongodb.03"],
    },
    {
      name: "older-data-format",
      summary: "the data is set back to the format of the version before",
      turnsRed: ["mongodb.04"],
      apply: async (stack) => {
        const { version } = await stack.engine("mongodb");
        const major = Number(version.split(".")[0]);
        await administerMongo(stack, {
          setFeatureCompatibilityVersion: `${major - 1}.0`,
          ...(major < 7 ? {} : { confirm: true }),
        });
      },
    },
    {
      name: "fewer-connections",
      summary: "the server allows half the connections",
      seam: "fewer-connections",
      turnsRed: ["mongodb.05"],
    },
  ],
};
