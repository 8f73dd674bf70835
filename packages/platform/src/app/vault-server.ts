import { programFile } from "../shared/program-file.ts";

/**
 * Becomes the vault's server, alone and without a stack: this process's id, folder, terminal and signals are its own
 * from here on.
 */
export function becomeVaultServer(args: readonly string[]): never {
  const env = process.env as Record<string, string>;
  process.execve?.(
    process.execPath,
    [process.execPath, programFile("vault"), "server", ...args],
    env,
  );
  throw new Error("this system can't put a program in a process's place");
}
