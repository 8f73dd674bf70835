import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** What every process of the machine showed to others of its user: arguments and environment, NULs as spaces. */
export interface ProcessSamples {
  /** Every different text that was seen, with the samples that it was seen in. */
  readonly texts: ReadonlySet<string>;
  readonly rounds: number;
}

/** Reads argv and environment of all processes, again and again, as fast as /proc allows, until the work is done. */
export async function sampleProcessesDuring(work: Promise<unknown>): Promise<ProcessSamples> {
  const texts = new Set<string>();
  let rounds = 0;
  let done = false;
  const ended = work.finally(() => (done = true));
  while (!done) {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    await Promise.all(
      pids.flatMap((pid) =>
        ["cmdline", "environ"].map(async (file) => {
          const text = await readFile(`/proc/${pid}/${file}`, "utf8").catch(() => ""); // ended meanwhile
          if (text !== "") texts.add(text.replaceAll("\0", " "));
        }),
      ),
    );
    rounds += 1;
    await delay(1);
  }
  await ended;
  return { texts, rounds };
}
