/**
 * How well the letters of `typed` are found, in order, in `text`: higher is better, null when they are not there.
 * Beginnings of words and runs count more, and a short text more than a long one.
 */
export function fuzzy(typed: string, text: string): number | null {
  const wanted = typed.toLowerCase().replace(/\s+/g, ' ');
  const letters = text.toLowerCase();
  if (letters.startsWith(wanted)) return 1000 - text.length;
  let score = 0;
  let at = 0;
  let run = 0;
  for (const letter of wanted) {
    const found = letters.indexOf(letter, at);
    if (found < 0) return null;
    const starts = found === 0 || /[\s\-/]/.test(letters[found - 1] ?? '');
    run = found === at ? run + 1 : 0;
    score += (starts ? 8 : 0) + run * 4 - Math.min(6, found - at);
    at = found + 1;
  }
  return score - text.length / 10;
}
