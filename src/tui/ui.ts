import type { Alerts } from '../commands/alerts.ts';
import type { Arrangement, Border, Placed } from '../core/arrange.ts';
import type { Focus, Layout } from '../core/layout.ts';
import { sameFocus } from '../core/layout.ts';
import type { Refusal } from '../core/refusal.ts';
import type { State } from '../core/state.ts';
import type { Place, Viewed } from '../term/reading.ts';
import type { Editor } from './editor.ts';
import type { Keymap } from './keymap.ts';
import type { Search } from './look-back.ts';

/** What the person does to the screen, as plain data. The reducer (step.ts) is pure; effects are values. */

/** An entry that asks whether: enter with an empty line is a yes. */
export interface Confirm {
  /** what enter does, as in `enter approves` */
  readonly does: string;
  /** what a typed line becomes a value of; null where there is nothing to say: any key but enter leaves then */
  readonly flag: string | null;
  /** its value when nothing was typed */
  readonly otherwise: string | null;
}

/** What the keys mean now; each mode holds its own data. */
export type Mode =
  | { readonly type: 'typing' }
  /** the leader was pressed: the next key is a command */
  | { readonly type: 'leader'; readonly over: (Mode & { readonly type: 'scroll' }) | null }
  /** looking back in the history of a terminal */
  | {
      readonly type: 'scroll';
      readonly agent: string;
      /** begun with the wheel: what is typed goes to the program, as at the bottom */
      readonly wheel: boolean;
      readonly search: Search | null;
      /** the cursor that selects by keys */
      readonly cursor: Place | null;
    }
  /** the next keys move the borders of the focused pane */
  | { readonly type: 'resize' }
  /** one line is asked for, to complete the words */
  | {
      readonly type: 'entry';
      readonly words: readonly string[];
      readonly title: string;
      readonly line: Editor;
      /** what may be typed, in a line of its own */
      readonly hint?: string;
      readonly confirm?: Confirm;
    }
  | {
      readonly type: 'palette';
      readonly line: Editor;
      /** chosen line of the list */
      readonly chosen: number;
      readonly refused: Refusal | null;
      /** its command is on the way */
      readonly waiting: boolean;
    }
  /** a text to read */
  | { readonly type: 'page'; readonly title: string; readonly text: string; readonly top: number };

export interface Toast {
  readonly text: string;
  readonly hint?: string;
  readonly tone: 'done' | 'refused';
}

/** Text of one terminal that is marked to be copied, never of two. */
export interface Selection {
  readonly agent: string;
  readonly anchor: Place;
  /** the end that moves */
  readonly head: Place;
  readonly unit: 'cell' | 'word' | 'line';
}

/** What the pressed button of the mouse holds. */
export type Drag =
  /** selects text, from where it was pressed */
  | {
      readonly type: 'select';
      readonly agent: string;
      readonly from: Place;
      readonly unit: Selection['unit'];
    }
  /** belongs to the program in the pane, wherever it goes */
  | { readonly type: 'program'; readonly agent: string }
  /** moves a border; `beside` is how far from the beginning of its second side it was taken: 0 or -1 */
  | { readonly type: 'border'; readonly border: Border; readonly beside: number; readonly moved: boolean };

/** The last press of a button: two or three in one place and quickly are one gesture. */
export interface Click {
  readonly x: number;
  readonly y: number;
  /** ms since the epoch */
  readonly at: number;
  readonly count: number;
}

export interface Ui {
  readonly focus: Focus | undefined;
  /** the agent that had the focus last: it stays in view */
  readonly agent: string | undefined;
  /** those that had it before, the last first */
  readonly lately: readonly string[];
  readonly zoomed: boolean;
  /** name of the layout */
  readonly layout: string;
  /** layouts as the person changed them, by name */
  readonly trees: Readonly<Record<string, Layout>>;
  readonly mode: Mode;
  /** ids of the chosen rows of the lists */
  readonly chosen: Readonly<Record<'board' | 'attention' | 'log', string | undefined>>;
  readonly toast: Toast | null;
  /** agents that came to need the person since they were last looked at */
  readonly fresh: readonly string[];
  /** what was told of what waits; null until something changed */
  readonly alerts: Alerts | null;
  readonly selection: Selection | null;
  readonly drag: Drag | null;
  readonly click: Click | null;
  /** lines run from the palette, newest first */
  readonly history: readonly string[];
}

/** What is to be done in the world. */
export type Effect =
  /** what was pressed goes to the program in the pane */
  | { readonly type: 'type'; readonly agent: string }
  | { readonly type: 'command'; readonly words: readonly string[]; readonly from: 'key' | 'palette' }
  | { readonly type: 'scroll'; readonly agent: string; readonly by: ScrollBy }
  /** arrow keys for a program that fills its screen and does not know the mouse: down so many lines, or up */
  | { readonly type: 'arrows'; readonly agent: string; readonly by: number }
  /** to the clipboards of the person's desktop */
  | { readonly type: 'copy'; readonly text: string }
  /** how things are arranged is kept for the next time */
  | { readonly type: 'remember' }
  | { readonly type: 'redraw' }
  | { readonly type: 'detach' };

export const scrollWords = [
  'up',
  'down',
  'page-up',
  'page-down',
  'half-up',
  'half-down',
  'top',
  'bottom',
] as const;
export type ScrollBy =
  | (typeof scrollWords)[number]
  /** lines up */
  | number
  /** as little as brings a line into view; a line to the top of it; so many lines back from the bottom */
  | { readonly line: number }
  | { readonly top: number }
  | { readonly back: number };

export interface Step {
  readonly ui: Ui;
  readonly effects: readonly Effect[];
}

/** What the reducer may know: the team's state, and what is on the screen. */
export interface Scene {
  readonly state: State;
  /** ms since the epoch */
  readonly now: number;
  readonly keymap: Keymap;
  readonly layouts: Readonly<Record<string, Layout>>;
  /** what is in view, in reading order; the numbers of terminals count through `agents` */
  readonly panes: readonly Placed[];
  readonly arrangement: Arrangement;
  /** of the whole screen */
  readonly size: { readonly cols: number; readonly rows: number };
  readonly agents: readonly string[];
  /** the text of a terminal in view, to look for and to copy from */
  readonly reading: (agent: string) => Viewed | undefined;
  /** room for the text of a page */
  readonly page: { readonly cols: number; readonly rows: number };
}

export const typing: Mode = { type: 'typing' };

export const initialUi = (layout: string, trees: Ui['trees'] = {}): Ui => ({
  focus: undefined,
  agent: undefined,
  lately: [],
  zoomed: false,
  layout,
  trees,
  mode: typing,
  chosen: { board: undefined, attention: undefined, log: undefined },
  toast: null,
  fresh: [],
  alerts: null,
  selection: null,
  drag: null,
  click: null,
  history: [],
});

export const still = (ui: Ui): Step => ({ ui, effects: [] });
export const withMode = (ui: Ui, mode: Mode): Ui => ({ ...ui, mode });
export const say = (ui: Ui, toast: Toast): Ui => ({ ...ui, toast });
export const refuseTo = (ui: Ui, { refusal, hint }: Refusal): Ui =>
  say(ui, { text: refusal, tone: 'refused', ...(hint === undefined ? {} : { hint }) });

/** Gives a pane the focus; looking back in another one ends, and what an agent needed is seen. */
export function focusOn(ui: Ui, focus: Focus): Ui {
  if (sameFocus(ui.focus, focus)) return ui;
  const agent = 'agent' in focus ? focus.agent : ui.agent;
  const mode = ui.mode.type === 'scroll' && ui.mode.agent !== agent ? typing : ui.mode;
  // Zoom follows the focus from terminal to terminal; a list is only passed through.
  const lately =
    ui.agent === undefined || ui.agent === agent
      ? ui.lately
      : [ui.agent, ...ui.lately.filter((name) => name !== ui.agent)].slice(0, 50);
  return { ...ui, focus, agent, lately, mode, fresh: ui.fresh.filter((name) => name !== agent) };
}

/** The agents that have a pane or a title: those of agents.yaml, and what still runs without being there. */
export const agentsOf = (state: State): string[] =>
  Object.values(state.agents)
    .filter((agent) => agent.declared || (agent.session !== undefined && !agent.session.exit))
    .map((agent) => agent.name);

/** The ui after the team changed: what it points at exists. */
export function settle(ui: Ui, state: State): Ui {
  const agents = agentsOf(state);
  const agent = ui.agent !== undefined && agents.includes(ui.agent) ? ui.agent : agents[0];
  const lost = ui.focus === undefined || ('agent' in ui.focus && !agents.includes(ui.focus.agent));
  const focus = lost ? (agent === undefined ? undefined : { agent }) : ui.focus;
  return agent === ui.agent && focus === ui.focus ? ui : { ...ui, agent, focus };
}
