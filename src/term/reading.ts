import { cellWidth, glyphs } from './graphemes.ts';
import type { Screen } from './screen.ts';
import type { Window } from './window.ts';

/** Reading a screen as text: its history searched, words and lines found in it, and what was selected. */

/** What is read of a screen. */
export type Readable = Pick<
  Screen,
  'size' | 'lines' | 'history' | 'shed' | 'prompts' | 'cursor' | 'line' | 'wrapped' | 'part'
>;

/** The same through a window, which also says which line is at its top. */
export type Viewed = Readable & Pick<Window, 'top'>;

/**
 * A place in a screen's text: `line` counts from the first line there ever was (its index and what the screen has shed),
 * so that a place stays while output goes on; `x` in columns.
 */
export interface Place {
  readonly line: number;
  readonly x: number;
}

/** From a place up to and without another. */
export interface Range {
  readonly start: Place;
  readonly end: Place;
}

export const isBefore = (a: Place, b: Place): boolean => a.line < b.line || (a.line === b.line && a.x < b.x);

/** The first and the last line there are, as places count. */
export const bounds = ({ shed, lines }: Readable): { first: number; last: number } => ({
  first: shed,
  last: shed + lines - 1,
});

/** The text from one place up to and without another, in reading order; lines that only wrapped are joined. */
export function textBetween(screen: Readable, start: Place, end: Place): string {
  let text = '';
  const { shed } = screen;
  for (let line = start.line; line <= end.line; line++) {
    const from = line === start.line ? start.x : 0;
    const to = line === end.line ? end.x : screen.size.cols;
    const goesOn = line < end.line && screen.wrapped(line + 1 - shed);
    const part = screen.part(line - shed, from, to);
    text += goesOn ? part : part.replace(/ +$/, '');
    if (line < end.line && !goesOn) text += '\n';
  }
  return text;
}

/** A paragraph of rows that are one line, wrapped: longer ones are read in pieces. */
const longest = 200;

interface Paragraph {
  /** number of its first row */
  readonly first: number;
  readonly rows: readonly string[];
}

/**
 * Paragraphs of the history by the number of their first line: words are looked for with every letter that is typed, and
 * lines of the history do not change but by another size.
 */
const histories = new WeakMap<Readable, { size: string; paragraphs: Map<number, Paragraph> }>();

function historyOf(screen: Readable): Map<number, Paragraph> {
  const size = `${screen.size.cols}×${screen.size.rows}`;
  const known = histories.get(screen);
  if (known?.size === size && known.paragraphs.size <= 2 * screen.lines) return known.paragraphs;
  const paragraphs = new Map<number, Paragraph>();
  histories.set(screen, { size, paragraphs });
  return paragraphs;
}

function paragraphAt(screen: Readable, line: number): Paragraph {
  const known = historyOf(screen);
  const before = known.get(line);
  if (before) return before;
  const { shed } = screen;
  const read = readParagraph(screen, line - shed, shed);
  if (read.first + read.rows.length <= shed + screen.history)
    for (let row = 0; row < read.rows.length; row++) known.set(read.first + row, read);
  return read;
}

function readParagraph(screen: Readable, line: number, shed: number): Paragraph {
  const { lines } = screen;
  let first = line;
  while (first > 0 && screen.wrapped(first) && line - first < longest) first--;
  let end = first + 1;
  while (end < lines && screen.wrapped(end) && end - first < 2 * longest) end++;
  const rows: string[] = [];
  for (let index = first; index < end; index++)
    rows.push(index + 1 < end ? screen.part(index, 0, screen.size.cols) : screen.line(index));
  return { first: first + shed, rows };
}

/** The place of a character of a paragraph's text; at a row's end it is the end of that row or the start of the next. */
function placeIn({ first, rows }: Paragraph, index: number, asEnd: boolean): Place {
  let at = 0;
  for (const [row, text] of rows.entries()) {
    const inside = asEnd ? index <= at + text.length : index < at + text.length;
    if (inside || row === rows.length - 1)
      return { line: first + row, x: cellWidth(text.slice(0, Math.max(0, index - at))) };
    at += text.length;
  }
  return { line: first, x: 0 };
}

/** Where words stand in a paragraph. In lower case they are found in any case. */
function occurrences(paragraph: Paragraph, words: string): Range[] {
  const exact = words !== words.toLowerCase();
  const joined = paragraph.rows.length === 1 ? (paragraph.rows[0] ?? '') : paragraph.rows.join('');
  const text = exact ? joined : lower(joined);
  const all: Range[] = [];
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length))
    all.push({ start: placeIn(paragraph, at, false), end: placeIn(paragraph, at + words.length, true) });
  return all;
}

/** Lower case letter by letter: 'İ' becomes two characters otherwise, and moves what follows. */
const lower = (text: string): string => {
  const all = text.toLowerCase();
  return all.length === text.length ? all : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
};

/**
 * The next occurrence of the words that begins at or after `from`, or backwards the last that begins before it; null if
 * there is none that way, up to and with the line `until` where one is given.
 */
export function find(
  screen: Readable,
  words: string,
  from: Place,
  backwards = false,
  until?: number,
): Range | null {
  if (words === '') return null;
  const all = bounds(screen);
  const first = backwards ? Math.max(all.first, until ?? 0) : all.first;
  const last = backwards ? all.last : Math.min(all.last, until ?? all.last);
  let line = Math.max(first, Math.min(last, from.line));
  while (line >= first && line <= last) {
    const paragraph = paragraphAt(screen, line);
    const there = occurrences(paragraph, words);
    const found = backwards
      ? there.findLast(({ start }) => isBefore(start, from))
      : there.find(({ start }) => !isBefore(start, from));
    if (found) return found;
    line = backwards ? paragraph.first - 1 : paragraph.first + paragraph.rows.length;
  }
  return null;
}

/** Where the words stand in the lines from one number up to and with another. */
export function occurrencesIn(screen: Readable, words: string, from: number, to: number): Range[] {
  if (words === '') return [];
  const all: Range[] = [];
  for (let line = from; line <= to; ) {
    const paragraph = paragraphAt(screen, line);
    all.push(
      ...occurrences(paragraph, words).filter(({ start, end }) => end.line >= from && start.line <= to),
    );
    line = paragraph.first + paragraph.rows.length;
  }
  return all;
}

/** What a double click takes for one word: names, paths, addresses. */
const inWord = /[\p{L}\p{M}\p{N}_./~:@%+#?&=$-]/u;

/** The glyph in a column of a line, with the column it begins at. A blank beyond the end. */
export function glyphAt(screen: Readable, { line, x }: Place): { x: number; width: number; text: string } {
  let at = 0;
  for (const { text, width } of glyphs(screen.line(line - screen.shed))) {
    if (x < at + width) return { x: at, width, text };
    at += width;
  }
  return { x, width: 1, text: ' ' };
}

/** The word around a place; where there is none, its glyph. */
export function wordAround(screen: Readable, place: Place): Range {
  const here = glyphAt(screen, place);
  let [start, end] = [here.x, here.x + here.width];
  if (inWord.test(here.text)) {
    const at = (x: number) => glyphAt(screen, { line: place.line, x });
    for (let one = at(start - 1); start > 0 && inWord.test(one.text); one = at(start - 1)) start = one.x;
    for (let one = at(end); end < screen.size.cols && inWord.test(one.text); one = at(end))
      end = one.x + one.width;
  }
  return { start: { line: place.line, x: start }, end: { line: place.line, x: end } };
}

/** The whole line around a place, with the rows it was wrapped into. */
export function lineAround(screen: Readable, place: Place): Range {
  const { first, rows } = paragraphAt(screen, place.line);
  return {
    start: { line: first, x: 0 },
    end: { line: first + rows.length - 1, x: screen.size.cols },
  };
}
