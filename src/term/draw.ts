import {
  BLANK,
  CELL,
  Fg,
  glyphText,
  glyphWidth,
  isErased,
  joinsBefore,
  type Pen,
  penDifference,
} from './cells.ts';
import type { Screen } from './screen.ts';

/** A screen as something to keep or to send: plain text and ANSI here, SVG in draw-svg.ts, HTML in draw-html.ts. */

/** Rows of packed cells (see cells.ts), and the cursor in them; null where it is not to be seen. */
export interface Picture {
  readonly cols: number;
  readonly rows: readonly Uint32Array[];
  readonly cursor: { readonly x: number; readonly y: number } | null;
}

const PLAIN: Pen = { fg: 0, bg: 0, extended: 0 };

/** What a picture is taken of. */
type Shown = Pick<Screen, 'size' | 'history' | 'cursor' | 'readRow' | 'flush'>;

/** What a screen shows now; with `history` also every line that is kept above it. */
export function pictureOf(screen: Shown, { history = false } = {}): Picture {
  screen.flush();
  const { cols, rows } = screen.size;
  const above = history ? screen.history : 0;
  const all = Array.from({ length: above + rows }, (_, index) => {
    const cells = new Uint32Array(cols * CELL);
    screen.readRow(index - above, cells, 0);
    return cells;
  });
  const { x, y, visible } = screen.cursor;
  return { cols, rows: all, cursor: visible ? { x, y: y + above } : null };
}

/** The rows as text, blanks at their ends and empty rows at the bottom left out. */
export function drawText(picture: Picture): string {
  const lines = picture.rows.map((cells) => {
    let line = '';
    for (let at = 0; at < cells.length; at += CELL) line += glyphText(cells[at] ?? BLANK);
    return line.replace(/ +$/, '');
  });
  return asLines(lines);
}

/** The same with colours, attributes and links, for `cat` in a terminal: nothing moves the cursor or changes a mode. */
export function drawAnsi(picture: Picture): string {
  return asLines(picture.rows.map(ansiRow));
}

function asLines(lines: readonly string[]): string {
  const end = lines.findLastIndex((line) => line !== '') + 1;
  return lines
    .slice(0, end)
    .map((line) => `${line}\n`)
    .join('');
}

function ansiRow(cells: Uint32Array): string {
  let end = cells.length;
  while (end > 0 && isErased(cells, end - CELL)) end -= CELL;
  let line = '';
  let pen = PLAIN;
  const use = (next: Pen) => {
    line += penDifference(pen, next);
    pen = next;
  };
  for (let at = 0; at < end; at += CELL) {
    const content = cells[at] ?? BLANK;
    if (glyphWidth(content) === 0) continue;
    // An SGR in between keeps two glyphs from being joined into one.
    if (joinsBefore(content)) use(PLAIN);
    if (joinsBefore(content)) line += '\x1b[m';
    use(penAt(cells, at));
    line += glyphText(content);
  }
  use(PLAIN);
  return line;
}

const penAt = (cells: Uint32Array, at: number): Pen => ({
  fg: cells[at + 1] ?? 0,
  bg: cells[at + 2] ?? 0,
  extended: cells[at + 3] ?? 0,
});

/** Cells of one row that look alike. A glyph that may not be one column wide in a font is a run of its own. */
export interface Run {
  readonly x: number;
  cols: number;
  text: string;
  readonly pen: Pen;
  readonly alone: boolean;
  readonly cursor: boolean;
}

/** A row as runs, in order and without a gap; what is hidden (SGR 8) is blank. */
export function runsOf({ rows, cols, cursor }: Picture, y: number): Run[] {
  const cells = rows[y] ?? new Uint32Array(cols * CELL);
  const runs: Run[] = [];
  for (let x = 0; x < cols; x++) {
    const at = x * CELL;
    const content = cells[at] ?? BLANK;
    const last = runs.at(-1);
    if (glyphWidth(content) === 0) {
      if (last) last.cols++;
      continue;
    }
    const pen = penAt(cells, at);
    const text = pen.fg & Fg.invisible ? ' ' : shown(glyphText(content));
    const alone = glyphWidth(content) !== 1 || text.length > 1;
    const here = cursor?.y === y && cursor.x === x;
    if (last && !alone && !last.alone && !here && !last.cursor && samePen(last.pen, pen)) {
      last.text += text;
      last.cols++;
    } else runs.push({ x, cols: 1, text, pen, alone, cursor: here });
  }
  return runs;
}

const samePen = (a: Pen, b: Pen) => a.fg === b.fg && a.bg === b.bg && a.extended === b.extended;

/** XML 1.0, "Characters": surrogates on their own, controls, U+FFFE and U+FFFF may not stand in a document. */
const shown = (text: string): string =>
  text.toWellFormed().replace(/[\x00-\x1f\x7f-\x9f\ufffe\uffff]/g, '\ufffd');

/** Text as it may stand in XML and HTML, attributes included. */
export const escapeText = (text: string): string =>
  shown(text).replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
