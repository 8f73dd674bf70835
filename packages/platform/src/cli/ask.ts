import readline from "node:readline/promises";

/** Asks on the terminal; undefined where nobody sits at one, or when the question is broken off. */
export async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY || process.env["CI"]) return undefined;
  const asking = readline.createInterface({ input: stdin, output: stderr });
  const closed = new Promise<undefined>((resolve) =>
    asking.once("close", () => resolve(undefined)),
  );
  try {
    return await Promise.race([asking.question(question, { signal }), closed]);
  } finally {
    asking.close();
  }
}
