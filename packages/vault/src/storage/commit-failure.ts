/** What lmdb rejects a write with whose transaction could not be committed: the disk is full, or fails. */
interface CommitFailure extends Error {
  /** Rejects with the reason, a moment later. */
  readonly commitError: Promise<never>;
}

function isCommitFailure(error: unknown): error is CommitFailure {
  return error instanceof Error && "commitError" in error && error.commitError instanceof Promise;
}

/** Why it failed; the error itself where it is another one, or lmdb does not say. */
export async function commitFailureReason(thrown: unknown): Promise<unknown> {
  if (!isCommitFailure(thrown)) return thrown;
  const { promise, resolve } = Promise.withResolvers<unknown>();
  thrown.commitError.catch(resolve);
  setImmediate(resolve, thrown);
  return promise;
}

/**
 * lmdb rejects a promise of its own besides, that it gives to nobody: unheard, it would end the process, which is of use
 * for reading, and for writing as soon as there is room again. Whoever wrote is told by the promise that it was given.
 */
export function outliveCommitFailures(): void {
  process.on("unhandledRejection", (reason) => {
    if (!isCommitFailure(reason)) throw reason;
    reason.commitError.catch(() => undefined); // told with the write
  });
}
