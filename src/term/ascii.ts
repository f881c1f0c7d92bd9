/** What stands for a glyph where only ASCII can be shown: one or two characters that look or mean alike. */

const pairs: Readonly<Record<string, string>> = {
  '-': '─━┄┅┈┉╌╍╴╶╸╺╼╾‐‑‒–—―−⁃ー',
  '=': '═‖',
  '|': '│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▕',
  '>': '→›»❯➜▶▸►▌⇒⟩⏵',
  '<': '←‹«❮◀◂◄⇐↩⟨',
  '^': '↑▲△⇧',
  v: '↓▼▽⇩',
  '*': '●•∙◉⏺⬤★☆✱✳✶✻✽✢∗⁕',
  o: '○◦◯⚬',
  '.': '·◌⋅․⠄',
  '!': '◆⚠',
  '~': '◇…〜',
  '+': '✓✔✚☑',
  x: '✗✘✕✖×☒⨯',
  '%': '◐',
  '&': '◑',
  '@': '✉📧',
  '#': '█▇▆▅▄▃▂▁▀▐▉▊▋▍▎■□▪▫◼◻▓',
  ':': '░▒',
  "'": '‘’‚′',
  '"': '“”„″',
  L: '⎿',
};

const standIns = new Map(
  Object.entries(pairs).flatMap(([ascii, glyphs]) => [...glyphs].map((glyph) => [glyph, ascii] as const)),
);

/** The ASCII of a glyph, one character; `?` for what nothing stands for. */
export function asciiOf(text: string): string {
  const [first = ' '] = text;
  const known = standIns.get(first);
  if (known !== undefined) return known;
  const code = first.codePointAt(0) ?? 0x20;
  if (code >= 0x2500 && code <= 0x257f) return '+';
  if (code === 0x2800 || code === 0xa0 || (code >= 0x2000 && code <= 0x200a)) return ' ';
  if (code > 0x2800 && code <= 0x28ff) return '*';
  // Letters without their accents, full-width forms as what they are.
  const [base = '?'] = first.normalize('NFKD');
  return base >= ' ' && base <= '~' ? base : '?';
}
