import type { Composer, ScreenRow } from './define.ts';

/**
 * Gemini CLI's composer: the part between a row of `▄` and the row of `▀` below it, of which the first row begins with
 * ` > ` or ` * `. It draws its own cursor, an inverse cell; when empty, that stands before the placeholder.
 */
export function geminiComposer(screen: readonly ScreenRow[]): Composer {
  const bottom = screen.findLastIndex((row) => /^▀{8,}$/.test(textOf(row)));
  const top = screen.slice(0, Math.max(bottom, 0)).findLastIndex((row) => /^▄{8,}$/.test(textOf(row)));
  const rows = top < 0 ? [] : screen.slice(top + 1, bottom);
  const [first] = rows;
  if (!first || !/^ [>!*] /.test(first.cells.join(''))) return { state: 'absent' };
  if (!rows.some((row) => row.inverse.includes(true))) return { state: 'absent' };
  // Rows of another width, which it has not drawn again yet, are no text of the composer.
  if (rows.some((row) => /^[▀▄]+$/.test(textOf(row)))) return { state: 'absent' };
  // `*` is the prompt where nothing asks, `!` that of a shell line.
  const isPlain = !textOf(first).startsWith(' !');
  const isPlaceholder =
    rows.length === 1 && first.inverse[3] === true && /^ [>*] {3}Type your message/.test(textOf(first));
  if (isPlaceholder && isPlain) return { state: 'empty' };
  const text = rows
    .map((row) => row.cells.slice(3).join('').trimEnd())
    .join('\n')
    .trimEnd();
  return { state: 'draft', text: isPlain ? text : textOf(first).trim() };
}

const textOf = (row: ScreenRow): string => row.cells.join('').trimEnd();
