import path from "node:path";
import type { Run } from "../definition.ts";
import { portOf } from "./client.ts";
import { quoted } from "./option-file.ts";
import { productOf } from "./products.ts";

/** my.cnf, for the server alone. */
export function serverConfiguration(run: Run): string {
  const { root } = run.engine;
  const settings: Readonly<Record<string, string | number>> = {
    // An unpacked tree lies elsewhere than it was built for; what is installed knows where it is.
    ...(root === undefined ? {} : { basedir: path.join(root, "usr") }),
    datadir: run.folders.data,
    tmpdir: run.folders.files,
    "pid-file": `${run.folders.files}/server.pid`,
    "bind-address": "127.0.0.1",
    port: portOf(run),
    socket: "", // a socket's path has 107 bytes, a user's folders can be deeper
    "skip-name-resolve": "ON",
    "max-connections": 200,
    "character-set-server": "utf8mb4",
    "ssl-cert": run.tls.certificate,
    "ssl-key": run.tls.key,
    "ssl-ca": run.tls.ca,
    "tls-version": "TLSv1.2,TLSv1.3",
    ...productOf(run).settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}`);
  return ["[mysqld]", ...lines, ""].join("\n");
}
