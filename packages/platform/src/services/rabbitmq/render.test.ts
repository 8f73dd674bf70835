import { expect, it } from "vitest";
import type { Run } from "../definition.ts";
import { brokerConfiguration } from "./render.ts";

it("says nothing of a path that its format could not hold", () => {
  const text = brokerConfiguration(runIn("/home/o'hara/my stack #1"));
  expect(text).not.toContain("#");
  expect(text).toContain("ssl_options.keyfile = tls/key.pem\n");
});

it("listens on loopback alone", () => {
  const listeners = brokerConfiguration(runIn("/srv/stack"))
    .split("\n")
    .filter((line) => /^listeners|^management/.test(line));
  expect(listeners).toEqual([
    "listeners.tcp.1 = 127.0.0.1:5672",
    "listeners.ssl.1 = 127.0.0.1:5671",
    "management.tcp.ip = 127.0.0.1",
    "management.tcp.port = 15672",
  ]);
});

function runIn(files: string): Run {
  const run: Omit<Run, "peers" | "engine"> = {
    instance: "rabbitmq",
    ports: { amqp: 5672, amqps: 5671, management: 15672, epmd: 4370, distribution: 25672 },
    folders: { data: "/data", files },
    tls: {
      certificate: `${files}/tls/certificate.pem`,
      key: `${files}/tls/key.pem`,
      bundle: `${files}/tls/bundle.pem`,
      ca: `${files}/tls/ca.pem`,
    },
    account: undefined,
    secret: (_, field) => field,
    portOf: () => 0,
    vaultAddress: "",
    identityFolder: "",
    isThrowaway: false,
  };
  return run as Run;
}
