import { ConfigError } from "../config/config-error.ts";
import { readConfig } from "../config/read-config.ts";
import { VaultServer } from "./vault-server.ts";

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** Serves until SIGTERM or SIGINT; SIGHUP reads the configuration again. */
export async function runServer(configFile: string): Promise<void> {
  // Everything that is written here is for the owner alone, the storage's own files too.
  process.umask(0o077);
  const server = await VaultServer.start(readConfig(configFile), { now: () => new Date(), log });
  let reloading = Promise.resolve();
  process.on("SIGHUP", () => {
    reloading = reloading.then(() => reload(server, configFile));
  });
  const stop = (): void => {
    log("stopping");
    void server.stop().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

async function reload(server: VaultServer, configFile: string): Promise<void> {
  try {
    await server.reload(readConfig(configFile));
    log("configuration read again");
  } catch (error) {
    const why = error instanceof ConfigError ? error.message.replaceAll("\n", "; ") : String(error);
    log(`configuration kept as it was: ${why}`);
  }
}
