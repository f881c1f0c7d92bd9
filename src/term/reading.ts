import { cellWidth, type Screen } from './screen.ts';

/** Reading a screen as text: what was selected with the mouse, and searching its history. */

/** A place in a screen's lines: `line` counts from the oldest line kept, `x` in columns. */
export interface Place {
  readonly line: number;
  readonly x: number;
}

/** The text from one place up to and without another, in reading order; lines that only wrapped are joined. */
export function textBetween(screen: Screen, start: Place, end: Place): string {
  let text = '';
  for (let index = start.line; index <= end.line; index++) {
    const from = index === start.line ? start.x : 0;
    const to = index === end.line ? end.x : screen.size.cols;
    const goesOn = index < end.line && screen.wrapped(index + 1);
    const part = screen.part(index, from, to);
    text += goesOn ? part : part.replace(/ +$/, '');
    if (index < end.line && !goesOn) text += '\n';
  }
  return text;
}

/** The next place at or after `from`, or backwards the last before it, where the words stand; null if nowhere. */
export function find(screen: Screen, words: string, from: Place, backwards = false): Place | null {
  const wanted = words.toLowerCase();
  if (wanted === '') return null;
  const step = backwards ? -1 : 1;
  for (let index = from.line; index >= 0 && index < screen.lines; index += step) {
    const all = occurrences(screen.line(index), wanted);
    const elsewhere = index !== from.line;
    const x = backwards
      ? all.findLast((at) => elsewhere || at < from.x)
      : all.find((at) => elsewhere || at >= from.x);
    if (x !== undefined) return { line: index, x };
  }
  return null;
}

/** Columns at which the (lower-case) words stand in a line. */
function occurrences(line: string, words: string): number[] {
  const lower = line.toLowerCase();
  const all: number[] = [];
  for (let at = lower.indexOf(words); at >= 0; at = lower.indexOf(words, at + 1))
    all.push(cellWidth(line.slice(0, at)));
  return all;
}
