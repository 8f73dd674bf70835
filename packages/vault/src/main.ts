const usage = "usage: main.ts server -config=FILE, or server -dev; server -help\n";

async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command !== "server") {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const [{ readServerOptions, serverUsage }, { ConfigError }] = await Promise.all([
    import("./server/server-options.ts"),
    import("./config/config-error.ts"),
  ]);
  try {
    const options = readServerOptions(rest, process.env);
    if (options === "help") process.stdout.write(serverUsage());
    else await (await import("./server/run-server.ts")).runServer(options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const help = rest.length === 0 ? `\n${serverUsage()}` : "\n";
    const hint = message.includes("EADDRINUSE")
      ? "  hint: stop what listens there, or choose another address: -dev-listen-address, or address in the configuration\n"
      : "";
    process.stderr.write(`error: ${message}${help}${hint}`);
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  }
}

await main(process.argv.slice(2));
