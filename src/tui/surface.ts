import type { Rect } from '../core/layout.ts';
import { createFrame, type Frame, text } from '../term/compose.ts';
import { glyphs } from '../term/graphemes.ts';
import type { Size } from '../term/screen.ts';
import type { Line } from './line.ts';
import { penOf, type Theme } from './theme.ts';

/** Lines for a rectangle: as many as it has rows, each as wide. What is too much is cut off. */
export interface Block {
  readonly rect: Rect;
  readonly lines: readonly Line[];
}

/** The picture of some blocks in their places; later ones lie on top of earlier ones. */
export function draw(size: Size, blocks: readonly Block[], theme: Theme): Frame {
  const frame = createFrame(size);
  for (const { rect, lines } of blocks)
    for (const [row, line] of lines.slice(0, rect.rows).entries()) drawLine(frame, rect, row, line, theme);
  return frame;
}

function drawLine(frame: Frame, rect: Rect, row: number, line: Line, theme: Theme): void {
  let x = 0;
  for (const span of line) {
    const at = { x: rect.x + x, y: rect.y + row };
    x += text(frame, at, glyphs(span.text), rect.cols - x, penOf(span.style, theme));
  }
}
