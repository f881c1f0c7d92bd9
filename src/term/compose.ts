import {
  Bg,
  BLANK,
  blankOut,
  CELL,
  COLOR_MASK,
  Fg,
  glyph,
  glyphWidth,
  type Pen,
  putCell,
  RIGHT_HALF,
} from './cells.ts';

export { difference } from './difference.ts';

/** Frames: what is to be on display, cut together from screens. Pure; difference.ts turns two frames into bytes. */

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
}

export interface FrameCursor {
  readonly x: number;
  readonly y: number;
  readonly shape: 'block' | 'underline' | 'bar';
  readonly blink: boolean;
}

/** A picture of the whole terminal: packed cells (see cells.ts) row by row, and the cursor, null for hidden. */
export interface Frame {
  readonly cols: number;
  readonly rows: number;
  readonly cells: Uint32Array;
  cursor: FrameCursor | null;
}

/** What can be cut into a frame: a Screen, or another frame. */
export interface Source {
  readonly size: { readonly cols: number; readonly rows: number };
  readRow(y: number, into: Uint32Array, at: number, cols: number, x: number): void;
}

/** A frame to be cut from. */
export const sourceOf = (frame: Frame): Source => ({
  size: { cols: frame.cols, rows: frame.rows },
  readRow: (y, into, at, cols, x) => readFrame(frame, y, into, at, cols, x),
});

const PLAIN: Pen = { fg: 0, bg: 0, extended: 0 };

/** A frame of blanks without a cursor. */
export function createFrame(size: { readonly cols: number; readonly rows: number }): Frame {
  const cells = new Uint32Array(size.cols * size.rows * CELL);
  const frame: Frame = { cols: size.cols, rows: size.rows, cells, cursor: null };
  for (let at = 0; at < cells.length; at += CELL) cells[at] = BLANK;
  return frame;
}

/**
 * The same picture once more, to be changed; in the cells of a frame that nobody needs any more, if it has as many.
 * @param differ the rows in which that one may look different, up to and without the last; all unless told
 */
export function copyFrame(
  frame: Frame,
  spare?: Frame | null,
  differ: { readonly from: number; readonly to: number } = { from: 0, to: frame.rows },
): Frame {
  const { cols, rows, cursor } = frame;
  if (spare?.cells.length !== frame.cells.length) return { cols, rows, cells: frame.cells.slice(), cursor };
  const from = Math.max(0, differ.from) * cols * CELL;
  const to = Math.min(rows, differ.to) * cols * CELL;
  if (from < to) spare.cells.set(frame.cells.subarray(from, to), from);
  return { cols, rows, cells: spare.cells, cursor };
}

/** The part of a rectangle that lies on the frame, and how far its corner was moved for that. */
function clip(frame: Frame, rect: Rect): Rect & { readonly dx: number; readonly dy: number } {
  const x = Math.max(0, rect.x);
  const y = Math.max(0, rect.y);
  const cols = Math.max(0, Math.min(frame.cols, rect.x + rect.cols) - x);
  const rows = Math.max(0, Math.min(frame.rows, rect.y + rect.rows) - y);
  return { x, y, cols, rows, dx: x - rect.x, dy: y - rect.y };
}

/**
 * Cuts a region out of a screen into the frame, the screen's cell (from.x, from.y) in the corner of `to`. Later cuts lie
 * on top of earlier ones. Where the screen ends before the region does, the region is blank; a wide glyph cut in half,
 * on either side of either edge, becomes blanks.
 */
export function cut(
  screen: Source,
  frame: Frame,
  from: { readonly x: number; readonly y: number },
  to: Rect,
): void {
  const { x, y, cols, rows, dx, dy } = clip(frame, to);
  if (cols === 0) return;
  for (let row = 0; row < rows; row++) {
    const at = ((y + row) * frame.cols + x) * CELL;
    severEdges(frame, x, y + row, cols);
    screen.readRow(from.y + dy + row, frame.cells, at, cols, from.x + dx);
  }
}

/** Keeps a region as it was in the frame before: of a program in the middle of a synchronised update. */
export function keep(previous: Frame, frame: Frame, rect: Rect): void {
  cut(sourceOf(previous), frame, rect, rect);
}

function readFrame(frame: Frame, y: number, into: Uint32Array, at: number, cols: number, x: number): void {
  const have = y < frame.rows ? Math.max(0, Math.min(cols, frame.cols - x)) : 0;
  const start = (y * frame.cols + x) * CELL;
  into.set(frame.cells.subarray(start, start + have * CELL), at);
  for (let t = at + have * CELL; t < at + cols * CELL; t += CELL) putCell(into, t, BLANK, 0, 0, 0);
  if (have === 0) return;
  if (into[at] === RIGHT_HALF) blankOut(into, at);
  const last = at + (have - 1) * CELL;
  if (glyphWidth(into[last] ?? 0) === 2) blankOut(into, last);
}

/** Blanks the halves that wide glyphs leave outside a region when it is drawn over their other halves. */
function severEdges({ cols: width, cells }: Frame, x: number, y: number, cols: number): void {
  const left = (y * width + x) * CELL;
  const right = left + cols * CELL;
  if (x > 0 && cells[left] === RIGHT_HALF) blankOut(cells, left - CELL);
  if (x + cols < width && cells[right] === RIGHT_HALF) blankOut(cells, right);
}

/** Fills a region with one glyph of one column. */
export function fill(frame: Frame, rect: Rect, character = ' ', pen: Pen = PLAIN): void {
  const { x, y, cols, rows } = clip(frame, rect);
  if (cols === 0) return;
  const content = glyph(character, 1);
  for (let row = y; row < y + rows; row++) {
    severEdges(frame, x, row, cols);
    for (let column = x; column < x + cols; column++)
      putCell(frame.cells, (row * frame.cols + column) * CELL, content, pen.fg, pen.bg, pen.extended);
  }
}

/**
 * Writes glyphs (from `glyphs` of graphemes.ts, so that widths are the emulator's) into one row, at most `cols` columns;
 * control characters are shown as a replacement sign, and what has no width of its own (a mark that stands alone) is left out.
 * Returns the columns written.
 */
export function text(
  frame: Frame,
  at: { readonly x: number; readonly y: number },
  glyphs: readonly { readonly text: string; readonly width: number }[],
  cols: number,
  pen: Pen = PLAIN,
): number {
  const room = clip(frame, { x: at.x, y: at.y, cols, rows: 1 });
  if (room.dx > 0 || room.rows === 0) return 0;
  let x = 0;
  for (const one of glyphs) {
    if (one.width === 0) continue;
    if (x + one.width > room.cols) break;
    severEdges(frame, at.x + x, at.y, one.width);
    const t = (at.y * frame.cols + at.x + x) * CELL;
    const shown = /^[\x00-\x1f\x7f-\x9f]/.test(one.text) ? glyph('\ufffd', 1) : glyph(one.text, one.width);
    putCell(frame.cells, t, shown, pen.fg, pen.bg, pen.extended);
    if (one.width === 2) putCell(frame.cells, t + CELL, RIGHT_HALF, pen.fg, pen.bg, pen.extended);
    x += one.width;
  }
  return x;
}

/** Puts the frame's cursor where a screen's cursor is, if that is visible and inside the region cut from it. */
export function placeCursor(
  frame: Frame,
  cursor: FrameCursor & { readonly visible: boolean },
  from: { readonly x: number; readonly y: number },
  to: Rect,
): void {
  const { x, y, cols, rows, dx, dy } = clip(frame, to);
  const column = cursor.x - from.x - dx;
  const row = cursor.y - from.y - dy;
  const inside = column >= 0 && column < cols && row >= 0 && row < rows;
  const { shape, blink } = cursor;
  frame.cursor = cursor.visible && inside ? { x: x + column, y: y + row, shape, blink } : null;
}

/** Draws a region faint: a pane that does not have the keyboard, or is held. */
export function dim(frame: Frame, rect: Rect): void {
  change(frame, rect, (cells, at) => {
    if (cells[at] !== BLANK) cells[at + 2] = (cells[at + 2] ?? 0) | Bg.dim;
  });
}

/** Swaps text and background in a region: a selection, something found. */
export function invert(frame: Frame, rect: Rect): void {
  change(frame, rect, (cells, at) => {
    const fg = (cells[at + 1] ?? 0) ^ Fg.inverse;
    putCell(cells, at, cells[at] ?? BLANK, fg, cells[at + 2] ?? 0, cells[at + 3] ?? 0);
  });
}

/** Gives a region other colours and keeps its glyphs: what was found. Colours as cells hold them. */
export function recolour(frame: Frame, rect: Rect, pen: { readonly fg: number; readonly bg: number }): void {
  change(frame, rect, (cells, at) => {
    const fg = ((cells[at + 1] ?? 0) & ~(COLOR_MASK | Fg.inverse)) | pen.fg;
    const bg = ((cells[at + 2] ?? 0) & ~(COLOR_MASK | Bg.dim)) | pen.bg;
    putCell(cells, at, cells[at] ?? BLANK, fg, bg, cells[at + 3] ?? 0);
  });
}

/** Underlines a region: what was found, where there are no colours. */
export function underline(frame: Frame, rect: Rect): void {
  change(frame, rect, (cells, at) => {
    const fg = (cells[at + 1] ?? 0) | Fg.underline;
    putCell(cells, at, cells[at] ?? BLANK, fg, cells[at + 2] ?? 0, cells[at + 3] ?? 0);
  });
}

/** Whole glyphs only: a wide one of which a half lies in the region is in it. */
function change(frame: Frame, rect: Rect, apply: (cells: Uint32Array, at: number) => void): void {
  const { x, y, cols, rows } = clip(frame, rect);
  if (cols === 0) return;
  for (let row = y; row < y + rows; row++) {
    const first = (row * frame.cols + x) * CELL;
    const last = first + (cols - 1) * CELL;
    const from = x > 0 && frame.cells[first] === RIGHT_HALF ? first - CELL : first;
    const to = glyphWidth(frame.cells[last] ?? 0) === 2 ? last + CELL : last;
    for (let at = from; at <= to; at += CELL) apply(frame.cells, at);
  }
}
