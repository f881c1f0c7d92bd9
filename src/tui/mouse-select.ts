import type { Place, Viewed } from '../term/reading.ts';
import { copy, rangeOf } from './look-back.ts';
import type { Mouse } from './mouse.ts';
import type { Click, Drag, Effect, Selection, Step, Ui } from './ui.ts';
import { cropped, inside, type View } from './view.ts';

/** Selecting with the mouse, inside one pane: by dragging, a word by a double click, a line by a triple one. */

/** Presses in one place that follow each other within so many ms are one gesture. */
const doubleClick = 400;

/** The press of a button with how many came before it. */
export function clickOf(before: Click | null, mouse: Mouse, now: number): Click {
  const { x, y } = mouse;
  const again = before && before.x === x && before.y === y && now - before.at <= doubleClick;
  return { x, y, at: now, count: again ? (before.count % 3) + 1 : 1 };
}

/** The place in a terminal's text under a cell of the screen; beyond its pane, the nearest one inside. */
function placeUnder(view: View, agent: string, reading: Viewed, mouse: Mouse): Place | null {
  const pane = view.panes.find((one) => 'agent' in one && one.agent === agent);
  if (!pane) return null;
  const room = inside(pane.rect);
  const column = Math.max(0, Math.min(room.cols - 1, mouse.x - room.x));
  const row = Math.max(0, Math.min(room.rows - 1, mouse.y - room.y));
  const y = Math.min(reading.size.rows - 1, row + cropped(reading, room.rows));
  return { line: reading.shed + reading.top + y, x: Math.min(reading.size.cols - 1, column) };
}

/** Takes hold of the text under the pointer. */
export function hold(ui: Ui, view: View, agent: string, mouse: Mouse): Ui {
  const reading = view.reading(agent);
  const from = reading && placeUnder(view, agent, reading, mouse);
  if (!from) return ui;
  const click = clickOf(ui.click, mouse, view.now);
  const unit = ({ 1: 'cell', 2: 'word', 3: 'line' } as const)[click.count] ?? 'cell';
  const drag: Drag = { type: 'select', agent, from, unit };
  const selection: Selection | null = unit === 'cell' ? null : { agent, anchor: from, head: from, unit };
  return { ...ui, click, drag, selection };
}

/** The pointer moved, or its button was let go, while it held text. */
export function pull(ui: Ui, view: View, drag: Drag & { type: 'select' }, mouse: Mouse): Step {
  const reading = view.reading(drag.agent);
  const head = reading && placeUnder(view, drag.agent, reading, mouse);
  if (!reading || !head) return { ui: { ...ui, drag: null }, effects: [] };
  const moved = head.line !== drag.from.line || head.x !== drag.from.x;
  const { agent, from: anchor, unit } = drag;
  const selection = moved || ui.selection ? { agent, anchor, head, unit } : null;
  if (mouse.action === 'release') return release({ ...ui, selection }, reading);
  return { ui: { ...ui, selection }, effects: beyond(view, agent, mouse) };
}

/** What is selected is copied when the button is let go, and stays marked until the next key or click. */
function release(ui: Ui, reading: Viewed): Step {
  const free = { ...ui, drag: null };
  if (!ui.selection) return { ui: free, effects: [] };
  const { start, end } = rangeOf(reading, ui.selection);
  const nothing =
    start.line === end.line && reading.part(start.line - reading.shed, start.x, end.x).trim() === '';
  return nothing ? { ui: { ...free, selection: null }, effects: [] } : copy(free, reading, ui.selection);
}

/** Above or below its pane the pointer moves the view. */
function beyond(view: View, agent: string, mouse: Mouse): Effect[] {
  const pane = view.panes.find((one) => 'agent' in one && one.agent === agent);
  if (!pane) return [];
  const room = inside(pane.rect);
  const by = mouse.y < room.y ? room.y - mouse.y : Math.min(0, room.y + room.rows - 1 - mouse.y);
  return by === 0 ? [] : [{ type: 'scroll', agent, by }];
}
