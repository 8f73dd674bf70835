import { runCommand, toolEnvironment } from "./run-command.ts";

/** Unpacks a tar file, compressed in whatever way the machine's tar knows, into a folder; owners are the caller's. */
export async function unpackTar(file: string, folder: string, signal?: AbortSignal): Promise<void> {
  const args = ["-x", "-f", file, "-C", folder, "--no-same-owner"];
  await runCommand("tar", args, { env: toolEnvironment(), signal });
}
