import type { Write } from './define.ts';

/** What arrives faster or at more than ~800 characters at once is taken for a paste, by each CLI that was measured. */
const piece = 256;
const pieceMs = 12;

export interface Typing {
  /** what begins a new line instead of submitting; without it lines are joined by a space */
  lineFeed?: string;
  /** where a blank keeps the first characters from being a command of the CLI's own */
  guard?: RegExp;
  /** whether the first character is a piece of its own: a CLI that thinks itself empty until it drew takes keys for its own */
  firstAlone?: boolean;
  /** pause after the last piece, in ms: within its paste window a CLI takes Enter for a line of the text */
  settleMs?: number;
}

/** The writes that put a text into an empty composer as if it were typed, without control characters and without Enter. */
export function typedPieces(
  text: string,
  { lineFeed, guard, firstAlone = false, settleMs = 150 }: Typing,
): Write[] {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, '')
    .replace(guard ?? /^(?!)/, ' ')
    // A last word that opens a file picker.
    .replace(/(@\S*)$/, '$1 ');
  const characters = Array.from(clean, (character) => (character === '\n' ? (lineFeed ?? ' ') : character));
  const first = firstAlone && characters.length > 1 ? [characters.splice(0, 1)] : [];
  const count = Math.ceil(characters.length / piece);
  const rest = Array.from({ length: count }, (_, i) => characters.slice(i * piece, (i + 1) * piece));
  return [...first, ...rest].map((part, i, all) => ({
    bytes: part.join(''),
    waitMs: i === all.length - 1 ? settleMs : pieceMs,
  }));
}
