/** Asks again until the answer is true; throws when it is not within the time. */
export async function eventually(
  ask: () => boolean | Promise<boolean>,
  withinMs = 20_000, // a deadline, not a measure: the machine may be busy
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`not so within ${withinMs} ms`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
