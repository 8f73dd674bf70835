import readline from "node:readline";
import type { LinePrompt } from "../services/definition.ts";
import { exitCodes, messageOf } from "../shared/errors.ts";

/** Reads lines until "exit" or the end; from a terminal a fault is told and the next line asked for, else it ends it. */
export async function runPrompt(prompt: LinePrompt): Promise<number> {
  await using answering = prompt;
  const { stdin, stdout, stderr } = process;
  const interactive = stdin.isTTY;
  const reader = readline.createInterface({
    input: stdin,
    ...(interactive ? { output: stdout, prompt: "> " } : {}),
  });
  if (interactive) stdout.write(`${answering.greeting}\n`);
  const ask = (): void => (interactive ? reader.prompt() : undefined);
  ask();
  for await (const text of reader) {
    const line = text.trim();
    if (line === "exit" || line === "quit") break;
    try {
      if (line !== "") stdout.write(`${await answering.answer(line)}\n`);
    } catch (error) {
      stderr.write(`${messageOf(error)}\n`);
      if (!interactive) return exitCodes.failed;
    }
    ask();
  }
  return exitCodes.done;
}
