import { drawAnsi, pictureOf } from './draw.ts';
import { Screen, type Size } from './screen.ts';

/**
 * A screen recorded as a test: what it shows, its size, title and cursor, as text that `cat` shows too. A plain text is one
 * as well, of 100×30, with no title, and the cursor behind its last character.
 */
export function drawRecorded(screen: Screen): string {
  const { cols, rows } = screen.size;
  const { x, y, visible } = screen.cursor;
  const title = screen.title.replace(/[\x00-\x1f\x7f-\x9f]/g, '');
  // XTWINOPS 8 (resize), OSC 2 (title), CUP, DECTCEM.
  const end = `\x1b]2;${title}\x07\x1b[${y + 1};${x + 1}H\x1b[?25${visible ? 'h' : 'l'}`;
  return `\x1b[8;${rows};${cols}t${drawAnsi(pictureOf(screen)).replace(/\n$/, '')}${end}\n`;
}

/** The screen that a recording shows; to be disposed of. */
export function readRecorded(text: string): Screen {
  const [size, rows, cols] = /^\x1b\[8;(\d+);(\d+)t/.exec(text) ?? [''];
  const screen = new Screen(rows && cols ? { cols: Number(cols), rows: Number(rows) } : firstSize);
  const shown = text.slice(size.length).replace(/\n$/, '').replace(/\r?\n/g, '\r\n');
  screen.write(Buffer.from(shown));
  screen.flush();
  return screen;
}

const firstSize: Size = { cols: 100, rows: 30 };
