/** Numbers from 0 to 1 that a seed gives again (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed that DEVSTACK_SEED names, or a new one; printed, so that a run can be done again. */
export function chooseSeed(what: string): number {
  const seed = Number(process.env["DEVSTACK_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${what}: seed ${seed} (DEVSTACK_SEED repeats it)`);
  return seed;
}
