/** The allowed key that a mistyped one most likely meant: the fewest letters to change, and not too many. */
export function nearestKey(name: string, allowed: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 3));
  let best: { key: string; cost: number } | undefined;
  for (const key of allowed) {
    const cost = key.startsWith(name.toLowerCase()) ? 1 : editDistance(name.toLowerCase(), key);
    if (cost <= limit && cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { key, cost };
  }
  return best?.key;
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, a] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, b] of [...to].entries()) {
      next.push(
        Math.min((row[j] ?? 0) + Number(a !== b), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      );
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
