/** Waits until this passes; rejects with its last fault when the time is up. */
export async function eventually(
  attempt: () => Promise<unknown>,
  { deadlineMs = 15_000 } = {},
): Promise<void> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
