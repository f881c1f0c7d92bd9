import { type Alerts, alertsFor } from '../commands/alerts.ts';
import { understand } from '../commands/index.ts';
import { sameFocus } from '../core/layout.ts';
import { isRefusal } from '../core/refusal.ts';
import type { State } from '../core/state.ts';
import { chooseFirst, orderOf, run, runBinding } from './act.ts';
import { confirmed } from './confirm.ts';
import { editKey, insert } from './editor.ts';
import { finishEntry } from './entry.ts';
import { bound } from './keymap.ts';
import { wrap } from './line.ts';
import { type LookBack, pressSearch } from './look-back.ts';
import { palettePress } from './palette.ts';
import {
  focusOn,
  type Mode,
  refuseTo,
  type Scene,
  type ScrollBy,
  type Step,
  say,
  settle,
  still,
  typing,
  type Ui,
  withMode,
} from './ui.ts';

/** A key as the reducer sees it: its name, and the text it would type. */
export interface Press {
  readonly key: string;
  readonly text?: string;
}

/** What came of a command. */
export type Result = { ok: true; text: string } | { ok: false; refusal: string; hint?: string | undefined };

/** One key. Pure: the new ui, and what is to be done in the world. */
export function press(ui: Ui, key: Press, scene: Scene): Step {
  const calm = calmed(ui);
  const { mode } = calm;
  if (key.key === scene.keymap.leader && mode.type !== 'leader')
    return still(
      withMode(calm, { type: 'leader', over: mode.type === 'scroll' ? { ...mode, wheel: false } : null }),
    );
  switch (mode.type) {
    case 'typing':
      return pressTyping(calm, key, scene);
    case 'leader':
      return pressLeader(calm, mode, key, scene);
    case 'resize':
      return pressResize(calm, key, scene);
    case 'scroll':
      return pressScroll(calm, mode, key, scene);
    case 'entry':
      return pressEntry(calm, mode, key, scene);
    case 'palette':
      return palettePress(calm, mode, key, scene);
    case 'page':
      return still(pressPage(calm, mode, key, scene));
  }
}

/** What was said is read by now; and a selection of the mouse is over with the next key. */
function calmed(ui: Ui): Ui {
  const selecting = ['scroll', 'leader', 'palette'].includes(ui.mode.type);
  if (!ui.toast && (selecting || !ui.selection)) return ui;
  return { ...ui, toast: null, selection: selecting ? ui.selection : null };
}

function pressTyping(ui: Ui, key: Press, scene: Scene): Step {
  const direct = bound(scene.keymap, 'direct', key.key);
  if (direct) return runBinding(ui, direct.words, scene);
  if (ui.focus && 'pane' in ui.focus) return pressList(ui, ui.focus.pane, key, scene);
  return ui.focus ? { ui, effects: [{ type: 'type', agent: ui.focus.agent }] } : still(ui);
}

/** Keys on a list: arrows choose, escape goes back to the terminal, the others are bound to commands. */
function pressList(ui: Ui, pane: 'board' | 'attention' | 'log', key: Press, scene: Scene): Step {
  const order = orderOf(pane, scene);
  const step = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageup: -10,
    pagedown: 10,
    home: -order.length,
    end: order.length,
  }[key.key];
  if (step !== undefined) {
    const at = order.indexOf(ui.chosen[pane] ?? '');
    // The log grows downwards: its newest line is the first of the order.
    const to = Math.max(0, Math.min(order.length - 1, at + (pane === 'log' ? -step : step)));
    return still({ ...ui, chosen: { ...ui.chosen, [pane]: order[to] } });
  }
  if (key.key === 'escape' || key.key === 'q')
    return still(ui.agent === undefined ? ui : { ...focusOn(ui, { agent: ui.agent }), zoomed: false });
  const binding = bound(scene.keymap, pane, key.key);
  return binding ? runBinding(ui, binding.words, scene, 'list') : still(ui);
}

function pressLeader(ui: Ui, mode: Mode & { type: 'leader' }, key: Press, scene: Scene): Step {
  const calm = withMode(ui, mode.over ?? typing);
  if (key.key === scene.keymap.leader)
    return ui.focus && 'agent' in ui.focus
      ? { ui: calm, effects: [{ type: 'type', agent: ui.focus.agent }] }
      : still(calm);
  if (key.key === 'escape') return still(calm);
  const binding = bound(scene.keymap, 'leader', key.key) ?? bound(scene.keymap, 'leader', key.text ?? '');
  if (binding) return runBinding(calm, binding.words, scene);
  return still(
    refuseTo(calm, {
      refusal: `${key.text ?? key.key} means nothing after the leader`,
      hint: `${scene.keymap.leader} ?`,
    }),
  );
}

/** Borders are moved until another key comes; that key means what it always means, but escape and enter only leave. */
function pressResize(ui: Ui, key: Press, scene: Scene): Step {
  const binding = bound(scene.keymap, 'resize', key.key) ?? bound(scene.keymap, 'resize', key.text ?? '');
  if (binding) return runBinding(ui, binding.words, scene);
  const left = withMode(ui, typing);
  return key.key === 'escape' || key.key === 'enter' ? still(left) : pressTyping(left, key, scene);
}

/** Looking back: keys of the table move, escape and q leave, and typing goes on where the program is. */
function pressScroll(ui: Ui, mode: LookBack, key: Press, scene: Scene): Step {
  if (mode.search?.open) return pressSearch(ui, mode, mode.search, key, scene);
  const bottom = { type: 'scroll', agent: mode.agent, by: 'bottom' } as const;
  const places = mode.cursor ? (['select', 'scroll'] as const) : (['scroll'] as const);
  for (const place of places) {
    const binding = bound(scene.keymap, place, key.key) ?? bound(scene.keymap, place, key.text ?? '');
    // After the wheel only keys that type nothing look back: a word begun there reaches the program whole.
    const types = key.text !== undefined || key.key.startsWith('ctrl-');
    if (binding && !(mode.wheel && types)) return runBinding(ui, binding.words, scene);
  }
  if (key.key === 'escape' && (mode.cursor || ui.selection))
    return still({ ...withMode(ui, { ...mode, cursor: null }), selection: null });
  const left = { ...withMode(ui, typing), selection: null };
  if (key.key === 'escape' || key.key === 'q') return { ui: left, effects: [bottom] };
  const then = pressTyping(left, key, scene);
  return { ui: then.ui, effects: [bottom, ...then.effects] };
}

function pressEntry(ui: Ui, mode: Mode & { type: 'entry' }, key: Press, scene: Scene): Step {
  if (key.key === 'escape' || key.key === 'ctrl-c') return still(withMode(ui, typing));
  if (mode.confirm && key.key === 'enter')
    return run(withMode(ui, typing), confirmed(mode.words, mode.confirm, mode.line.text), scene);
  if (mode.confirm?.flag === null) return still(withMode(ui, typing));
  if (key.key === 'enter') {
    if (mode.line.text.trim() === '') return still(withMode(ui, typing));
    const words = finishEntry(mode.words, mode.line.text);
    const understood = understand(scene.state, words, 'person');
    // What was typed stays, to be mended.
    return isRefusal(understood) ? still(refuseTo(ui, understood)) : run(withMode(ui, typing), words, scene);
  }
  const edited = editKey(mode.line, key.key) ?? (key.text === undefined ? null : insert(mode.line, key.text));
  return still(edited ? withMode(ui, { ...mode, line: edited }) : ui);
}

/** Rows a text may be moved by, so that its last page stays full. */
const lastTop = (text: string, { cols, rows }: Scene['page']): number =>
  Math.max(0, wrap(text, cols).length - rows);

function pressPage(ui: Ui, mode: Mode & { type: 'page' }, key: Press, scene: Scene): Ui {
  const page = scene.page.rows;
  const to = {
    up: mode.top - 1,
    k: mode.top - 1,
    down: mode.top + 1,
    j: mode.top + 1,
    enter: mode.top + 1,
    pageup: mode.top - page,
    b: mode.top - page,
    pagedown: mode.top + page,
    space: mode.top + page,
    home: 0,
    g: 0,
    end: Number.MAX_SAFE_INTEGER,
    G: Number.MAX_SAFE_INTEGER,
  }[key.text === 'G' ? 'G' : key.key];
  if (to !== undefined)
    return withMode(ui, { ...mode, top: Math.max(0, Math.min(lastTop(mode.text, scene.page), to)) });
  return ['escape', 'q', 'ctrl-c'].includes(key.key) ? withMode(ui, typing) : ui;
}

/** Text that was pasted: into the line being typed, or to the program. */
export function paste(ui: Ui, text: string, scene: Scene): Step {
  const { mode } = ui;
  if (mode.type === 'entry')
    return still(
      withMode(ui, mode.confirm?.flag === null ? typing : { ...mode, line: insert(mode.line, text) }),
    );
  if (mode.type === 'palette')
    return still(withMode(ui, { ...mode, line: insert(mode.line, text), chosen: 0, refused: null }));
  if (mode.type === 'scroll' && mode.search?.open)
    return pressSearch(ui, mode, mode.search, { key: 'paste', text }, scene);
  if (mode.type !== 'typing' && mode.type !== 'scroll') return still(ui);
  return ui.focus && 'agent' in ui.focus
    ? mode.type === 'scroll'
      ? pressScroll(ui, mode, { key: 'paste' }, scene)
      : pressTyping(ui, { key: 'paste' }, scene)
    : still(refuseTo(ui, { refusal: 'a list takes no text', hint: 'esc' }));
}

/** What came of a command: a line at the bottom, a page when it is long, and in the palette a refusal in its place. */
export function answer(ui: Ui, words: readonly string[], result: Result): Step {
  const palette = ui.mode.type === 'palette' ? ui.mode : null;
  if (!result.ok) {
    const refusal = { refusal: result.refusal, ...(result.hint === undefined ? {} : { hint: result.hint }) };
    return still(
      palette?.waiting
        ? withMode(ui, { ...palette, waiting: false, refused: refusal })
        : refuseTo(ui, refusal),
    );
  }
  const open = palette?.waiting ? withMode(ui, typing) : ui;
  if (!result.text.includes('\n')) return still(say(open, { text: result.text, tone: 'done' }));
  // Never over a line that is being typed: the text is offered by its command.
  if (open.mode.type !== 'typing' && open.mode.type !== 'scroll' && open.mode.type !== 'leader')
    return still(say(open, { text: `${words.join(' ')}: done`, tone: 'done' }));
  return still(withMode(open, { type: 'page', title: words.join(' '), text: result.text, top: 0 }));
}

/** A click or the wheel on a list row: chooses it; a second click opens it. */
export function chooseRow(
  ui: Ui,
  pane: 'board' | 'attention' | 'log',
  id: string | undefined,
  scene: Scene,
): Step {
  const focused = focusOn(ui, { pane });
  if (id === undefined) return still(chooseFirst(focused, scene));
  const again = sameFocus(ui.focus, { pane }) && ui.chosen[pane] === id;
  const chosen = { ...focused, chosen: { ...focused.chosen, [pane]: id } };
  const binding = again || pane === 'attention' ? bound(scene.keymap, pane, 'enter') : undefined;
  return binding ? runBinding(chosen, binding.words, scene, 'list') : still(chosen);
}

/** A terminal was moved in its history: at the bottom, looking back ends. */
export function scrolledTo(ui: Ui, agent: string, by: ScrollBy, lines: number): Ui {
  const { mode } = ui;
  if (lines > 0 || mode.type !== 'scroll' || mode.agent !== agent) return ui;
  // A search, a cursor and the first step of looking back stay where there is nothing to look back to.
  const down = typeof by === 'number' ? by < 0 : typeof by === 'string' && !/up|top/.test(by);
  return down && !mode.cursor && !mode.search?.open ? withMode(ui, typing) : ui;
}

/** The team's state changed: what came to need the person since is fresh, until it is looked at. */
export function stateChanged(
  ui: Ui,
  before: State,
  scene: { state: State; now: number },
): { ui: Ui; alerts: string[] } {
  const told = ui.alerts ?? alertsFor(null, before, scene.now).known;
  const { news, known } = alertsFor(told, scene.state, scene.now);
  const fresh = news.flatMap(({ agent, task }) => (agent !== undefined && task === undefined ? [agent] : []));
  const looked = ui.focus && 'agent' in ui.focus ? ui.focus.agent : undefined;
  const all = [...new Set([...ui.fresh, ...fresh])].filter((agent) => agent !== looked);
  const changed = all.join() === ui.fresh.join() ? ui : { ...ui, fresh: all };
  const kept = sameAlerts(ui.alerts, known) ? changed : { ...changed, alerts: known };
  return { ui: settle(kept, scene.state), alerts: news.map(({ text }) => text) };
}

/** What was told stays the same object while nothing of it changed: most events are about other things. */
const sameAlerts = (a: Alerts | null, b: Alerts): boolean =>
  a !== null && JSON.stringify(a) === JSON.stringify(b);
