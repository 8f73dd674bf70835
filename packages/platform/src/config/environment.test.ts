import { expect, it } from "vitest";
import { overrideConfig } from "./environment.ts";

it("puts what DEVSTACK_ variables say in place of what the configuration says", () => {
  const config = {
    ports: { postgres: { sql: 1 }, vault: { http: 2, https: 3 } },
    engines: { redis: { source: "path" } },
  } as const;
  const env = {
    DEVSTACK_PROFILE: "minimal",
    DEVSTACK_PORTS: "vault.http=18200, mysql.sql=13306",
    DEVSTACK_ENGINES: "redis=/opt/redis/bin",
  };
  expect(overrideConfig(config, env)).toEqual({
    profile: "minimal",
    ports: { postgres: { sql: 1 }, vault: { http: 18_200, https: 3 }, mysql: { sql: 13_306 } },
    engines: { redis: { path: "/opt/redis/bin" } },
  });
  expect(overrideConfig(config, {})).toEqual(config);
});

it.each(["postgres=1", "postgres.sql", "postgres.sql=x", "postgres.sql=70000"])(
  "refuses DEVSTACK_PORTS=%s",
  (text) => {
    expect(() => overrideConfig({}, { DEVSTACK_PORTS: text })).toThrow(/DEVSTACK_PORTS has/);
  },
);
