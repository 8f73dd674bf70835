import type { LogLevel } from "../core/log.ts";

/** The server's settings, checked and with every default filled in. */
export interface ServerConfig {
  /** A folder; undefined keeps everything in memory. */
  readonly storagePath: string | undefined;
  readonly listeners: readonly ListenerConfig[];
  readonly pidFile: string | undefined;
  readonly clusterName: string;
  readonly apiAddress: string;
  /** Seconds. */
  readonly defaultLeaseTtl: number;
  readonly maxLeaseTtl: number;
  readonly logLevel: LogLevel;
}

export interface ListenerConfig {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly tls: TlsFiles | undefined;
}

export type TlsVersion = "TLSv1.2" | "TLSv1.3";

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
}
