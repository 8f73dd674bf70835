const usage = "usage: main.ts server --config FILE\n";

function configFileOf(args: readonly string[]): string | undefined {
  const [command, ...rest] = args;
  if (command !== "server") return undefined;
  const joined = rest.length === 1 ? /^--?config=(.+)$/.exec(rest[0] ?? "")?.[1] : undefined;
  return joined ?? (rest.length === 2 && /^--?config$/.test(rest[0] ?? "") ? rest[1] : undefined);
}

async function main(): Promise<void> {
  const configFile = configFileOf(process.argv.slice(2));
  if (configFile === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const { runServer } = await import("./server/run-server.ts");
  try {
    await runServer(configFile);
  } catch (error) {
    const { ConfigError } = await import("./config/config-error.ts");
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  }
}

await main();
