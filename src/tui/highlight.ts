import { type Frame, invert, type Rect, recolour, underline } from '../term/compose.ts';
import { occurrencesIn, type Range, type Viewed } from '../term/reading.ts';
import { rangeOf } from './look-back.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';

/** What is marked in a terminal: the words that were looked for, and what is selected. */

/** The parts of a range that are in view, as rectangles of the screen. `room` is where the terminal's rows are shown. */
function rectsOf({ start, end }: Range, reading: Viewed, room: Rect, crop: number): Rect[] {
  const first = reading.shed + reading.top + crop;
  const rects: Rect[] = [];
  for (let line = Math.max(start.line, first); line <= Math.min(end.line, first + room.rows - 1); line++) {
    const from = line === start.line ? start.x : 0;
    const to = Math.min(room.cols, line === end.line ? end.x : reading.size.cols);
    if (to > from) rects.push({ x: room.x + from, y: room.y + line - first, cols: to - from, rows: 1 });
  }
  return rects;
}

/** Marks a terminal's part of the picture. `crop` is the row of its screen that is shown first. */
export function highlight(
  frame: Frame,
  view: View,
  agent: string,
  room: Rect,
  crop: number,
  theme: Theme,
): void {
  const { mode, selection } = view.ui;
  const back = mode.type === 'leader' ? mode.over : mode.type === 'scroll' ? mode : null;
  const search = back?.agent === agent ? back.search : null;
  const selected = selection?.agent === agent ? selection : null;
  if (!search && !selected) return;
  const reading = view.reading(agent);
  if (!reading) return;
  if (search) {
    const top = reading.shed + reading.top + crop;
    for (const range of occurrencesIn(reading, search.line.text, top, top + room.rows - 1)) {
      const now = search.found && sameRange(search.found, range);
      for (const rect of rectsOf(range, reading, room, crop)) {
        if (theme.colors) recolour(frame, rect, now ? theme.looked : theme.found);
        else if (now) invert(frame, rect);
        else underline(frame, rect);
      }
    }
  }
  if (selected)
    for (const rect of rectsOf(rangeOf(reading, selected), reading, room, crop)) invert(frame, rect);
}

const sameRange = (a: Range, b: Range): boolean =>
  a.start.line === b.start.line && a.start.x === b.start.x && a.end.line === b.end.line;
