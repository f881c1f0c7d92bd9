import { CELL, extendedAt, glyphText } from '../../src/term/cells.ts';
import type { Screen } from '../../src/term/screen.ts';

/** Every cell of a screen and its history in words, for comparing two screens. */
export function picture(screen: Screen): string[] {
  const { cols, rows } = screen.size;
  const all: string[] = [];
  const cells = new Uint32Array(cols * CELL);
  const add = (y: number, line: number) => {
    screen.readRow(y, cells, 0);
    all.push(`${line > 0 && screen.wrapped(line) ? '↳' : ' '}${describe(cells)}`);
  };
  for (let line = 0; line < screen.history; line++) {
    add(line - screen.history, line);
  }
  for (let y = 0; y < rows; y++) add(y, screen.history + y);
  return all;
}

export function describe(cells: Uint32Array): string {
  let text = '';
  for (let at = 0; at < cells.length; at += CELL) {
    const [content = 0, fg = 0, bg = 0, extended = 0] = cells.subarray(at, at + CELL);
    const { underline, color, uri } = extendedAt(extended);
    const glyph = content === 0 ? '·' : glyphText(content);
    const style =
      fg || bg || extended
        ? `{${fg.toString(16)},${bg.toString(16)},${underline}:${color.toString(16)}:${uri}}`
        : '';
    text += glyph + style;
  }
  return text;
}
