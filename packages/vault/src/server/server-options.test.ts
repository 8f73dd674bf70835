import { expect, test } from "vitest";
import { ConfigError } from "../config/config-error.ts";
import { readServerOptions } from "./server-options.ts";

const dev = {
  address: { host: "127.0.0.1", port: 8200 },
  rootTokenId: undefined,
  kvVersion: "2",
  tls: undefined,
};

test.each([
  [["-config=a"], { config: ["a"], logLevel: undefined, dev: undefined }],
  [["--config", "a", "-config", "b"], { config: ["a", "b"] }],
  [["-dev"], { config: [], dev }],
  [["-dev-kv-v1"], { dev: { ...dev, kvVersion: "1" } }],
  [["-dev-tls"], { dev: { ...dev, tls: { folder: undefined } } }],
  [["-dev", "-dev-tls", "-dev-tls-cert-dir=d"], { dev: { ...dev, tls: { folder: "d" } } }],
  [["-dev", "-exit-on-core-shutdown"], { dev }],
  [["--dev", "--dev-no-kv", "-dev-no-store-token"], { dev: { ...dev, kvVersion: undefined } }],
  [["-dev", "-dev-root-token-id", "r"], { dev: { ...dev, rootTokenId: "r" } }],
  [["-dev", "-dev-listen-address=[::1]:1"], { dev: { ...dev, address: { host: "::1", port: 1 } } }],
  [["-dev", "-log-level=WARN"], { logLevel: "warn" }],
])("%j", (args, expected) => {
  expect(readServerOptions(args, {})).toMatchObject(expected);
});

test("takes from the environment what is not given as a flag", () => {
  const env = {
    VAULT_DEV_ROOT_TOKEN_ID: "",
    BAO_DEV_ROOT_TOKEN_ID: "mine",
    VAULT_DEV_LISTEN_ADDRESS: "127.0.0.1:1",
    BAO_LOG_LEVEL: "error",
  };
  const found = readServerOptions(["-dev", "-dev-listen-address=127.0.0.1:2"], env);
  const address = { host: "127.0.0.1", port: 2 };
  expect(found).toMatchObject({ logLevel: "error", dev: { rootTokenId: "mine", address } });
});

test.each([
  [["-confg=x"], "there is no -confg, did you mean -config?"],
  [["-zzzzzzzz"], "there is no -zzzzzzzz"],
  [["-dev-no-kv", "-config=x"], "-dev-no-kv is of use with -dev only"],
  [["-dev", "-dev-listen-address=nowhere"], 'expected HOST:PORT, found "nowhere"'],
  [["-dev", "-log-level=loud"], '"loud" is none of trace'],
  [["-dev", "-dev-tls-cert-dir=d"], "-dev-tls-cert-dir is of use with -dev-tls only"],
  [["-dev", "-dev-plugin-dir=d"], "this server does not serve Vault's -dev-plugin-dir"],
  [["-dev", "-log-format", "json"], "this server does not serve Vault's -log-format"],
  [["-dev", "word"], "Unexpected argument 'word'"],
  [[], "a configuration is needed: -config=FILE; or -dev"],
])("refuses %j", (args, why) => {
  expect(() => readServerOptions(args, {})).toThrow(ConfigError);
  expect(() => readServerOptions(args, {})).toThrow(why);
});

test("asks for help first", () => {
  expect(readServerOptions(["-help"], {})).toBe("help");
});
