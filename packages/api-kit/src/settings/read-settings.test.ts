import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../errors/api-errors.ts";
import { type Environment, readSettings } from "./read-settings.ts";

const token = { VAULT_TOKEN: "t" };
const faultsOf = (environment: Environment): readonly string[] => {
  try {
    readSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).details?.["faults"] as readonly string[];
  }
  return [];
};

describe("defaults", () => {
  it("are the stack's own ports, over TLS", () => {
    const settings = readSettings(token);
    expect(settings).toMatchObject({
      httpPort: 8000,
      httpsPort: 8443,
      enableTls: false,
      debug: false,
      environment: "development",
      logLevel: "info",
      backendTls: true,
      postgres: { host: "127.0.0.1", port: 5432 },
      mysql: { host: "127.0.0.1", port: 3306 },
      mongodb: { host: "127.0.0.1", port: 27_017 },
      rabbitmq: { host: "127.0.0.1", port: 5671 },
      rateLimits: { general: 100, health: 200, metrics: 1000 },
    });
    expect(settings.redisNodes.map(({ port }) => port)).toEqual([
      6390, 6391, 6392, 6393, 6394, 6395,
    ]);
  });

  it("are the plain ports where connections are plain", () => {
    const settings = readSettings({ ...token, BACKEND_TLS: "false" });
    expect(settings.rabbitmq.port).toBe(5672);
    expect(settings.redisNodes[0]?.port).toBe(6379);
  });

  it("are an application's own before the kit's, and after the environment's", () => {
    const own = { HTTP_PORT: "8001" };
    expect(readSettings(token, own).httpPort).toBe(8001);
    expect(readSettings({ ...token, HTTP_PORT: "9000" }, own).httpPort).toBe(9000);
  });

  it("stand for what is set and empty, too", () => {
    expect(readSettings({ ...token, HTTP_PORT: "", LOG_LEVEL: " " })).toMatchObject({
      httpPort: 8000,
      logLevel: "info",
    });
  });
});

describe("values", () => {
  it.each(["true", "1", "yes", "ON"])("%s is true", (text) => {
    expect(readSettings({ ...token, DEBUG: text }).debug).toBe(true);
  });

  it("list nodes by host and port, IPv6 in brackets", () => {
    const nodes = "redis-1:6390, 127.0.0.1:1,[::1]:65535";
    expect(readSettings({ ...token, REDIS_NODES: nodes }).redisNodes).toEqual([
      { host: "redis-1", port: 6390 },
      { host: "127.0.0.1", port: 1 },
      { host: "::1", port: 65_535 },
    ]);
  });

  it("keep of an address what a request needs", () => {
    const { vault } = readSettings({ ...token, VAULT_ADDR: "https://vault.test:8200/" });
    expect(vault.address).toBe("https://vault.test:8200");
  });
});

describe("faults", () => {
  it("are listed all at once, and show no value", () => {
    const faults = faultsOf({
      HTTP_PORT: "hunter2",
      VAULT_ADDR: "ftp://hunter2",
      REDIS_NODES: "hunter2",
      LOG_LEVEL: "hunter2",
      RATE_LIMIT_HEALTH: "-1",
    });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "HTTP_PORT",
      "VAULT_ADDR",
      "LOG_LEVEL",
      "REDIS_NODES",
      "RATE_LIMIT_HEALTH",
      "VAULT_APPROLE_DIR",
    ]);
    expect(faults.join()).not.toContain("hunter2");
  });

  it.each(["0", "65536", "1.5", "1e3", "80 80", "-1", "0x50"])("port %s is one", (port) => {
    expect(faultsOf({ ...token, HTTP_PORT: port })).toEqual([
      "HTTP_PORT is no whole number from 1 to 65535",
    ]);
  });

  it.each(["", "a:", ":1", "a:0", "a:70000", "a b:1", "a:1,,b:2"])("nodes %j are one", (nodes) => {
    expect(faultsOf({ ...token, REDIS_NODES: nodes || "," })).toHaveLength(1);
  });

  it("is an address with a password in it: it would be logged", () => {
    expect(faultsOf({ ...token, VAULT_ADDR: "http://user:word@vault:8200" })).toHaveLength(1);
  });

  it("is TLS without a folder of certificates", () => {
    expect(faultsOf({ ...token, ENABLE_TLS: "true" })).toEqual([
      "CERT_DIR is not set, and ENABLE_TLS needs it",
    ]);
  });

  it("is DEBUG in production", () => {
    expect(faultsOf({ ...token, DEBUG: "true", ENVIRONMENT: "production" })).toHaveLength(1);
    expect(faultsOf({ ...token, ENVIRONMENT: "production" })).toEqual([]);
  });

  it("is neither an AppRole nor a token", () => {
    expect(faultsOf({})).toHaveLength(1);
    expect(faultsOf({ VAULT_APPROLE_DIR: "/approles/reference-api" })).toEqual([]);
  });
});
