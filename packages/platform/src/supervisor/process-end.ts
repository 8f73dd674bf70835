import { isRunning, type ProcessIdentity } from "../shared/process-identity.ts";

const lookEveryMs = 100;

/** Each process that is waited for, with whom to tell. */
const awaited = new Map<ProcessIdentity, () => void>();
let timer: NodeJS.Timeout | undefined;

/**
 * Resolves when a process has ended that is not this one's child: the system tells nobody of its end, so it is looked
 * for. One look is for all of them, because it is the waking up that takes the processor's time.
 */
export async function processEnd(identity: ProcessIdentity): Promise<void> {
  if (!isRunning(identity)) return;
  await new Promise<void>((resolve) => {
    awaited.set(identity, resolve);
    timer ??= setInterval(look, lookEveryMs).unref();
  });
}

function look(): void {
  for (const [identity, tell] of awaited) {
    if (isRunning(identity)) continue;
    awaited.delete(identity);
    tell();
  }
  if (awaited.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
