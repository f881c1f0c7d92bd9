import type { Border } from '../core/arrange.ts';
import { borderAt, moveBorder, sameBorder } from '../core/edit-layout.ts';
import { type ListPane, sameFocus } from '../core/layout.ts';
import { chooseFirst, runBinding } from './act.ts';
import { widthOf } from './line.ts';
import { lookBack } from './look-back.ts';
import { hold, pull } from './mouse-select.ts';
import { hintRows } from './overlay/hints.ts';
import { paletteTop } from './overlay/palette.ts';
import { offers, takeOffer } from './palette.ts';
import { attentionItems } from './panes/attention.ts';
import { itemAt } from './panes/pane.ts';
import { footKeyAt, leaderWidth, listRows, statusRight, stripAgentAt } from './rows.ts';
import { chooseRow, press } from './step.ts';
import { type Drag, focusOn, type Step, still, typing, withMode } from './ui.ts';
import { inside, overlayRect, paneAt, type View } from './view.ts';

export interface Mouse {
  readonly action: 'press' | 'release' | 'move' | 'wheel';
  /** 0-based cells of the screen */
  readonly x: number;
  readonly y: number;
  /** for the wheel: negative is up, 0 for a wheel that turns sideways */
  readonly by: number;
  /** it is the left button */
  readonly left: boolean;
  /** a modifier says that it is for the screen, whatever the program in the pane asked for */
  readonly own: boolean;
}

/** What the program in a pane wants of the mouse. */
export type Wants = 'all' | 'arrows' | 'nothing';

/** Lines that one notch of the wheel moves. */
const notch = 3;

const clicked = (mouse: Mouse): boolean => mouse.action === 'press' && mouse.left;

/** What the mouse does. `wants` tells of the program under the pointer. */
export function point(view: View, mouse: Mouse, wants: (agent: string) => Wants): Step {
  const { ui } = view;
  if (mouse.action === 'wheel' && mouse.by === 0) return still(ui);
  if (ui.drag && mouse.action !== 'wheel') {
    const step = dragged(view, ui.drag, mouse);
    if (step) return step;
  }
  if (overlayRect(view)) return onOverlay(view, mouse);
  if (mouse.y === view.size.rows - 1) return clicked(mouse) ? onStatus(view, mouse) : still(ui);
  const footed = clicked(mouse) ? onFoot(view, mouse) : null;
  if (footed) return footed;
  const strip = view.arrangement.strip?.rect;
  if (strip && mouse.y === strip.y && mouse.x >= strip.x && mouse.x < strip.x + strip.cols) {
    const agent = clicked(mouse) ? stripAgentAt(view, mouse.x - strip.x, strip.cols) : undefined;
    return still(agent === undefined ? ui : focusOn(ui, { agent }));
  }
  if (clicked(mouse)) {
    const border = borderAt(view.arrangement, mouse.x, mouse.y);
    if (border) return holdBorder(view, border, mouse);
  }
  const pane = paneAt(view, mouse.x, mouse.y);
  if (!pane) return still(ui);
  if ('pane' in pane) return onList(view, pane.pane, pane.rect, mouse);
  return onTerminal(view, pane.agent, mouse, wants(pane.agent));
}

/** The status line: what needs the person leads to it, the rest to the keys. */
function onStatus(view: View, mouse: Mouse): Step {
  const { ui, size } = view;
  const right = statusRight(view);
  const needs = attentionItems(view.state, view.now).length > 0;
  const key = needs && mouse.x >= size.cols - widthOf(right) && mouse.x < size.cols - leaderWidth(view);
  return key && !ui.toast
    ? runBinding(ui, 'attention next', view)
    : still(withMode(ui, { type: 'leader', over: null }));
}

/** What the lower edge of the focused list offers: a click is as good as the key. */
function onFoot(view: View, mouse: Mouse): Step | null {
  const pane = paneAt(view, mouse.x, mouse.y);
  if (!pane || !('pane' in pane) || !sameFocus(view.ui.focus, pane)) return null;
  const { rect } = pane;
  if (mouse.y !== rect.y + rect.rows - 1) return null;
  const key = footKeyAt(pane.pane, mouse.x - rect.x - 2);
  return key === undefined ? null : press(view.ui, { key }, view);
}

/** A border was pressed: its pane gets the focus, and the border goes along with the pointer. */
function holdBorder(view: View, border: Border, mouse: Mouse): Step {
  const pane = paneAt(view, mouse.x, mouse.y);
  const focused = pane ? chooseFirst(focusOn(view.ui, pane), view) : view.ui;
  const beside = (border.across ? mouse.x : mouse.y) - border.at;
  return still({ ...focused, drag: { type: 'border', border, beside, moved: false }, selection: null });
}

function pullBorder(view: View, drag: Drag & { type: 'border' }, mouse: Mouse): Step {
  const { ui, arrangement } = view;
  if (mouse.action === 'release')
    return { ui: { ...ui, drag: null }, effects: drag.moved ? [{ type: 'remember' }] : [] };
  const { tree } = arrangement;
  const border = arrangement.borders.find((one) => sameBorder(one, drag.border));
  if (!tree || !border) return still(ui);
  const to = (border.across ? mouse.x : mouse.y) - drag.beside;
  const moved = moveBorder({ ...arrangement, tree }, border, to - border.at);
  if (!moved) return still(ui);
  return still({
    ...ui,
    trees: { ...ui.trees, [ui.layout]: moved },
    drag: { ...drag, moved: true },
  });
}

/** While a button is held, what it took hold of has the mouse, wherever it goes. */
function dragged(view: View, drag: Drag, mouse: Mouse): Step | null {
  const { ui } = view;
  // The release got lost, outside of the window perhaps: this is a new gesture.
  if (mouse.action === 'press') return null;
  if (drag.type === 'select') return pull(ui, view, drag, mouse);
  if (drag.type === 'border') return pullBorder(view, drag, mouse);
  const free = mouse.action === 'release' ? { ...ui, drag: null } : ui;
  return { ui: free, effects: [{ type: 'type', agent: drag.agent }] };
}

/** The wheel moves what is open; a click chooses in it, and beside it closes it. */
function onOverlay(view: View, mouse: Mouse): Step {
  const rect = overlayRect(view);
  const { ui } = view;
  const { mode } = ui;
  if (mouse.action === 'wheel') {
    if (mode.type !== 'page' && mode.type !== 'palette') return still(ui);
    const key = { key: mouse.by < 0 ? 'up' : 'down' };
    const times = mode.type === 'page' ? notch : 1;
    return Array.from({ length: times }).reduce<Step>((step) => press(step.ui, key, view), still(ui));
  }
  if (!clicked(mouse) || !rect) return still(ui);
  const [x, y] = [mouse.x - rect.x - 1, mouse.y - rect.y - 1];
  if (x < -1 || y < -1 || x > rect.cols - 2 || y > rect.rows - 2) return still(withMode(ui, typing));
  if (mode.type === 'leader') {
    const row = hintRows(view.keymap, rect.cols, rect.rows - 2)[y];
    const key = row?.spots.find((spot) => x >= spot.x && x < spot.x + spot.cols)?.key;
    return key === undefined ? still(ui) : press(ui, { key }, view);
  }
  if (mode.type !== 'palette' || y < 2 || y > rect.rows - 4) return still(ui);
  const count = offers(mode.line.text, view, ui.history).length;
  return takeOffer(ui, mode, y - 2 + paletteTop(count, mode.chosen, rect.rows), view);
}

function onList(
  view: View,
  pane: ListPane,
  rect: { x: number; y: number; cols: number; rows: number },
  mouse: Mouse,
): Step {
  const { ui } = view;
  if (mouse.action === 'wheel')
    return press(focusOn(ui, { pane }), { key: mouse.by < 0 ? 'up' : 'down' }, view);
  if (!clicked(mouse)) return still(ui);
  const room = inside(rect);
  const row = listRows(view, pane, room.cols, room.rows)[mouse.y - room.y];
  return chooseRow(ui, pane, itemAt(row, mouse.x - room.x), view);
}

function onTerminal(view: View, agent: string, mouse: Mouse, wants: Wants): Step {
  const { ui } = view;
  const focused = sameFocus(ui.focus, { agent });
  const passes = wants === 'all' && !mouse.own;
  if (mouse.action === 'wheel') {
    if (passes) return { ui, effects: [{ type: 'type', agent }] };
    if (wants === 'arrows') return { ui, effects: [{ type: 'arrows', agent, by: mouse.by * notch }] };
    const mode = focused && mouse.by < 0 && ui.mode.type === 'typing' ? lookBack(agent, true) : ui.mode;
    return { ui: withMode(ui, mode), effects: [{ type: 'scroll', agent, by: -mouse.by * notch }] };
  }
  if (passes && focused) {
    const drag: Drag | null = mouse.action === 'press' ? { type: 'program', agent } : ui.drag;
    return { ui: { ...ui, drag, selection: null }, effects: [{ type: 'type', agent }] };
  }
  if (!clicked(mouse)) return still(ui);
  // A program that has the mouse gets the focus by a click, and the mouse from the next one on.
  return still(passes ? focusOn(ui, { agent }) : hold(focusOn(ui, { agent }), view, agent, mouse));
}
