/** The storage's file is not as it was written; nothing of it may be served. */
export class StorageDamagedError extends Error {
  override readonly name = "StorageDamagedError";

  constructor(file: string, why: string) {
    super(
      `${file} is damaged: ${why}. Nothing in it was changed; put the folder back from a backup, or move it away to begin anew.`,
    );
  }
}
