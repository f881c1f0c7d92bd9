import type { Composer, Cursor, ScreenRow } from './define.ts';

/**
 * Codex's composer: the last row that begins with `›`, and those below it up to the blank row above the footer. It has
 * the keyboard when the terminal's own cursor stands in it; a dialog hides the cursor. A placeholder is dim.
 */
export function codexComposer(screen: readonly ScreenRow[], cursor?: Cursor): Composer {
  const top = screen.findLastIndex((row) => /^›( |$)/.test(textOf(row)));
  if (top < 0 || !cursor?.visible || cursor.y < top || cursor.x < 2) return { state: 'absent' };
  const below = screen.slice(top);
  const footer = below.findLastIndex((row, y) => y > 0 && textOf(row) !== '');
  const blank = below.findLastIndex((row, y) => y > 0 && y < footer && textOf(row) === '');
  const rows = below.slice(0, blank < 0 ? 1 : blank);
  if (cursor.y >= top + rows.length) return { state: 'absent' };
  // Whatever else begins so in the middle of the text would be prose: its rows are indented by two.
  if (rows.slice(1).some((row) => !textOf(row).startsWith('  ') && textOf(row) !== ''))
    return { state: 'absent' };
  const text = rows.map(typed).join('\n').trimEnd();
  if (text !== '') return { state: 'draft', text };
  return cursor.y === top && cursor.x === 2 ? { state: 'empty' } : { state: 'draft', text: '' };
}

/** A composer row's text without its prompt and placeholder. */
const typed = (row: ScreenRow): string =>
  row.cells
    .map((cell, x) => (x < 2 || row.dim[x] ? ' ' : cell))
    .slice(2)
    .join('')
    .trimEnd();

const textOf = (row: ScreenRow): string => row.cells.join('').trimEnd();
