import type { Rect } from '../core/layout.ts';
import { Screen, type Size } from '../term/screen.ts';
import { SLICE } from '../term/slices.ts';
import type { ClientFrame, ServerFrame } from '../wire/schema.ts';
import { scrollBy } from './scroll.ts';
import type { ScrollBy } from './ui.ts';

/** Output of one terminal that may be on its way here, in bytes: little enough that a key's echo never waits behind it. */
const window = 128 * 1024;
/** The supervisor is told what was shown in steps of so many bytes. */
const step = window / 4;

interface Pane {
  screen: Screen;
  /** bytes of output taken that the supervisor was not told of yet, parsed or not */
  untold: number;
  unsubscribe: () => void;
}

/** The screens of the agents' programs, as far as they are in view: seeded by a snapshot, then fed with output. */
export class Terminals {
  readonly #send: (frame: ClientFrame, body?: Uint8Array) => void;
  readonly #changed: (agent: string) => void;
  readonly #scrollback: number;
  /** a program put a text on the clipboard */
  readonly #copied: (agent: string, text: string) => void;
  readonly #panes = new Map<string, Pane>();
  /** what is watched, and the size last asked for */
  readonly #watched = new Map<string, Size>();
  #urgent: string | undefined;

  constructor(
    send: (frame: ClientFrame, body?: Uint8Array) => void,
    changed: (agent: string) => void,
    scrollback: number,
    copied: (agent: string, text: string) => void = () => {},
  ) {
    this.#copied = copied;
    this.#send = send;
    this.#changed = changed;
    this.#scrollback = scrollback;
  }

  screen(agent: string): Screen | undefined {
    return this.#panes.get(agent)?.screen;
  }

  /** Watches what is in view, at the size it has there, and nothing else. Geometry first; the picture follows. */
  show(shown: readonly { agent: string; rect: Rect }[], focused: string | undefined): void {
    for (const agent of this.#watched.keys()) {
      if (shown.some((one) => one.agent === agent)) continue;
      this.#watched.delete(agent);
      this.#send({ type: 'unwatch', agent });
    }
    for (const { agent, rect } of shown) {
      const size = { cols: Math.max(2, rect.cols), rows: Math.max(1, rect.rows) };
      const before = this.#watched.get(agent);
      this.#watched.set(agent, size);
      if (!before) this.#send({ type: 'watch', agent, size, window });
      else if (before.cols !== size.cols || before.rows !== size.rows)
        this.#send({ type: 'resize', agent, ...size });
    }
    if (this.#urgent === focused) return;
    this.#mark(this.#urgent, false);
    this.#urgent = focused;
    this.#mark(focused, true);
  }

  /** The person is active here: panes that another screen made another size get this one's again. */
  claim(): void {
    for (const [agent, size] of this.#watched) {
      const now = this.screen(agent)?.size;
      if (now && (now.cols !== size.cols || now.rows !== size.rows))
        this.#send({ type: 'resize', agent, ...size });
    }
  }

  /** Takes what the supervisor tells of a terminal. */
  take(frame: Extract<ServerFrame, { type: 'snapshot' | 'output' | 'size' }>, body: Uint8Array): void {
    const { agent } = frame;
    if (frame.type === 'snapshot') {
      this.#seed(agent, { cols: frame.cols, rows: frame.rows }, body);
      return;
    }
    const pane = this.#panes.get(agent);
    if (!pane) return;
    const { screen } = pane;
    if (frame.type === 'size') {
      screen.resize({ cols: frame.cols, rows: frame.rows });
      this.#changed(agent);
      return;
    }
    pane.untold += body.length;
    screen.write(body);
    // What the pane with the keyboard writes waits for nothing; in slices only when it is much.
    if (agent === this.#urgent && screen.pending <= SLICE) screen.flush();
  }

  /** Tells the supervisor how much was shown, so that it sends more. */
  #tell(agent: string, pane: Pane): void {
    const count = pane.untold - pane.screen.pending;
    if (count < step) return;
    pane.untold -= count;
    this.#send({ type: 'seen', agent, count });
  }

  /** Moves the view in the history of a terminal; returns the lines it is looked back then. */
  scroll(agent: string, by: ScrollBy): number {
    const screen = this.screen(agent);
    if (!screen) return 0;
    return scrollBy(screen, by);
  }

  /** How far each terminal is looked back. */
  scrolled(): Record<string, number> {
    return Object.fromEntries([...this.#panes].map(([agent, { screen }]) => [agent, screen.scroll]));
  }

  dispose(): void {
    for (const agent of [...this.#panes.keys()]) this.#drop(agent);
  }

  #seed(agent: string, size: Size, snapshot: Uint8Array): void {
    this.#drop(agent);
    const screen = new Screen(size, { scrollback: this.#scrollback });
    screen.write(snapshot);
    screen.flush();
    screen.urgent = agent === this.#urgent;
    const pane: Pane = { screen, untold: 0, unsubscribe: () => {} };
    screen.onClipboard((text) => this.#copied(agent, text));
    pane.unsubscribe = screen.onParsed(() => {
      this.#tell(agent, pane);
      this.#changed(agent);
    });
    this.#panes.set(agent, pane);
    this.#changed(agent);
  }

  #mark(agent: string | undefined, urgent: boolean): void {
    const screen = agent === undefined ? undefined : this.screen(agent);
    if (screen) screen.urgent = urgent;
  }

  #drop(agent: string): void {
    const pane = this.#panes.get(agent);
    if (!pane) return;
    pane.unsubscribe();
    pane.screen.dispose();
    this.#panes.delete(agent);
  }
}
