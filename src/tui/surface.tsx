import { EventEmitter } from 'node:events';
import { Box, type Instance, render, Text } from 'ink';
import type { ReactNode } from 'react';
import type { Rect } from '../core/layout.ts';
import { glyphs, Screen, type Size } from '../term/screen.ts';
import { type Line, sgr } from './line.ts';
import type { Theme } from './theme.ts';

/** Text for a rectangle: as many rows as it has, each as wide, with styles as SGR. */
export interface Block {
  readonly rect: Rect;
  readonly text: string;
}

/** Lines for a rectangle. */
export const block = (rect: Rect, rows: readonly Line[], theme: Theme): Block => ({
  rect,
  text: toInk(rows, theme),
});

/** Blocks in their places. Their rows have the right width, so that nothing is measured or wrapped a second time. */
function Picture({ size, blocks }: { size: Size; blocks: readonly Block[] }): ReactNode {
  return (
    <Box width={size.cols} height={size.rows}>
      {blocks.map(({ rect, text }) => (
        <Box
          key={`${rect.x} ${rect.y}`}
          position="absolute"
          marginLeft={rect.x}
          marginTop={rect.y}
          width={rect.cols}
          height={rect.rows}
        >
          <Text>{text}</Text>
        </Box>
      ))}
    </Box>
  );
}

/** Where Ink draws: a headless terminal of its own, never the real one. The compositor cuts regions out of its screen. */
export class Surface {
  readonly screen: Screen;
  readonly #out: Canvas;
  readonly #ink: Instance;
  #drawn = '';

  constructor(size: Size) {
    this.screen = new Screen(size, { scrollback: 0, convertEol: true });
    this.#out = new Canvas(size, (frame) => this.#show(frame));
    // `debug` makes Ink write every frame whole and at once; the compositor finds the differences.
    this.#ink = render(<Picture size={size} blocks={[]} />, {
      stdout: this.#out as unknown as NodeJS.WriteStream,
      stderr: this.#out as unknown as NodeJS.WriteStream,
      stdin: new Silence() as unknown as NodeJS.ReadStream,
      debug: true,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
  }

  /** Draws, synchronously; does nothing when that is what is there. Blocks are text already: drawing cannot fail in React. */
  draw(size: Size, blocks: readonly Block[]): void {
    const wanted = JSON.stringify([size.cols, size.rows, blocks]);
    if (wanted === this.#drawn) return;
    this.#drawn = wanted;
    this.#resize(size);
    this.#ink.rerender(<Picture size={size} blocks={blocks} />);
  }

  dispose(): void {
    this.#ink.unmount();
    this.screen.dispose();
  }

  #resize({ cols, rows }: Size): void {
    const { size } = this.screen;
    if (size.cols === cols && size.rows === rows) return;
    this.screen.resize({ cols, rows });
    this.#out.columns = cols;
    this.#out.rows = rows;
    this.#out.emit('resize');
  }

  #show(frame: string): void {
    const rows = fromInk(frame).split('\n').slice(0, this.screen.size.rows);
    // Row by row to its place: a row as wide as the screen would otherwise wrap into the next.
    const placed = rows.map((row, y) => `\x1b[${y + 1}H\x1b[m${row}`).join('');
    this.screen.write(`\x1b[?25l\x1b[m\x1b[2J${placed}`);
    this.screen.flush();
  }
}

/** The terminal that Ink believes it writes to. */
class Canvas extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  columns: number;
  rows: number;
  readonly #show: (frame: string) => void;

  constructor(size: Size, show: (frame: string) => void) {
    super();
    this.columns = size.cols;
    this.rows = size.rows;
    this.#show = show;
  }

  write(frame: string): boolean {
    this.#show(frame);
    return true;
  }
}

/** An input that never says anything: keys do not go through Ink. */
class Silence extends EventEmitter {
  readonly isTTY = false;
}

/**
 * Ink measures text with a table of its own. Where that could differ from the emulator's, a glyph travels through it as
 * private-use characters, one a column, and is put back on the other side.
 */
const safe = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2500-\u259f]$/;
const firstStandIn = 0xe000;
const filler = '\uf8ff';
const standIns: string[] = [];
const standInOf = new Map<string, string>();

function standIn(glyph: string, width: number): string {
  if (safe.test(glyph)) return glyph;
  let code = standInOf.get(glyph);
  if (code === undefined) {
    if (firstStandIn + standIns.length >= filler.charCodeAt(0)) return '?'.padEnd(width);
    code = String.fromCharCode(firstStandIn + standIns.length);
    standIns.push(glyph);
    standInOf.set(glyph, code);
  }
  return width === 2 ? code + filler : width === 1 ? code : '';
}

const plainText = /^[\x20-\x7e\u2500-\u259f]*$/;

/** Lines as one text for Ink: styles as SGR, exotic glyphs as stand-ins. */
const toInk = (rows: readonly Line[], theme: Theme): string =>
  rows
    .map((row) =>
      row
        .map(({ text, style }) => {
          const on = sgr(style, theme.codes);
          const shown = plainText.test(text)
            ? text
            : glyphs(text)
                .map((one) => standIn(one.text, one.width))
                .join('');
          return on === '' ? shown : `${on}${shown}\x1b[0m`;
        })
        .join(''),
    )
    .join('\n');

const fromInk = (frame: string): string =>
  frame.replace(/[\ue000-\uf8ff]/g, (code) =>
    code === filler ? '' : (standIns[code.charCodeAt(0) - firstStandIn] ?? '?'),
  );
