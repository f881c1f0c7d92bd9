import {
  CELL,
  glyphText,
  glyphWidth,
  isErased,
  isRisky,
  joinsBefore,
  mostColumns,
  type Pen,
  penDifference,
  RIGHT_HALF,
} from './cells.ts';
import { createFrame, type Frame, type FrameCursor } from './compose.ts';

/** Up to this many unchanged cells are sent again rather than jumped over, when they need no other pen. */
const SHORT_GAP = 5;
/** From this many blanks on, erasing (CSI n X, without moving) is shorter than spaces. */
const LONG_BLANK = 8;
const PLAIN: Pen = { fg: 0, bg: 0, extended: 0 };
const SHAPE = { block: 1, underline: 3, bar: 5 };

/**
 * The bytes that make a terminal showing `previous` show `next`; '' if it already does. Without a previous frame, or
 * one of another size, everything is painted; else only `rows` are looked at, up to and without the last. Starts and ends with the plain pen and no open link. What is drawn is
 * drawn in one synchronised update (?2026), the cursor hidden meanwhile.
 */
export function difference(
  previous: Frame | null,
  next: Frame,
  rows: { readonly from: number; readonly to: number } = { from: 0, to: next.rows },
): string {
  const known = previous && previous.cols === next.cols && previous.rows === next.rows ? previous : null;
  const painter = new Painter(known ?? createFrame(next), next);
  const { from, to } = known ? rows : { from: 0, to: next.rows };
  for (let y = from; y < to; y++) painter.paintRow(y);
  const drawn = painter.finish();
  const before = known ? known.cursor : undefined;
  if (drawn === '' && known) return cursorChange(before, next.cursor, false);
  const clear = known ? '' : '\x1b[m\x1b[2J';
  const hide = before === null ? '' : '\x1b[?25l';
  return `\x1b[?2026h${hide}${clear}${drawn}${cursorChange(before, next.cursor, true)}\x1b[?2026l`;
}

/** Puts the cursor in place; `before` is undefined if nothing is known of it, `lost` if drawing hid and moved it. */
function cursorChange(
  before: FrameCursor | null | undefined,
  next: FrameCursor | null,
  lost: boolean,
): string {
  if (!next) return before && !lost ? '\x1b[?25l' : '';
  const shaped = before && before.shape === next.shape && before.blink === next.blink;
  const shape = shaped ? '' : `\x1b[${SHAPE[next.shape] + (next.blink ? 0 : 1)} q`;
  const there = before && !lost && before.x === next.x && before.y === next.y;
  const move = there ? '' : `\x1b[${next.y + 1};${next.x + 1}H`;
  return shape + move + (before && !lost ? '' : '\x1b[?25h');
}

/** Writes cells and keeps track of where that leaves the terminal's pen and cursor. */
class Painter {
  #out = '';
  #pen: Pen = PLAIN;
  /** Where the next glyph would land; -1 when terminals may disagree. */
  #x = -1;
  #y = -1;
  /** The column up to which the row in hand is painted. */
  #end = 0;
  /** The cells from the first to without the second are painted although they did not change. */
  #disturbedFrom = 0;
  #disturbedTo = 0;
  readonly #old: Uint32Array;
  readonly #new: Uint32Array;
  readonly #cols: number;

  constructor(previous: Frame, next: Frame) {
    this.#old = previous.cells;
    this.#new = next.cells;
    this.#cols = next.cols;
  }

  /** Everything written so far, the pen put back. */
  finish(): string {
    this.#use(PLAIN);
    return this.#out;
  }

  paintRow(y: number): void {
    const row = y * this.#cols;
    this.#end = this.#cols;
    while (this.#end > 0 && this.#same(row + this.#end - 1)) this.#end--;
    let x = this.#nextChange(row, 0);
    while (x < this.#end) {
      this.#approach(row, x, y);
      x = this.#paintRun(row, x, y);
      x = this.#nextChange(row, x);
    }
  }

  /** Paints from a changed cell up to the next unchanged one; returns the column after it. */
  #paintRun(row: number, start: number, y: number): number {
    let x = start;
    while (x < this.#end && !this.#same(row + x)) {
      const blanks = this.#blanks(row, x);
      if (blanks >= LONG_BLANK || (blanks > 0 && x + blanks === this.#cols && blanks > 3)) {
        this.#use(PLAIN);
        this.#place(x, y);
        this.#out += x + blanks === this.#cols ? '\x1b[K' : `\x1b[${blanks}X`;
        x += blanks;
      } else x += this.#print(row + x, x, y);
    }
    return x;
  }

  /** Blank cells on the default background from here, as far as changes go, or to the end of the row. */
  #blanks(row: number, x: number): number {
    let to = x;
    while (to < this.#cols && isErased(this.#new, (row + to) * CELL)) to++;
    return (to === this.#cols ? to : Math.min(to, this.#end)) - x;
  }

  #print(cell: number, x: number, y: number): number {
    const at = cell * CELL;
    const content = this.#new[at] ?? 0;
    const width = Math.max(1, glyphWidth(content));
    this.#use({ fg: this.#new[at + 1] ?? 0, bg: this.#new[at + 2] ?? 0, extended: this.#new[at + 3] ?? 0 });
    if (joinsBefore(content)) this.#x = -1;
    this.#place(x, y);
    const risky = isRisky(content);
    if (risky) this.#secure(cell, x, content);
    this.#out += glyphText(content);
    this.#x = risky || x + width >= this.#cols ? -1 : x + width;
    return width;
  }

  /**
   * A terminal may find this glyph narrower, and leave half of what was there, or wider, and draw over the next cells: the
   * place is emptied before, and those cells are painted after it.
   */
  #secure(cell: number, x: number, content: number): void {
    const width = glyphWidth(content);
    if (width > 1) this.#out += `\x1b[${width}X`;
    const reach = Math.min(this.#cols - x, mostColumns(content));
    this.#disturbedFrom = cell + width;
    this.#disturbedTo = Math.max(cell + reach, this.#disturbedTo);
    this.#end = Math.max(this.#end, x + reach);
  }

  /** The first column from `x` on that changed, or the left half of the glyph there. */
  #nextChange(row: number, x: number): number {
    let change = x;
    while (change < this.#end && this.#same(row + change)) change++;
    if (change > x && change < this.#end && this.#new[(row + change) * CELL] === RIGHT_HALF) change--;
    return change;
  }

  /** Bridges a short gap by sending its cells again; longer ones are jumped when the next glyph is placed. */
  #approach(row: number, x: number, y: number): void {
    if (this.#y !== y || this.#x < 0 || x - this.#x > SHORT_GAP) return;
    for (let column = this.#x; column < x; column++) if (!this.#cheap(row + column)) return;
    while (this.#x >= 0 && this.#x < x) this.#print(row + this.#x, this.#x, y);
  }

  /** One column wide, one byte long, drawn with the pen in hand. */
  #cheap(cell: number): boolean {
    const at = cell * CELL;
    const content = this.#new[at] ?? 0;
    const { fg, bg, extended } = this.#pen;
    const sameStyle = this.#new[at + 1] === fg && this.#new[at + 2] === bg && this.#new[at + 3] === extended;
    return content >>> 22 === 1 && (content & 0x3fffff) < 0x7f && sameStyle;
  }

  #same(cell: number): boolean {
    const at = cell * CELL;
    return (
      !(cell >= this.#disturbedFrom && cell < this.#disturbedTo) &&
      this.#new[at] === this.#old[at] &&
      this.#new[at + 1] === this.#old[at + 1] &&
      this.#new[at + 2] === this.#old[at + 2] &&
      this.#new[at + 3] === this.#old[at + 3]
    );
  }

  #use(pen: Pen): void {
    this.#out += penDifference(this.#pen, pen);
    this.#pen = pen;
  }

  #place(x: number, y: number): void {
    if (this.#y !== y) this.#out += x === 0 ? `\x1b[${y + 1}H` : `\x1b[${y + 1};${x + 1}H`;
    else if (this.#x < 0) this.#out += `\x1b[${x + 1}G`;
    else if (x > this.#x) this.#out += x - this.#x === 1 ? '\x1b[C' : `\x1b[${x - this.#x}C`;
    this.#x = x;
    this.#y = y;
  }
}
