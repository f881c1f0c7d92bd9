import { arrange, type Placed } from '../core/arrange.ts';
import type { Layout, Rect } from '../core/layout.ts';
import type { State } from '../core/state.ts';
import type { Usage } from '../core/usage.ts';
import type { Size } from '../term/screen.ts';
import type { Keymap } from './keymap.ts';
import { hintRows } from './overlay/hints.ts';
import { offers } from './palette.ts';
import { agentsOf, type Scene, type Ui } from './ui.ts';

/** Below this the screen says so and shows nothing else. */
export const leastSize: Size = { cols: 60, rows: 16 };

/** Everything that a picture is made from. */
export interface View extends Scene {
  readonly ui: Ui;
  readonly project: string;
  /** lines that terminals are looked back */
  readonly scrolled: Readonly<Record<string, number>>;
  /** what agents take of the machine, where it was measured */
  readonly usage: Readonly<Record<string, Usage>>;
}

export interface Given {
  readonly state: State;
  readonly ui: Ui;
  readonly now: number;
  readonly size: Size;
  readonly keymap: Keymap;
  readonly layouts: Readonly<Record<string, Layout>>;
  readonly project: string;
  readonly scrolled?: Readonly<Record<string, number>>;
  readonly usage?: Readonly<Record<string, Usage>>;
  readonly reading?: Scene['reading'];
}

export const tooSmall = ({ cols, rows }: Size): boolean => cols < leastSize.cols || rows < leastSize.rows;

/** Where everything is. The last row is the status line. */
export function look(given: Given): View {
  const { state, ui, size, layouts } = given;
  const agents = agentsOf(state);
  const layout = ui.trees[ui.layout] ?? layouts[ui.layout] ?? Object.values(layouts)[0] ?? { agents: 'grid' };
  const arrangement = arrange(
    layout,
    { cols: size.cols, rows: size.rows - 1 },
    { agents, agent: ui.agent, lately: ui.lately, focus: ui.focus, zoomed: ui.zoomed },
  );
  const page = pageRect(size);
  return {
    scrolled: {},
    usage: {},
    reading: () => undefined,
    ...given,
    agents,
    arrangement,
    panes: arrangement.panes,
    page: { cols: page.cols - 4, rows: page.rows - 2 },
  };
}

/** The room inside a pane's frame. */
export const inside = ({ x, y, cols, rows }: Rect): Rect => ({
  x: x + 1,
  y: y + 1,
  cols: cols - 2,
  rows: rows - 2,
});

/** The terminals in view and the room each has. */
export const terminalsIn = (view: View): { agent: string; rect: Rect }[] =>
  tooSmall(view.size)
    ? []
    : view.panes.flatMap((pane) => ('agent' in pane ? [{ agent: pane.agent, rect: inside(pane.rect) }] : []));

/** The first row shown of a terminal that is higher than its pane: the part that its cursor is in is in view. */
export const cropped = (
  { size, cursor }: { size: { rows: number }; cursor: { y: number } },
  rows: number,
): number => Math.max(0, Math.min(size.rows - rows, cursor.y - rows + 1));

/** The pane under a cell of the screen. */
export const paneAt = (view: View, x: number, y: number): Placed | undefined =>
  view.panes.find(
    ({ rect }) => x >= rect.x && x < rect.x + rect.cols && y >= rect.y && y < rect.y + rect.rows,
  );

const centred = (size: Size, cols: number, rows: number, y?: number): Rect => ({
  x: Math.floor((size.cols - cols) / 2),
  y: y ?? Math.max(0, Math.floor((size.rows - 1 - rows) / 2)),
  cols,
  rows,
});

const pageRect = (size: Size): Rect =>
  centred(size, Math.min(110, size.cols - 4), Math.max(6, size.rows - 5));

const entryRect = (size: Size, rows: number): Rect =>
  centred(size, Math.min(100, size.cols - 4), rows, size.rows - 2 - rows);

/** Where the overlay of the mode is; null when there is none. */
export function overlayRect(view: View): Rect | null {
  const { ui, size } = view;
  if (tooSmall(size)) return null;
  switch (ui.mode.type) {
    case 'leader': {
      const most = size.rows - 2;
      const rows = Math.min(most, hintRows(view.keymap, size.cols, most - 2).length + 2);
      return { x: 0, y: size.rows - 1 - rows, cols: size.cols, rows };
    }
    case 'entry':
      return entryRect(size, ui.mode.hint === undefined ? 3 : 4);
    case 'palette': {
      const found = offers(ui.mode.line.text, view, ui.history).length;
      const most = Math.min(size.rows - 4, 18);
      return centred(
        size,
        Math.min(90, size.cols - 4),
        Math.min(most, Math.max(1, found) + 5),
        Math.min(3, Math.floor(size.rows / 8)),
      );
    }
    case 'page':
      return pageRect(size);
    default:
      return null;
  }
}
