import { BLANK, CELL, glyph, putCell, RIGHT_HALF } from './cells.ts';
import type { Store } from './stored.ts';

/** The part of xterm's public API that answers the same questions. */
interface PublicCell {
  getChars(): string;
  getWidth(): number;
  getFgColorMode(): number;
  getBgColorMode(): number;
  getFgColor(): number;
  getBgColor(): number;
  isBold(): number;
  isItalic(): number;
  isDim(): number;
  isUnderline(): number;
  isBlink(): number;
  isInverse(): number;
  isInvisible(): number;
  isStrikethrough(): number;
  isOverline(): number;
}
interface PublicBuffer {
  readonly length: number;
  readonly baseY: number;
  readonly cursorX: number;
  readonly cursorY: number;
  getLine(y: number): { readonly isWrapped: boolean; getCell(x: number): PublicCell | undefined } | undefined;
}
interface PublicTerminal {
  readonly rows: number;
  readonly buffer: {
    readonly active: PublicBuffer;
    readonly normal: PublicBuffer;
    readonly alternate: PublicBuffer;
  };
}

/** The same store by the public API alone: slower, and blind to what that API does not show. */
export function publicStoreOf(terminal: PublicTerminal): Store {
  return {
    read: (which, line, into, at, x, count, raw) => {
      const row = terminal.buffer[which].getLine(line);
      for (let i = 0; i < count; i++) readPublic(row?.getCell(x + i), into, at + i * CELL, raw);
    },
    wrapped: (which, line) => terminal.buffer[which].getLine(line)?.isWrapped ?? false,
    state: (which) => {
      const { length: lines, baseY: base, cursorX: x, cursorY: y } = terminal.buffer[which];
      const saved = { x: 0, y: 0, pen: { fg: 0, bg: 0, extended: 0 }, charset: null };
      return { lines, base, x, y, saved, scrollTop: 0, scrollBottom: terminal.rows - 1, tabs: null };
    },
    pen: { fg: 0, bg: 0, extended: 0 },
    grounded: true,
    charsetLevel: 0,
    charset: null,
    joinable: 0,
    get place() {
      const { cursorX: x, cursorY: y } = terminal.buffer.active;
      return { x, y, scrollTop: 0, scrollBottom: terminal.rows - 1 };
    },
    origin: false,
    moveTo: () => {},
    clampParameter: () => true,
    align: () => false,
    clear: () => {},
    eraseAbove: () => false,
    resized: () => {},
    shed: () => 0,
    watchRows: () => false,
    recover: () => {},
  };
}

function readPublic(cell: PublicCell | undefined, into: Uint32Array, at: number, raw: boolean): void {
  if (!cell) {
    putCell(into, at, BLANK, 0, 0, 0);
    return;
  }
  const text = cell.getChars();
  const width = cell.getWidth();
  const flags = (pairs: [number, number][]) => pairs.reduce((sum, [on, bit]) => (on ? sum + bit : sum), 0);
  const fg =
    (cell.getFgColorMode() ? cell.getFgColorMode() | cell.getFgColor() : 0) +
    flags([
      [cell.isInverse(), 0x4000000],
      [cell.isBold(), 0x8000000],
      [cell.isUnderline(), 0x10000000],
      [cell.isBlink(), 0x20000000],
      [cell.isInvisible(), 0x40000000],
      [cell.isStrikethrough(), 0x80000000],
    ]);
  const bg =
    (cell.getBgColorMode() ? cell.getBgColorMode() | cell.getBgColor() : 0) +
    flags([
      [cell.isItalic(), 0x4000000],
      [cell.isDim(), 0x8000000],
      [cell.isOverline(), 0x40000000],
    ]);
  const content = width === 0 ? RIGHT_HALF : text === '' ? (raw ? width << 22 : BLANK) : glyph(text, width);
  putCell(into, at, content, fg, bg, 0);
}
