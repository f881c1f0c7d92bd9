import {
  Bg,
  BLANK,
  CELL,
  COLOR_MASK,
  COMBINED,
  extendedAt,
  extendedOf,
  Fg,
  glyphText,
  glyphWidth,
  joinsAfter,
  joinsBefore,
  type Pen,
  penDifference,
  putCell,
} from './cells.ts';
import type { Modes, ModeTracker } from './modes.ts';
import type { BufferState, Store, Which } from './stored.ts';

/**
 * A screen as the bytes that restore it: both buffers with styles, links and wrapped lines, cursors, margins, tab stops,
 * every mode, and the unfinished end of the stream. Written from the packed cells rather than by @xterm/addon-serialize,
 * which drops underline styles, links and most modes, confuses bold with dim, and cannot be completed in the history.
 */
export interface SnapshotSource {
  readonly store: Store;
  readonly size: { readonly cols: number; readonly rows: number };
  readonly modes: Modes;
  readonly insert: boolean;
  readonly newline: boolean;
  readonly origin: boolean;
  readonly wrap: boolean;
  readonly reverseWrap: boolean;
  readonly tracked: ModeTracker;
  readonly title: string;
  /** Lines of the normal buffer at which a prompt begins (OSC 133 ; A). */
  readonly prompts: readonly number[];
  /** What the parser has not finished (see unfinished.ts). */
  readonly tail: Uint8Array;
}

const PLAIN: Pen = { fg: 0, bg: 0, extended: 0 };
/** An unwritten cell: one column wide, no character. */
const UNWRITTEN = 1 << 22;
/** A sequence without effect here, which keeps two glyphs from being joined into one. */
const APART = '\x1b[?7h';
const MOUSE = { none: '', x10: '\x1b[?9h', press: '\x1b[?1000h', drag: '\x1b[?1002h', any: '\x1b[?1003h' };
const ENCODING = {
  default: '',
  utf8: '\x1b[?1005h',
  sgr: '\x1b[?1006h',
  urxvt: '\x1b[?1015h',
};
const SHAPE = { block: 1, underline: 3, bar: 5 };
const LOCKING_SHIFT = ['', '\x0e', '\x1bn', '\x1bo'];

/** Bytes for a fresh screen of the same size; `scrollback` limits the lines of history that go along. */
export function writeSnapshot(source: SnapshotSource, scrollback = Number.POSITIVE_INFINITY): Uint8Array {
  const { modes, store, tracked } = source;
  const active: Which = modes.alternate ? 'alternate' : 'normal';
  const normal = writeBuffer(source, 'normal', scrollback) + writeKitty(tracked.stacks.normal);
  const other = writeBuffer(source, 'alternate', 0) + writeKitty(tracked.stacks.alternate);
  const parts = ['\x1bc', normal];
  // left and cleared, the alternate screen still keeps its saved cursor and its keyboard flags
  if (modes.alternate) parts.push('\x1b[?47h\x1b[H', other);
  else if (other !== '') parts.push(`\x1b[?47h${other}\x1b[?47l`);
  parts.push(writeCursor(source, active), penDifference(PLAIN, store.pen), writeModes(source));
  parts.push(writeJoinable(source, active));
  return Buffer.concat([Buffer.from(parts.join('')), source.tail]);
}

/** Cells, margins, tab stops and saved cursor of one buffer; leaves the plain pen, and the cursor anywhere. */
function writeBuffer(source: SnapshotSource, which: Which, scrollback: number): string {
  const { store, size } = source;
  const state = store.state(which);
  const prompts = new Set(which === 'normal' ? source.prompts : []);
  const writer = new LineWriter(store, which, size.cols, prompts);
  for (let line = Math.max(0, state.base - scrollback); line < state.lines; line++)
    writer.write(line, line + 1 < state.lines);
  return writer.text + writeMargins(state, size) + writeTabs(state, size.cols) + writeSaved(state, size.cols);
}

class LineWriter {
  text = '';
  #pen = PLAIN;
  #continues = false;
  #joins = false;
  readonly #store: Store;
  readonly #which: Which;
  readonly #cols: number;
  readonly #cells: Uint32Array;
  readonly #prompts: ReadonlySet<number>;

  constructor(store: Store, which: Which, cols: number, prompts: ReadonlySet<number>) {
    this.#prompts = prompts;
    this.#store = store;
    this.#which = which;
    this.#cols = cols;
    this.#cells = new Uint32Array(cols * CELL);
  }

  /** Writes a line and how it goes over into the next, by wrapping or by a line feed. */
  write(line: number, hasNext: boolean): void {
    const goesOn = hasNext && this.#store.wrapped(this.#which, line + 1);
    this.#store.read(this.#which, line, this.#cells, 0, 0, this.#cols, true);
    if (this.#prompts.has(line) && !this.#continues) this.text += '\x1b]133;A\x1b\\';
    let x = this.#continues ? this.#first() : 0;
    let skipped = 0;
    const end = goesOn ? this.#cols : this.#used();
    while (x < end) {
      if (this.#unwritten(x) && !(goesOn && this.#mustReachEnd(x, line))) {
        skipped++;
        x++;
        continue;
      }
      this.#skip(skipped);
      skipped = 0;
      x += this.#print(x);
    }
    if (goesOn) this.#skip(skipped);
    else {
      this.#use(PLAIN);
      if (hasNext) this.text += '\r\n';
    }
    this.#continues = goesOn;
  }

  /** The first cell of a wrapped line is what makes it wrap; a line scrolled in by that has its background. */
  #first(): number {
    const width = this.#print(0);
    if (this.#pen.bg & COLOR_MASK && width < this.#cols) {
      this.#use(PLAIN);
      this.text += '\x1b[K';
    }
    return width;
  }

  #skip(columns: number): void {
    if (columns > 0) this.text += `\x1b[${columns}C`;
  }

  #print(x: number): number {
    const at = x * CELL;
    const content = this.#cells[at] ?? 0;
    const { fg, bg, extended } = this.#pen;
    const same = this.#cells[at + 1] === fg && this.#cells[at + 2] === bg && this.#cells[at + 3] === extended;
    if (!same) this.#use(this.#penAt(at));
    // half of a glyph that grew beyond the last column without wrapping is not drawn
    const text = x + glyphWidth(content) > this.#cols ? ' ' : glyphText(content);
    if (this.#joins || joinsBefore(content)) this.text += APART;
    this.text += text === '' ? ' ' : text;
    this.#joins = joinsAfter(content);
    return Math.max(1, glyphWidth(content));
  }

  #use(pen: Pen): void {
    this.text += penDifference(this.#pen, pen);
    this.#pen = pen;
  }

  #penAt(at: number): Pen {
    return { fg: this.#cells[at + 1] ?? 0, bg: this.#cells[at + 2] ?? 0, extended: this.#cells[at + 3] ?? 0 };
  }

  /** Never written, and nothing of it to be seen. */
  #unwritten(x: number): boolean {
    const at = x * CELL;
    return this.#cells[at] === UNWRITTEN && !isSeen(this.#penAt(at));
  }

  /** The column after the last cell worth writing. */
  #used(): number {
    let end = this.#cols;
    while (end > 0 && this.#unwritten(end - 1)) end--;
    return end;
  }

  /** A wrapped line is filled to its end, unless all it lacks is the column where a wide glyph did not fit. */
  #mustReachEnd(x: number, line: number): boolean {
    if (x < this.#cols - 1) {
      for (let rest = x; rest < this.#cols; rest++) if (!this.#unwritten(rest)) return false;
      return true;
    }
    const next = new Uint32Array(CELL);
    this.#store.read(this.#which, line + 1, next, 0, 0, 1, true);
    const [content = 0, fg = 0, bg = 0, extended = 0] = next;
    return glyphWidth(content) !== 2 || isSeen({ fg, bg, extended });
  }
}

/** True if a space written with this pen differs from a cell never written. */
function isSeen({ fg, bg, extended }: Pen): boolean {
  return Boolean(bg & (COLOR_MASK | Bg.overline) || fg & (Fg.inverse | Fg.underline | Fg.strike) || extended);
}

function writeMargins({ scrollTop, scrollBottom }: BufferState, size: { rows: number }): string {
  return scrollTop === 0 && scrollBottom === size.rows - 1
    ? ''
    : `\x1b[${scrollTop + 1};${scrollBottom + 1}r`;
}

function writeTabs({ tabs }: BufferState, cols: number): string {
  const usual = Array.from({ length: Math.ceil(cols / 8) }, (_, index) => index * 8);
  if (tabs === null || tabs.join() === usual.join()) return '';
  return `\x1b[3g${tabs.map((x) => `\x1b[1;${x + 1}H\x1bH`).join('')}`;
}

function writeSaved({ saved }: BufferState, cols: number): string {
  const pen = penDifference(PLAIN, saved.pen);
  const drawing = saved.charset !== null && saved.charset !== 'B';
  if (saved.x === 0 && saved.y === 0 && pen === '' && !drawing) return '';
  const save = drawing ? `\x1b(${saved.charset}\x1b7\x1b(B` : '\x1b7';
  return `\x1b[${saved.y + 1};${Math.min(saved.x, cols - 1) + 1}H${pen}${save}${penDifference(saved.pen, PLAIN)}`;
}

function writeKitty(stack: readonly number[]): string {
  const [base = 0, ...pushed] = stack;
  return (base === 0 ? '' : `\x1b[=${base};1u`) + pushed.map((flags) => `\x1b[>${flags}u`).join('');
}

/** Outside of the margins in origin mode is a place that no sequence leads to, only a resize or the other buffer. */
function isOutside({ y, scrollTop, scrollBottom }: BufferState): boolean {
  return y < scrollTop || y > scrollBottom;
}

/** Where the cursor stands; behind the last column, the glyph there is written again. Leaves the plain pen. */
function writeCursor({ store, size, origin }: SnapshotSource, which: Which): string {
  const state = store.state(which);
  const { base, x, y, scrollTop } = state;
  const home = origin ? '\x1b[?6h' : '';
  if (origin && isOutside(state)) return `${home}\x1b[1;${Math.min(x, size.cols - 1) + 1}H`;
  const row = origin ? y - scrollTop + 1 : y + 1;
  if (x < size.cols) return `${home}\x1b[${row};${x + 1}H`;
  const cells = new Uint32Array(size.cols * CELL);
  store.read(which, base + y, cells, 0, 0, size.cols, false);
  const lead = cells[(size.cols - 1) * CELL] === 0 ? size.cols - 2 : size.cols - 1;
  const at = lead * CELL;
  const pen = { fg: cells[at + 1] ?? 0, bg: cells[at + 2] ?? 0, extended: cells[at + 3] ?? 0 };
  const glyph = glyphText(cells[at] ?? BLANK);
  return `${home}\x1b[${row};${lead + 1}H${penDifference(PLAIN, pen)}${glyph}${penDifference(pen, PLAIN)}`;
}

/** The last glyph once more, if what comes next may still join it; nothing may come between the two. */
function writeJoinable({ store, size, origin, insert }: SnapshotSource, which: Which): string {
  const state = store.state(which);
  const { x, y, base, scrollTop } = state;
  const width = store.joinable;
  if (width === 0 || x < width || (origin && isOutside(state))) return '';
  const cells = new Uint32Array(size.cols * CELL);
  store.read(which, base + y, cells, 0, 0, size.cols, false);
  const at = (x - width) * CELL;
  const content = cells[at] ?? BLANK;
  const { fg, bg, extended } = store.pen;
  const drawn = new Uint32Array(CELL);
  putCell(drawn, 0, content, fg, bg, fg & Fg.underline ? extended : linkOf(extended));
  // control characters move the cursor away from the glyph and do not part it from what comes next
  if (glyphWidth(content) !== width || drawn.some((word, index) => word !== cells[at + index])) return '';
  // one of several characters grew while it was inserted: how cannot be told any more
  if (insert && content & COMBINED) return '';
  const move = `\x1b[${y + 1 - (origin ? scrollTop : 0)};${x - width + 1}H`;
  return `${move}${insert ? `\x1b[${width}P` : ''}${glyphText(content)}`;
}

/** A pen that does not underline draws only the link of its extended attributes. */
function linkOf(extended: number): number {
  return extendedOf(0, 0, extendedAt(extended).uri);
}

function writeModes({ modes, tracked, store, title, ...source }: SnapshotSource): string {
  const { charset, charsetLevel } = store;
  const designated = charset === null ? tracked.charsets : tracked.charsets.with(charsetLevel, charset);
  const sets = designated.map((final, index) => (final === 'B' ? '' : `\x1b${'()*+'[index]}${final}`));
  const when = (on: boolean, sequence: string) => (on ? sequence : '');
  return [
    ...sets,
    LOCKING_SHIFT[store.charsetLevel] ?? '',
    when(modes.cursorKeys, '\x1b[?1h'),
    when(modes.keypad, '\x1b='),
    when(modes.paste, '\x1b[?2004h'),
    when(modes.focus, '\x1b[?1004h'),
    when(source.reverseWrap, '\x1b[?45h'),
    when(source.insert, '\x1b[4h'),
    when(tracked.columns, '\x1b[?40h'),
    when(source.newline, '\x1b[20h'),
    when(!source.wrap, '\x1b[?7l'),
    MOUSE[modes.mouse],
    ENCODING[modes.mouseEncoding],
    when(modes.modifyOtherKeys > 0, `\x1b[>4;${modes.modifyOtherKeys}m`),
    when(
      tracked.shape !== 'block' || tracked.blink,
      `\x1b[${SHAPE[tracked.shape] + (tracked.blink ? 0 : 1)} q`,
    ),
    when(!tracked.cursorVisible, '\x1b[?25l'),
    when(title !== '', `\x1b]2;${title}\x1b\\`),
    when(modes.synchronised, '\x1b[?2026h'),
  ].join('');
}
