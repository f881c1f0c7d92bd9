import type { Composer, Cursor, ScreenRow } from './define.ts';

/**
 * opencode's composer: the rows that begin with `┃` above the last `╹▀▀▀`, of which the first is blank and the last two
 * are blank and name the agent and model. It has the keyboard when the terminal's own cursor stands in it; a dialog
 * takes its place.
 */
export function opencodeComposer(screen: readonly ScreenRow[], cursor?: Cursor): Composer {
  const bottom = screen.findLastIndex((row) => /^\s*╹▀{8,}/.test(textOf(row)));
  if (bottom < 0 || !cursor?.visible) return { state: 'absent' };
  const bar = screen[bottom]?.cells.indexOf('╹') ?? -1;
  let top = bottom;
  while (top > 0 && screen[top - 1]?.cells[bar] === '┃') top -= 1;
  const rows = screen.slice(top + 1, bottom - 2);
  const isInside = cursor.y > top && cursor.y <= top + rows.length && cursor.x >= bar + 3;
  if (rows.length === 0 || !isInside) return { state: 'absent' };
  const text = rows
    .map((row) =>
      row.cells
        .slice(bar + 3)
        .join('')
        .trimEnd(),
    )
    .join('\n')
    .trimEnd();
  const isFirst = cursor.y === top + 1 && cursor.x === bar + 3;
  // The placeholder of a new session stands behind the cursor.
  if (isFirst && (text === '' || /^Ask anything… "[^"]*"$/.test(text))) return { state: 'empty' };
  return { state: 'draft', text };
}

const textOf = (row: ScreenRow): string => row.cells.join('').trimEnd();
