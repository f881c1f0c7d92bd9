import type { Rect } from '../core/layout.ts';
import type { Rows, Size } from '../term/screen.ts';
import { Window } from '../term/window.ts';
import { scrollBy } from './scroll.ts';
import type { Program, Supervision } from './supervision.ts';
import type { ScrollBy } from './ui.ts';

interface Pane {
  readonly program: Program;
  readonly window: Window;
  readonly undo: readonly (() => void)[];
}

export interface TerminalEvents {
  /** there is something new to be seen of it, in some rows of its screen or anywhere */
  changed(agent: string, rows?: Rows): void;
  /** its program put a text on the clipboard */
  copied(agent: string, text: string): void;
}

/** The terminals of the agents' programs through the person's own windows: several screens may look at each. */
export class Terminals {
  readonly #supervision: Supervision;
  readonly #events: TerminalEvents;
  readonly #panes = new Map<string, Pane>();
  /** what is in view, and the size last asked for */
  readonly #shown = new Map<string, Size>();
  #urgent: Program | undefined;
  /** sizes are being given: the picture follows anyway */
  #arranging = false;
  /** some terminal got a size from another screen */
  #contested = false;

  constructor(supervision: Supervision, events: TerminalEvents) {
    this.#supervision = supervision;
    this.#events = events;
  }

  /** The window on an agent's terminal; undefined when it has none. */
  window(agent: string): Window | undefined {
    return this.#pane(agent)?.window;
  }

  /** Hands over what was typed. */
  input(agent: string, bytes: Uint8Array): void {
    this.#pane(agent)?.program.input(bytes);
  }

  /** Gives what is in view the size it has there, and says whether any got another; what is not in view is not listened to. */
  show(shown: readonly { agent: string; rect: Rect }[], focused: string | undefined): boolean {
    let resized = false;
    for (const agent of this.#shown.keys()) {
      if (shown.some((one) => one.agent === agent)) continue;
      this.#shown.delete(agent);
      this.#drop(agent);
    }
    this.#arranging = true;
    for (const { agent, rect } of shown) {
      const size = { cols: Math.max(2, rect.cols), rows: Math.max(1, rect.rows) };
      const before = this.#shown.get(agent);
      this.#shown.set(agent, size);
      if (before?.cols === size.cols && before.rows === size.rows) continue;
      this.#supervision.resize(agent, size);
      resized = true;
    }
    this.#arranging = false;
    this.#mark(focused === undefined ? undefined : this.#pane(focused)?.program);
    return resized;
  }

  /** The person is active here: terminals that another screen made another size get this one's again. */
  claim(): void {
    if (!this.#contested) return;
    this.#contested = false;
    for (const [agent, size] of this.#shown) {
      const now = this.window(agent)?.size;
      if (now && (now.cols !== size.cols || now.rows !== size.rows)) this.#supervision.resize(agent, size);
    }
  }

  /** Moves the view in the history of a terminal; returns the lines it is looked back then. */
  scroll(agent: string, by: ScrollBy): number {
    const window = this.window(agent);
    return window ? scrollBy(window, by) : 0;
  }

  /** How far each terminal is looked back. */
  scrolled(): Record<string, number> {
    return Object.fromEntries([...this.#panes].map(([agent, { window }]) => [agent, window.scroll]));
  }

  dispose(): void {
    this.#mark(undefined);
    for (const agent of [...this.#panes.keys()]) this.#drop(agent);
  }

  /** A session that has started has a terminal of its own: the one that is there now. */
  #pane(agent: string): Pane | undefined {
    const program = this.#supervision.program(agent);
    const known = this.#panes.get(agent);
    if (known?.program === program) return known;
    this.#drop(agent);
    if (!program) return undefined;
    const { screen } = program;
    const changed = (rows?: Rows) => {
      if (!this.#arranging && this.#shown.has(agent)) this.#events.changed(agent, rows);
    };
    const undo = [
      screen.onParsed(changed),
      screen.onResize(() => {
        this.#contested ||= !this.#arranging;
        changed();
      }),
      screen.onClipboard((text) => this.#events.copied(agent, text)),
    ];
    const pane = { program, window: new Window(screen), undo };
    this.#panes.set(agent, pane);
    return pane;
  }

  /** What has the keyboard is parsed before the others. */
  #mark(program: Program | undefined): void {
    if (program === this.#urgent) return;
    if (this.#urgent) this.#urgent.screen.urgent = false;
    if (program) program.screen.urgent = true;
    this.#urgent = program;
  }

  #drop(agent: string): void {
    const pane = this.#panes.get(agent);
    if (!pane) return;
    for (const undo of pane.undo) undo();
    pane.window.dispose();
    this.#panes.delete(agent);
  }
}
