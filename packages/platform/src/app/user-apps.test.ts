import { expect, it } from "vitest";
import { postgres } from "../services/postgres/definition.ts";
import { redis } from "../services/redis/definition.ts";
import { connectionPaths } from "../services/tenants.ts";
import { policyText } from "../vault/platform-model.ts";
import { tenantOfApp } from "./app-unit.ts";
import { chooseApps } from "./user-apps.ts";

const ports = { postgres: { sql: 5432 } };

it("lists all faults of applications at once", () => {
  const web = { command: "true", port: 3100 };
  const apps = {
    "redis-1": web,
    web: { ...web, needs: ["postgers"] },
    api: { ...web, port: 5432 },
  };
  try {
    chooseApps(apps, "/project", ports);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: "DS_CONFIG_INVALID", exit: 2 });
    const { message } = error as Error;
    expect(message).toContain('"redis-1" is the name of something of DevStack\'s');
    expect(message).toContain('needs "postgers", which is no service, did you mean "postgres"?');
    expect(message).toContain("web and redis-1 both have port 3100");
    expect(message).toContain("api and postgres.sql both have port 5432");
  }
});

it("lets an application read what a connection is made of, and nothing of the administrator's", () => {
  expect(connectionPaths(postgres)).toEqual(["postgres"]);
  expect(connectionPaths(redis)).toEqual(["redis-1"]);
  const [web] = chooseApps({ web: { command: "true", needs: ["postgres"] } }, "/project", ports);
  if (!web) throw new Error("there is no application");
  const rules = (app: typeof web): readonly string[] =>
    policyText(tenantOfApp(app))
      .split("\n")
      .filter((line) => line.startsWith("path"));
  expect(rules({ ...web, needs: [] })).toEqual([]);
  expect(rules(web)).toEqual(['path "secret/data/postgres" { capabilities = ["read"] }']);
});
