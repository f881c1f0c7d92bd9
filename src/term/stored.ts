import {
  BLANK,
  blankOut,
  CELL,
  COMBINED,
  extendedOf,
  Fg,
  glyph,
  glyphWidth,
  type Pen,
  plainColor,
  putCell,
  RIGHT_HALF,
} from './cells.ts';

/**
 * What xterm stores, read where it lies: three words a cell, and the state that its public API does not show. Only this
 * file knows those names. screen.ts proves them at start with `readsTruly`; when a version of xterm moved them, the
 * same questions are answered from the public API, which knows no underline styles, no links and no saved cursor.
 */

/** The state of one of the two buffers, besides its cells. */
export interface BufferState {
  readonly lines: number;
  /** First line of the screen proper, after the history. */
  readonly base: number;
  readonly x: number;
  readonly y: number;
  readonly saved: { readonly x: number; readonly y: number; readonly pen: Pen; readonly charset: Charset };
  readonly scrollTop: number;
  readonly scrollBottom: number;
  /** Columns of tab stops, null where unknown. */
  readonly tabs: readonly number[] | null;
}

/** A character set by its final character, null for one that is not told apart here. */
export type Charset = '0' | 'A' | 'B' | null;
export type Which = 'active' | 'normal' | 'alternate';

export interface Store {
  /** Packs `count` cells of an absolute line from column `x`; raw keeps cells never written apart from spaces. */
  read(
    which: Which,
    line: number,
    into: Uint32Array,
    at: number,
    x: number,
    count: number,
    raw: boolean,
  ): void;
  wrapped(which: Which, line: number): boolean;
  state(which: Which): BufferState;
  readonly pen: Pen;
  /** False in the middle of an escape sequence. */
  readonly grounded: boolean;
  /** Which of G0 to G3 is in use. */
  readonly charsetLevel: number;
  /** The set that is in use, which DECRC changes without designating it. */
  readonly charset: Charset;
  /** The columns of the glyph just drawn, to which the next character may still join; 0 if none was. */
  readonly joinable: number;
  /** Where the active buffer's cursor is (x may be behind the last column: a wrap waits), and its margins. */
  readonly place: {
    readonly x: number;
    readonly y: number;
    readonly scrollTop: number;
    readonly scrollBottom: number;
  };
  /** DECOM. */
  readonly origin: boolean;
  moveTo(x: number, y: number): void;
  /** Makes the first parameter of the sequence in hand this; true if the sequence is better left undone. */
  clampParameter(most: number): boolean;
  /** DECALN, with a plain pen and without margins, which xterm 6.0 leaves. True if done. */
  align(): boolean;
  /** Clears the screen, without margins and with the cursor in the corner. */
  clear(): void;
  /** Erases from the top to the cursor where xterm 6.0 throws: CSI 1 J in the very last cell. True if done. */
  eraseAbove(): boolean;
  /** After a resize: xterm 6.0 leaves the alternate buffer its old height while it is not shown, and so a history. */
  resized(): void;
  /** Lines of the normal buffer that left its history since this was asked first. */
  shed(): number;
  /**
   * Tells which rows of the screen what was parsed may have changed, after each slice; without them all may have.
   * False where this is not known.
   */
  watchRows(listener: (rows?: { readonly start: number; readonly end: number }) => void): boolean;
  /** After an exception inside the parser: throws away what it was parsing, so that it parses again. */
  recover(): void;
}

interface Extra {
  readonly _ext: number;
  readonly urlId: number;
}
interface Attributes {
  fg: number;
  bg: number;
  readonly extended: Extra;
}
interface Line {
  readonly _data: Uint32Array;
  readonly _combined: Record<number, string>;
  readonly _extendedAttrs: Record<number, Extra | undefined>;
  readonly isWrapped: boolean;
}
interface Grid {
  readonly lines: {
    readonly length: number;
    maxLength: number;
    get(index: number): Line | undefined;
    onTrim(listener: (count: number) => void): unknown;
  };
  readonly ybase: number;
  x: number;
  y: number;
  readonly savedX: number;
  readonly savedY: number;
  readonly savedCurAttrData: Attributes;
  readonly savedCharset: Mapping;
  scrollTop: number;
  scrollBottom: number;
  readonly tabs: Record<number, boolean | undefined>;
}
/** What a character set makes of ASCII; nothing for ASCII itself. */
type Mapping = Readonly<Record<string, string>> | undefined;

interface Core {
  readonly _bufferService: {
    readonly rows: number;
    readonly buffers: { readonly active: Grid; readonly normal: Grid; readonly alt: Grid };
  };
  readonly _inputHandler: {
    readonly _curAttrData: Attributes;
    readonly _parser: {
      readonly currentState: number;
      readonly precedingJoinState: number;
      readonly _params: { readonly params: Int32Array };
      reset(): void;
    };
    onRequestRefreshRows(listener: (rows?: { start: number; end: number }) => void): unknown;
    onRequestReset(listener: () => void): unknown;
    screenAlignmentPattern(): void;
    _eraseInBufferLine(y: number, start: number, end: number, clearWrap: boolean): void;
    _resetBufferLine(y: number): void;
  };
  readonly _writeBuffer: {
    _writeBuffer: unknown[];
    _callbacks: unknown[];
    _pendingData: number;
    _bufferOffset: number;
  };
  readonly _oscLinkService: { getLinkData(id: number): { readonly uri: string } | undefined };
  readonly _charsetService: { readonly glevel: number; readonly charset: Mapping };
  readonly coreService: { readonly decPrivateModes: { readonly origin: boolean } };
}

/** Words a cell takes in xterm's lines. */
const STORED = 3;
const HAS_EXTENDED = 0x10000000;
const CODE_OR_COMBINED = 0x3fffff;
const UNDERLINE_STYLE_SHIFT = 26;
const COLOR = 0x3ffffff;

/**
 * xterm gives a line of the screen that it takes from the end of the history two new objects each time, for what hardly any line
 * has (glyphs of several characters, links): with the lines they grow old, and collecting them was a tenth of a flood's time.
 * A line that has none keeps its own.
 */
function spareObjects(line: object): void {
  const prototype = Object.getPrototypeOf(line) as {
    copyFrom?(this: Copied, from: Copied): void;
    spares?: true;
  };
  if (prototype.spares || !prototype.copyFrom) return;
  prototype.spares = true;
  const copy = prototype.copyFrom;
  prototype.copyFrom = function (from) {
    if (this.length !== from.length || !isBare(this) || !isBare(from)) return copy.call(this, from);
    this._data.set(from._data);
    this.isWrapped = from.isWrapped;
  };
}

interface Copied {
  length: number;
  readonly _data: Uint32Array;
  readonly _combined: object;
  readonly _extendedAttrs: object;
  isWrapped: boolean;
}

function isBare({ _combined, _extendedAttrs }: Copied): boolean {
  for (const _ in _combined) return false;
  for (const _ in _extendedAttrs) return false;
  return true;
}

/** Reads a terminal's own storage. Throws (by touching what is missing) if its names are others. */
export function storeOf(terminal: object): Store {
  const core = (terminal as { _core: Core })._core;
  const grid = (which: Which): Grid => {
    const { buffers } = core._bufferService;
    return which === 'active' ? buffers.active : which === 'normal' ? buffers.normal : buffers.alt;
  };
  const line = grid('normal').lines.get(0);
  if (line) spareObjects(line);
  let watched: Grid['lines'] | undefined;
  let gone = 0;
  let rowsChanged: () => void = () => {};
  const extended = (fg: number, extra: Extra | undefined): number => {
    if (!extra) return 0;
    const uri = extra.urlId === 0 ? '' : (core._oscLinkService.getLinkData(extra.urlId)?.uri ?? '');
    if (!(fg & Fg.underline)) return uri === '' ? 0 : extendedOf(0, 0, uri);
    const color = extra._ext & COLOR;
    // SGR 59 (default underline colour) is stored as all ones
    return extendedOf(
      (extra._ext >> UNDERLINE_STYLE_SHIFT) & 7,
      color === COLOR ? 0 : plainColor(color),
      uri,
    );
  };
  const pen = ({ fg, bg, extended: extra }: Attributes): Pen => ({
    fg: plainColor(fg) >>> 0,
    bg: plainColor(bg & ~HAS_EXTENDED) >>> 0,
    // kept although not underlining now: style and colour wait for the next underline
    extended: extended(fg | Fg.underline, extra),
  });
  return {
    read: (which, line, into, at, x, count, raw) => {
      const stored = grid(which).lines.get(line);
      if (stored) readStored(stored, extended, into, at, x, count, raw);
      else for (let i = 0; i < count; i++) putCell(into, at + i * CELL, BLANK, 0, 0, 0);
    },
    wrapped: (which, line) => grid(which).lines.get(line)?.isWrapped ?? false,
    state: (which) => {
      const its = grid(which);
      const saved = {
        x: its.savedX,
        y: Math.max(0, its.savedY - its.ybase),
        pen: pen(its.savedCurAttrData),
        charset: nameOf(its.savedCharset),
      };
      const tabs = Object.keys(its.tabs)
        .filter((x) => its.tabs[Number(x)])
        .map(Number);
      const { ybase: base, x, y, scrollTop, scrollBottom } = its;
      return { lines: its.lines.length, base, x, y, saved, scrollTop, scrollBottom, tabs };
    },
    get pen() {
      return pen(core._inputHandler._curAttrData);
    },
    get grounded() {
      return core._inputHandler._parser.currentState === 0;
    },
    get charsetLevel() {
      return core._charsetService.glevel;
    },
    get charset() {
      return nameOf(core._charsetService.charset);
    },
    get joinable() {
      return (core._inputHandler._parser.precedingJoinState >> 1) & 3;
    },
    get place() {
      return core._bufferService.buffers.active;
    },
    get origin() {
      return core.coreService.decPrivateModes.origin;
    },
    moveTo: (x, y) => Object.assign(core._bufferService.buffers.active, { x, y }),
    clampParameter: (most) => {
      core._inputHandler._parser._params.params[0] = most;
      return false;
    },
    align: () => {
      rowsChanged();
      const { active } = core._bufferService.buffers;
      Object.assign(active, { scrollTop: 0, scrollBottom: core._bufferService.rows - 1 });
      const pen = core._inputHandler._curAttrData;
      const { fg, bg } = pen;
      Object.assign(pen, { fg: 0, bg: 0 });
      core._inputHandler.screenAlignmentPattern();
      Object.assign(pen, { fg, bg });
      return true;
    },
    clear: () => {
      rowsChanged();
      const { buffers, rows } = core._bufferService;
      Object.assign(buffers.active, { scrollTop: 0, scrollBottom: rows - 1, x: 0, y: 0 });
      for (let y = 0; y < rows; y++) core._inputHandler._resetBufferLine(y);
    },
    eraseAbove: () => {
      const { lines, x, y } = core._bufferService.buffers.active;
      if (lines.get(y + 1)) return false;
      rowsChanged();
      core._inputHandler._eraseInBufferLine(y, 0, x + 1, true);
      for (let above = 0; above < y; above++) core._inputHandler._resetBufferLine(above);
      return true;
    },
    resized: () => {
      const { buffers, rows } = core._bufferService;
      if (buffers.alt.lines.length === 0) buffers.alt.lines.maxLength = rows;
    },
    shed: () => {
      const { lines } = grid('normal');
      if (lines === watched) return gone;
      gone += watched?.length ?? 0; // a reset gave the terminal another buffer
      watched = lines;
      lines.onTrim((count) => {
        gone += count;
      });
      return gone;
    },
    watchRows: (listener) => {
      rowsChanged = listener;
      core._inputHandler.onRequestRefreshRows(listener);
      core._inputHandler.onRequestReset(() => listener());
      return true;
    },
    recover: () => {
      rowsChanged();
      core._inputHandler._parser.reset();
      Object.assign(core._writeBuffer, {
        _writeBuffer: [],
        _callbacks: [],
        _pendingData: 0,
        _bufferOffset: 0,
      });
    },
  };
}

function nameOf(mapping: Mapping): Charset {
  if (!mapping) return 'B';
  if (mapping.q === '─') return '0';
  return mapping['#'] === '£' && !mapping['['] ? 'A' : null;
}

function readStored(
  line: Line,
  extended: (fg: number, extra: Extra | undefined) => number,
  into: Uint32Array,
  at: number,
  x: number,
  count: number,
  raw: boolean,
): void {
  const data = line._data;
  for (let column = x, s = x * STORED, t = at; column < x + count; column++, s += STORED, t += CELL) {
    let content = data[s] ?? 0;
    const fg = data[s + 1] ?? 0;
    const bg = data[s + 2] ?? 0;
    if (content & COMBINED) content = glyph(line._combined[column] ?? '', content >>> 22);
    else if (content !== 0 && !(content & CODE_OR_COMBINED) && !raw) content = BLANK;
    if (content === RIGHT_HALF && column > x) {
      if (glyphWidth(into[t - CELL] ?? 0) === 2) {
        copyStyle(into, t);
        continue;
      }
      content = BLANK; // half of a glyph whose other half was overwritten
    } else if (column > x && glyphWidth(into[t - CELL] ?? 0) === 2) blankOut(into, t - CELL);
    putCell(into, t, content, fg, bg, bg & HAS_EXTENDED ? extended(fg, line._extendedAttrs[column]) : 0);
  }
}

/** The right half of a wide glyph has its left half's style, whatever was stored. */
function copyStyle(into: Uint32Array, at: number): void {
  into[at] = RIGHT_HALF;
  into.copyWithin(at + 1, at + 1 - CELL, at);
}

/** Proves a store on a terminal that has parsed `PROOF`: are the words where this file expects them? */
export const PROOF =
  'a\x1b[1;31;48;2;1;2;3m\x1b[4:3m\x1b[58:2::9:8:7mb\x1b[m\x1b]8;;x:y\x1b\\e\u0301\x1b]8;;\x1b\\\u754c\x1b7\x1b[2';

export function readsTruly(make: () => Store): boolean {
  try {
    const store = make();
    const cells = new Uint32Array(5 * CELL);
    store.read('active', 0, cells, 0, 0, 5, false);
    const state = store.state('active');
    const expected = [
      [glyph('a', 1), 0, 0, 0],
      [glyph('b', 1), (0x1000001 | Fg.bold | Fg.underline) >>> 0, 0x3010203, extendedOf(3, 0x3090807, '')],
      [glyph('e\u0301', 1), 0, 0, extendedOf(0, 0, 'x:y')],
      [glyph('\u754c', 2), 0, 0, 0],
      [RIGHT_HALF, 0, 0, 0],
    ].flat();
    return (
      expected.every((word, index) => cells[index] === word) &&
      !store.grounded &&
      state.saved.x === 5 &&
      state.base === 0 &&
      (state.tabs?.includes(8) ?? false) &&
      store.pen.fg === 0 &&
      store.charsetLevel === 0 &&
      store.charset === 'B' &&
      store.joinable === 0 &&
      store.place.y === 0 &&
      store.place.scrollBottom > 0 &&
      store.origin === false
    );
  } catch {
    return false;
  }
}
