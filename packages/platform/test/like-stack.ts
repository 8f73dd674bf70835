import path from "node:path";
import { resolveStack, type Stack } from "../src/app/stack.ts";
import { surroundings } from "../src/config/folders.ts";

/** The checkout's own stack, as the command line resolves it; tests make throwaway stacks like it. */
export async function likeStack(): Promise<Stack> {
  const home = path.resolve(import.meta.dirname, "..", "..", "..");
  return resolveStack({ cwd: home, home, surroundings: surroundings() });
}
