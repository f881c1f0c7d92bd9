/** Number of single-letter edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      line.push(cost);
    }
    before = last;
    last = line;
  }
  return last[b.length] ?? 0;
}

const plain = (word: string) => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/**
 * The candidate that a person who typed `word` probably meant, or undefined when none is close: at most a third of
 * its letters differ (at least one may), letter case and dashes aside, or the one is the beginning of the other.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = plain(word).slice(0, 64);
  if (typed === '') return undefined;
  let best: { name: string; cost: number } | undefined;
  for (const name of candidates) {
    const known = plain(name);
    const begins =
      typed.length >= 3 && (known.startsWith(typed) || typed.startsWith(known)) && known.length >= 3;
    const cost = begins ? Math.min(1, distance(typed, known)) : distance(typed, known);
    if (cost > Math.max(1, Math.floor(Math.max(typed.length, known.length) / 3))) continue;
    if (known.length < 3 && cost > 0 && known[0] !== typed[0]) continue;
    if (!best || cost < best.cost) best = { name, cost };
  }
  return best?.name;
}
