import type { Composer, ScreenRow, Write } from './define.ts';

/**
 * What Claude Code's screen proves, and how a text is typed into it. The composer is the part between the last two rule
 * lines: the upper may carry the session's name, the lower never does (under a dialog it may), and its first row begins
 * with `❯`. It has the keyboard when it shows its own cursor, an inverse cell; a placeholder is dim. The recorded
 * screens of test/fixtures/claude hold this for each version.
 */
export function composer(screen: readonly ScreenRow[]): Composer {
  const bottom = screen.findLastIndex(
    (row) => /^─+$/.test(textOf(row)) && textOf(row).length === row.cells.length,
  );
  const top = screen
    .slice(0, Math.max(bottom, 0))
    .findLastIndex((row) => /^─{4,}(.* )?─+$/.test(textOf(row)));
  const rows = top < 0 ? [] : screen.slice(top + 1, bottom);
  const [first] = rows;
  if (!first || !/^[❯!](\s|$)/.test(textOf(first))) return { state: 'absent' };
  // Newer versions hold a permission dialog back while somebody types: it would open under our hands.
  if (
    screen
      .slice(0, top)
      .findLast((row) => textOf(row) !== '')
      ?.cells.join('')
      .includes('Waiting for permission')
  )
    return { state: 'absent' };
  if (!rows.some((row) => row.inverse.includes(true))) return { state: 'absent' };
  const text = rows.map(typed).join('\n').trimEnd();
  if (text !== '') return { state: 'draft', text };
  return rows.length === 1 && first.inverse[2] === true && textOf(first).startsWith('❯')
    ? { state: 'empty' }
    : { state: 'draft', text: textOf(first).startsWith('!') ? '!' : '' };
}

/** A composer row's text without its prompt and placeholder. */
function typed(row: ScreenRow): string {
  const placeholder = row.cells.some((cell, x) => x > 2 && row.dim[x] && cell.trim() !== '');
  return row.cells
    .map((cell, x) => (x < 2 || row.dim[x] || (row.inverse[x] && placeholder) ? ' ' : cell))
    .slice(2)
    .join('')
    .trimEnd();
}

function textOf(row: ScreenRow): string {
  return row.cells.join('').trimEnd();
}

/** What arrives faster or at more than ~800 characters at once is taken for a paste, which newer versions mark as untrusted. */
const piece = 256;
const pieceMs = 12;
/** After the last piece: the screen needs a moment to show the text, before which Enter would be swallowed. */
const settleMs = 60;

/**
 * The writes that put a text into the empty composer as if it were typed: pieces of at most 256 characters, line feeds
 * for new lines (Enter would submit), no control characters. Enter itself is not among them.
 */
export function typing(text: string): Write[] {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, '')
    // A first character that means a command, a shell line or a picker; a last word that opens the file picker.
    .replace(/^(?=[/!#@])/, ' ')
    .replace(/(@\S*)$/, '$1 ');
  const characters = Array.from(clean);
  const count = Math.ceil(characters.length / piece);
  return Array.from({ length: count }, (_, i) => ({
    bytes: characters.slice(i * piece, (i + 1) * piece).join(''),
    waitMs: i === count - 1 ? settleMs : pieceMs,
  }));
}
