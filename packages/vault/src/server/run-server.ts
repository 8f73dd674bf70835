import { ConfigError } from "../config/config-error.ts";
import { readConfig } from "../config/read-config.ts";
import type { ServerConfig, TlsFiles } from "../config/server-config.ts";
import { type Log, LeveledLog } from "../core/log.ts";
import { outliveCommitFailures } from "../storage/commit-failure.ts";
import type { DevCertificates } from "./dev-certificates.ts";
import { checkRootTokenId, devBanner, type DevSecrets, openForDevelopment } from "./dev-mode.ts";
import type { ServerOptions } from "./server-options.ts";
import { VaultServer } from "./vault-server.ts";

/** Serves until SIGTERM or SIGINT; SIGHUP reads the configuration again. */
export async function runServer(options: ServerOptions): Promise<void> {
  // Everything that is written here is for the owner alone, the storage's own files too.
  process.umask(0o077);
  outliveCommitFailures();
  process.stderr.on("error", () => undefined); // a log that nobody can write is no reason to stop serving
  const { dev } = options;
  checkRootTokenId(dev?.rootTokenId);
  const leveled = new LeveledLog(
    (text) => process.stderr.write(text),
    () => new Date(),
  );
  const certificates = dev?.tls && (await makeCertificates(dev.address.host, dev.tls.folder));
  if (certificates) process.once("exit", certificates.remove);
  const read = (): ServerConfig => configFrom(options, certificates?.tls);
  const config = read();
  leveled.level = config.logLevel;
  const { log } = leveled;
  let secrets: DevSecrets | undefined;
  const starting = VaultServer.start(config, {
    now: () => new Date(),
    log,
    ...(dev === undefined
      ? {}
      : { prepare: async (core) => void (secrets = await openForDevelopment(core, dev)) }),
  });
  const serving = starting.catch(() => undefined); // why it does not serve is told by whoever awaits the start
  // Listened to before anybody can know that the server is there, and heed as soon as it is.
  let reloading: Promise<unknown> = serving;
  process.on("SIGHUP", () => {
    reloading = reloading.then(async () => {
      const server = await serving;
      if (server) await reload(server, read, leveled);
    });
  });
  const stop = (): void => {
    log("stopping");
    void serving.then(async (server) => {
      if (!server) return;
      await server.stop();
      process.exit(0);
    });
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  const server = await starting;
  if (secrets !== undefined)
    process.stdout.write(devBanner(server.urls[0] ?? "", secrets, certificates?.caFile));
}

/** What makes certificates is loaded only where some are asked for. */
async function makeCertificates(
  host: string,
  folder: string | undefined,
): Promise<DevCertificates> {
  const { makeDevCertificates } = await import("./dev-certificates.ts");
  return makeDevCertificates(host, folder);
}

function configFrom(
  { config, logLevel, dev }: ServerOptions,
  tls: TlsFiles | undefined,
): ServerConfig {
  return readConfig(config, {
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(dev === undefined ? {} : { inMemory: true, listeners: [{ ...dev.address, tls }] }),
  });
}

async function reload(
  server: VaultServer,
  read: () => ServerConfig,
  leveled: LeveledLog,
): Promise<void> {
  const log: Log = leveled.log;
  try {
    const config = read();
    leveled.level = config.logLevel;
    await server.reload(config);
    log("configuration read again");
  } catch (error) {
    const why = error instanceof ConfigError ? error.message.replaceAll("\n", "; ") : String(error);
    log(`configuration kept as it was: ${why}`, "error");
  }
}
