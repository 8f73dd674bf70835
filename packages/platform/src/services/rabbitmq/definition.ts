import { defineService, generated } from "../definition.ts";
import { answersHeader } from "./amqp.ts";
import { bootScript } from "./boot-script.ts";
import { rabbitmqEngine } from "./engine.ts";
import { passwordsIgnored } from "./faults.ts";
import { markUnfinished } from "./first-boot.ts";
import { applicationOf, publishAndGetBack, steps } from "./initialise.ts";
import {
  bootFile,
  brokerProcess,
  cookieFile,
  portMapper,
  portOf,
  resolverConfiguration,
  resolverFile,
} from "./node.ts";
import { rabbitmqPrompt } from "./prompt.ts";
import { brokerConfiguration } from "./render.ts";

export const rabbitmq = defineService({
  name: "rabbitmq",
  summary: "RabbitMQ, the message broker",
  engine: rabbitmqEngine,
  ports: {
    rabbitmq: {
      amqp: { default: 5672, purpose: "AMQP 0-9-1", tls: "none" },
      amqps: { default: 5671, purpose: "AMQP 0-9-1 over TLS", tls: "only" },
      management: { default: 15672, purpose: "management API and page", tls: "none" },
      epmd: { default: 4370, purpose: "Erlang's port mapper", tls: "none" },
      distribution: { default: 25672, purpose: "Erlang's distribution", tls: "none" },
    },
  },
  dependsOn: ["vault"],
  startsFirst: true,
  credentials: [
    {
      path: "rabbitmq",
      fields: { user: "devuser", password: generated, vhost: "dev_vhost", tls_enabled: true },
    },
    {
      path: "rabbitmq-admin",
      fields: { user: "admin", password: generated, erlang_cookie: generated },
    },
  ],
  certificate: {
    keyType: "ec",
    takeUp: async () => undefined, // it reads the files anew every two minutes
  },
  render: (run) => [
    { path: "rabbitmq.conf", content: brokerConfiguration(run) },
    { path: "enabled_plugins", content: "[rabbitmq_management].\n" },
    { path: bootFile, content: bootScript },
    { path: resolverFile, content: resolverConfiguration },
    { path: cookieFile, content: run.secret("rabbitmq-admin", "erlang_cookie"), mode: 0o400 },
  ],
  createData: markUnfinished,
  companions: (run) => [portMapper(run)],
  process: brokerProcess,
  accepting: async (run, signal) => answersHeader(portOf(run, "amqp"), signal),
  initialise: steps,
  readyMeans: "the application logs in, publishes a message and gets it back",
  ready: publishAndGetBack,
  connection: (run) => {
    const { user, password, vhost } = applicationOf(run);
    const url = (scheme: string, port: number): string =>
      `${scheme}://${user}:${password}@127.0.0.1:${port}/${encodeURIComponent(vhost)}`;
    const tlsUrl = url("amqps", portOf(run, "amqps"));
    return {
      url: url("amqp", portOf(run, "amqp")),
      tlsUrl,
      env: {
        RABBITMQ_HOST: "127.0.0.1",
        RABBITMQ_PORT: String(portOf(run, "amqp")),
        RABBITMQ_USER: user,
        RABBITMQ_PASSWORD: password,
        RABBITMQ_VHOST: vhost,
        RABBITMQ_TLS_PORT: String(portOf(run, "amqps")),
        RABBITMQ_TLS_URL: tlsUrl,
        RABBITMQ_CA_FILE: run.tls.ca,
      },
    };
  },
  prompt: rabbitmqPrompt,
  faults: { "passwords-ignored": passwordsIgnored },
});
