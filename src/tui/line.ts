import { cellWidth, glyphs } from '../term/graphemes.ts';

/** Lines of styled text: what the chrome is made of. Measured with the emulator's own table, cut and padded exactly. */

/** Colours by what they say; a theme (theme.ts) says what they are. */
export type Color = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white' | 'gray';

export interface Style {
  readonly color?: Color;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly inverse?: boolean;
  readonly underline?: boolean;
}

export interface Span {
  readonly text: string;
  readonly style: Style;
}
export type Line = readonly Span[];

/** Text without what could move the cursor or change the terminal: control characters become spaces, runs of them one. */
export const clean = (text: string): string =>
  text
    .replaceAll('\t', '    ')
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)/g, '')
    .replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ');

/** One span; its text is cleaned. */
export const span = (text: string, style: Style = {}): Span => ({ text: clean(text), style });

/** A line of spans; plain text, and spans or nothing, in order. */
export const line = (...parts: (Span | string | false | undefined | null)[]): Line =>
  parts
    .flatMap((part) => (typeof part === 'string' ? [span(part)] : part ? [part] : []))
    .filter((one) => one.text !== '');

/** Columns that a line takes. */
export const widthOf = (spans: Line): number => spans.reduce((sum, one) => sum + cellWidth(one.text), 0);

/** The text of a line without its styles. */
export const plain = (spans: Line): string => spans.map((one) => one.text).join('');

/** Adds a style to all of a line, under what its spans say themselves. */
export const restyle = (spans: Line, style: Style): Line =>
  spans.map((one) => ({ text: one.text, style: { ...style, ...one.style } }));

/** The first `cols` columns of a text; with an ellipsis in its last column where something was cut off. */
export function clip(text: string, cols: number): string {
  if (cols <= 0) return '';
  if (cellWidth(text) <= cols) return text;
  let taken = '';
  let width = 0;
  for (const one of glyphs(text)) {
    if (width + one.width > cols - 1) break;
    taken += one.text;
    width += one.width;
  }
  return `${taken}…`;
}

/** A line of at most `cols` columns. */
export function cutLine(spans: Line, cols: number): Line {
  if (widthOf(spans) <= cols) return spans;
  const kept: Span[] = [];
  let left = cols;
  for (const one of spans) {
    const width = cellWidth(one.text);
    if (width >= left) {
      // The rest does not fit in any case: say so, even when this span itself would.
      const text = width === left ? clip(`${one.text} `, left) : clip(one.text, left);
      return text === '' ? kept : [...kept, { text, style: one.style }];
    }
    kept.push(one);
    left -= width;
  }
  return kept;
}

/** A line of exactly `cols` columns: cut, or filled up. */
export function fitted(spans: Line, cols: number, filler = ' ', style: Style = {}): Line {
  const kept = cutLine(spans, cols);
  const rest = cols - widthOf(kept);
  return rest > 0 ? [...kept, { text: filler.repeat(rest), style }] : kept;
}

/** `left` at the left and `right` at the right edge of exactly `cols` columns; the left gives way. */
export function spread(left: Line, right: Line, cols: number): Line {
  const tail = cutLine(right, cols);
  return [...fitted(left, cols - widthOf(tail)), ...tail];
}

/** A text in lines of at most `cols` columns, broken at blanks where possible. */
export function wrap(text: string, cols: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const rows: string[] = [];
    let row = '';
    for (const word of clean(paragraph).split(/(?<= )/)) {
      if (cellWidth(row) + cellWidth(word.trimEnd()) <= cols) {
        row += word;
        continue;
      }
      if (row.trim() !== '') rows.push(row.trimEnd());
      row = word.trimStart();
      while (cellWidth(row.trimEnd()) > cols) {
        const head = clip(row, cols + 1).slice(0, -1);
        const part = head === '' ? row.slice(0, 1) : head;
        rows.push(part);
        row = row.slice(part.length);
      }
    }
    return [...rows, row.trimEnd()];
  });
}
