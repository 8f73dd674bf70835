import type { Run } from "../definition.ts";
import { portOf } from "./client.ts";
import { replicaSet } from "./replica-set.ts";

/** mongod.conf is YAML, and JSON is YAML in which any path can be written. */
export function serverConfiguration(run: Run): string {
  const settings = {
    systemLog: { quiet: true }, // not a line for every connection
    storage: {
      dbPath: run.folders.data,
      wiredTiger: {
        engineConfig: {
          cacheSizeGB: 0.25,
          // Three journal files of 100 MB each would be laid out in advance: 300 MB and half of the start's time.
          configString: "log=(prealloc=false,file_max=16MB)",
        },
      },
    },
    net: {
      bindIp: "127.0.0.1",
      port: portOf(run),
      unixDomainSocket: { enabled: false }, // a socket's path has 107 bytes, a user's folders can be deeper
      maxIncomingConnections: 500,
      tls: {
        mode: "preferTLS", // plain and TLS on one port
        certificateKeyFile: run.tls.bundle,
        CAFile: run.tls.ca,
        allowConnectionsWithoutCertificates: true,
        disabledProtocols: "TLS1_0,TLS1_1",
      },
    },
    security: { authorization: "enabled", keyFile: `${run.folders.files}/replica-set.key` },
    replication: { replSetName: replicaSet, oplogSizeMB: 64 },
    setParameter: { diagnosticDataCollectionEnabled: false }, // for MongoDB's own support; 100 MB a week
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}
