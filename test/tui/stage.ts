import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Layout, layoutSchema } from '../../src/core/layout.ts';
import { isRefusal } from '../../src/core/refusal.ts';
import type { State } from '../../src/core/state.ts';
import type { Window } from '../../src/term/window.ts';
import { type Keymap, makeKeymap } from '../../src/tui/keymap.ts';
import { type Mouse, point, type Wants } from '../../src/tui/mouse.ts';
import { scrollBy } from '../../src/tui/scroll.ts';
import { answer, paste, press, type Result, scrolledTo } from '../../src/tui/step.ts';
import { type Effect, initialUi, type Step, settle, type Ui } from '../../src/tui/ui.ts';
import { look, type View } from '../../src/tui/view.ts';
import { now, team } from './team.ts';

export const layouts: Record<string, Layout> = Object.fromEntries(
  readdirSync('layouts').map((file) => [
    file.replace('.yaml', ''),
    layoutSchema.parse(parse(readFileSync(`layouts/${file}`, 'utf8'))),
  ]),
);

export function keymapOf(leader?: string, bind?: Record<string, string>): Keymap {
  const made = makeKeymap(leader, bind);
  if (isRefusal(made)) throw new Error(made.refusal);
  return made;
}

export interface Setting {
  state?: State;
  cols?: number;
  rows?: number;
  layout?: string;
  keymap?: Keymap;
  /** what stands in the terminals */
  screens?: Record<string, Window>;
}

/**
 * The ui with a person at it: keys in, state and effects out. `^` stands for the leader, a word for a named key,
 * and `"…"` for text that is typed letter by letter.
 */
export class Person {
  ui: Ui;
  effects: Effect[] = [];
  /** ms since the epoch */
  clock = now;
  readonly #setting: Setting;

  constructor(setting: Setting = {}) {
    this.#setting = setting;
    this.ui = settle(initialUi(setting.layout ?? 'team'), setting.state ?? team());
  }

  get view(): View {
    const { state = team(), cols = 120, rows = 35, keymap = keymapOf() } = this.#setting;
    const { screens = {} } = this.#setting;
    const size = { cols, rows };
    const reading = (agent: string) => screens[agent];
    const scrolled = Object.fromEntries(Object.entries(screens).map(([name, one]) => [name, one.scroll]));
    const ui = this.ui;
    return look({
      ...{ state, ui, now: this.clock, size, keymap, layouts, project: 'dates', reading, scrolled },
    });
  }

  /** Presses keys in turn; returns what the last one caused. */
  press(line: string): Effect[] {
    for (const part of line.match(/"[^"]*"|\S+/g) ?? []) {
      if (part.startsWith('"'))
        for (const letter of part.slice(1, -1)) this.#key(letter === ' ' ? 'space' : letter, letter);
      else if (part === '^') this.#key(this.view.keymap.leader);
      else this.#key(part, part.length === 1 ? part : undefined);
    }
    return this.effects;
  }

  paste(text: string): Effect[] {
    return this.take(paste(this.ui, text, this.view));
  }

  /** The mouse at a cell; the left button unless told. */
  mouse(action: Mouse['action'], x: number, y: number, more: Partial<Mouse> = {}, wants: Wants = 'nothing') {
    const mouse = { action, x, y, by: 0, left: true, own: false, ...more };
    return this.take(point(this.view, mouse, () => wants));
  }

  /** What the last step put on the clipboard. */
  get copied(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'copy' ? [effect.text] : []));
  }

  hears(words: string, result: Result): void {
    this.take(answer(this.ui, words.split(' '), result));
  }

  take(step: Step): Effect[] {
    this.ui = step.ui;
    this.effects = [...step.effects];
    for (const effect of step.effects) {
      const screen = effect.type === 'scroll' ? this.#setting.screens?.[effect.agent] : undefined;
      if (effect.type !== 'scroll' || !screen) continue;
      this.ui = scrolledTo(this.ui, effect.agent, effect.by, scrollBy(screen, effect.by));
    }
    return this.effects;
  }

  #key(key: string, text?: string): void {
    this.take(press(this.ui, { key, ...(text === undefined ? {} : { text }) }, this.view));
  }

  /** What is focused, in a word. */
  get at(): string {
    const { focus } = this.ui;
    return focus === undefined ? '' : 'agent' in focus ? focus.agent : focus.pane;
  }

  /** Commands that the last key sent. */
  get words(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'command' ? [effect.words.join(' ')] : []));
  }
}
