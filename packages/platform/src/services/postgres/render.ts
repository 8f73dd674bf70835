import type { Run } from "../definition.ts";

/** postgresql.conf; values are quoted as its manual says, a quote doubled. */
export function serverConfiguration(run: Run): string {
  const settings: Readonly<Record<string, string | number>> = {
    listen_addresses: "127.0.0.1",
    port: run.ports["sql"] ?? 0,
    unix_socket_directories: "", // a socket's path has 107 bytes, a user's folders can be deeper
    hba_file: `${run.folders.files}/pg_hba.conf`,
    max_connections: 100,
    ssl: "on",
    ssl_cert_file: run.tls.certificate,
    ssl_key_file: run.tls.key,
    ssl_ca_file: run.tls.ca,
    ssl_min_protocol_version: "TLSv1.2",
    password_encryption: "scram-sha-256",
    recovery_init_sync_method: "syncfs", // after a crash: one call instead of opening every file
    log_line_prefix: "%m [%p] ",
    jit: "off", // its library (LLVM, 100 MB) is left out of the private prefix
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join("");
}

/** pg_hba.conf: "host" takes plain and TLS connections alike; both have to know the password. */
export const clientAuthentication = [
  "local all all scram-sha-256",
  "host all all 127.0.0.1/32 scram-sha-256",
  "host replication all 127.0.0.1/32 scram-sha-256",
  "",
].join("\n");
