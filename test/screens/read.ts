import type { IBufferCell, Terminal } from '@xterm/headless';
import { Bg, CELL, COLOR_MASK, extendedAt, Fg, glyphText } from '../../src/term/cells.ts';
import type { Screen } from '../../src/term/screen.ts';
import { type Cell, seen } from './case.ts';

const UNDERLINES = ['', 'underline', 'double', 'curly', 'dotted', 'dashed'];

/** The cells of an @xterm/headless terminal's screen, by its public API and the attributes that its cells carry. */
export function readTerminal(terminal: Terminal): Cell[][] {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, y) =>
    readLine(terminal, active.baseY + y, 0, terminal.cols),
  );
}

/** Cells of one absolute line. */
export function readLine(terminal: Terminal, line: number, from: number, to: number): Cell[] {
  const row = terminal.buffer.active.getLine(line);
  return Array.from({ length: to - from }, (_, x) => {
    const cell = row?.getCell(from + x);
    // a right half whose left half was overwritten is drawn as a blank
    const orphan = cell?.getWidth() === 0 && (from + x === 0 || row?.getCell(from + x - 1)?.getWidth() !== 2);
    return orphan ? seen(' ', []) : readCell(terminal, cell);
  });
}

function readCell(terminal: Terminal, cell: IBufferCell | undefined): Cell {
  if (!cell) return seen(' ', []);
  const flag = (on: number | boolean, word: string) => (on ? [word] : []);
  // not in the public types, but on every cell
  const more = cell as IBufferCell & {
    readonly fg: number;
    hasExtendedAttrs(): number;
    readonly extended: { readonly urlId: number; readonly _ext: number };
  };
  // isUnderline and the underline's style are those of a link as well, which xterm draws dashed
  const underlined = Boolean(more.fg & 0x10000000);
  const extra = more.hasExtendedAttrs() ? more.extended._ext : 0;
  const lineColour = extra & 0x3ffffff;
  const link = more.hasExtendedAttrs() ? linkOf(terminal, more.extended.urlId) : '';
  return seen(cell.getWidth() === 0 ? '' : cell.getChars() || ' ', [
    ...flag(cell.isBold(), 'bold'),
    ...flag(cell.isDim(), 'dim'),
    ...flag(cell.isItalic(), 'italic'),
    ...flag(underlined, UNDERLINES[(extra >>> 26) & 7] || 'underline'),
    ...flag(cell.isBlink(), 'blink'),
    ...flag(cell.isInverse(), 'inverse'),
    ...flag(cell.isInvisible(), 'hidden'),
    ...flag(cell.isStrikethrough(), 'strike'),
    ...flag(cell.isOverline(), 'overline'),
    ...colour('fg', cell.getFgColorMode(), cell.getFgColor()),
    ...colour('bg', cell.getBgColorMode(), cell.getBgColor()),
    ...(underlined && lineColour !== 0x3ffffff ? underlineColour(lineColour) : []),
    ...flag(link !== '', `link=${link}`),
  ]);
}

function linkOf(terminal: Terminal, id: number): string {
  const core = (terminal as unknown as { _core: any })._core;
  return id === 0 ? '' : (core._oscLinkService.getLinkData(id)?.uri ?? '');
}

/** Of the palette, or RGB (mode 3 in bits 24 and 25). */
const underlineColour = (word: number) =>
  word >>> 24 === 0 ? [] : [`ul=${word >>> 24 === 3 ? hex(word & 0xffffff) : `:${word & 0xff}`}`];

const hex = (rgb: number) => `#${rgb.toString(16).padStart(6, '0')}`;

/** Colour modes as xterm numbers them: 0 default, 1 of the sixteen, 2 of the 256, 3 RGB (in bits 24 and 25). */
function colour(name: string, mode: number, value: number): string[] {
  const kind = mode >>> 24;
  return kind === 0 ? [] : [`${name}=${kind === 3 ? hex(value) : kind === 2 ? `:${value}` : value}`];
}

/** The cells of a screen, by its packed words. */
export function readScreen(screen: Screen): Cell[][] {
  const { cols, rows } = screen.size;
  return Array.from({ length: rows }, (_, y) => {
    const cells = new Uint32Array(cols * CELL);
    screen.readRow(y, cells, 0);
    return readPacked(cells);
  });
}

/** Packed cells in words. */
export function readPacked(cells: Uint32Array): Cell[] {
  const all: Cell[] = [];
  for (let at = 0; at < cells.length; at += CELL) {
    const [content = 0, fg = 0, bg = 0, number = 0] = cells.subarray(at, at + CELL);
    const { underline, color, uri } = extendedAt(number);
    const flag = (on: number | boolean, word: string) => (on ? [word] : []);
    all.push(
      seen(glyphText(content), [
        ...flag(fg & Fg.bold, 'bold'),
        ...flag(bg & Bg.dim, 'dim'),
        ...flag(bg & Bg.italic, 'italic'),
        ...flag(fg & Fg.underline, UNDERLINES[underline] || 'underline'),
        ...flag(fg & Fg.blink, 'blink'),
        ...flag(fg & Fg.inverse, 'inverse'),
        ...flag(fg & Fg.invisible, 'hidden'),
        ...flag(fg & Fg.strike, 'strike'),
        ...flag(bg & Bg.overline, 'overline'),
        ...packed('fg', fg & COLOR_MASK),
        ...packed('bg', bg & COLOR_MASK),
        ...underlineColour(color),
        ...flag(uri !== '', `link=${uri}`),
      ]),
    );
  }
  return all;
}

const packed = (name: string, word: number) =>
  colour(name, word & 0x3000000, word >>> 24 === 3 ? word & 0xffffff : word & 0xff);
