/** The server's settings, checked and with every default filled in. */
export interface ServerConfig {
  readonly storagePath: string;
  readonly listeners: readonly ListenerConfig[];
  readonly pidFile: string | undefined;
  readonly clusterName: string;
  readonly apiAddress: string;
  /** Seconds. */
  readonly defaultLeaseTtl: number;
  readonly maxLeaseTtl: number;
}

export interface ListenerConfig {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly tls: TlsFiles | undefined;
}

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
}
