import path from "node:path";
import type { Run } from "../definition.ts";
import { portOf } from "./node.ts";

/**
 * rabbitmq.conf. Its format has no quotes, and `#` ends a value: files are named relative to the instance's folder,
 * in which the broker runs, so that the path to it matters to nobody.
 */
export function brokerConfiguration(run: Run): string {
  const file = (of: string): string => path.relative(run.folders.files, of);
  const settings: Readonly<Record<string, string | number>> = {
    "listeners.tcp.1": `127.0.0.1:${portOf(run, "amqp")}`,
    "listeners.ssl.1": `127.0.0.1:${portOf(run, "amqps")}`,
    "ssl_options.cacertfile": file(run.tls.ca),
    "ssl_options.certfile": file(run.tls.certificate),
    "ssl_options.keyfile": file(run.tls.key),
    "ssl_options.versions.1": "tlsv1.3",
    "ssl_options.versions.2": "tlsv1.2",
    "ssl_options.verify": "verify_none", // of clients: they have passwords, no certificates
    "ssl_options.fail_if_no_peer_cert": "false",
    "management.tcp.ip": "127.0.0.1",
    "management.tcp.port": portOf(run, "management"),
    // The first boot makes these, in place of "/" and "guest".
    default_vhost: run.secret("rabbitmq", "vhost"),
    default_user: run.secret("rabbitmq-admin", "user"),
    default_pass: run.secret("rabbitmq-admin", "password"),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");
}
