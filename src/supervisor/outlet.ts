import type { Size } from '../term/screen.ts';
import type { ClientLink } from '../wire/link.ts';
import type { Terminal, Watcher } from './terminal.ts';

/** A client that has not taken this much of what was sent gets a snapshot later instead; in bytes. */
const slowBytes = 2 * 1024 * 1024;
/** Output is gathered and sent at most this often, in ms: whoever listens wakes once for it. */
const pace = 30;

/** What one client is sent of the terminals it watches: a recording, a capture, the line mode. Screens need none of it. */
export class Outlet {
  readonly #link: ClientLink;
  readonly #views = new Map<string, View>();
  #timer: NodeJS.Timeout | undefined;

  constructor(link: ClientLink) {
    this.#link = link;
    link.onDrain(() => {
      for (const view of this.#views.values()) view.drained();
    });
  }

  watches(agent: string): boolean {
    return this.#views.has(agent);
  }

  /** Shows a terminal: its snapshot first, then all it writes. Doing it again shows it anew. */
  watch(agent: string, terminal: Terminal | undefined): void {
    this.unwatch(agent);
    this.#views.set(agent, new View(this.#link, agent, terminal, () => this.#soon()));
  }

  unwatch(agent: string): void {
    this.#views.get(agent)?.close();
    this.#views.delete(agent);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const agent of [...this.#views.keys()]) this.unwatch(agent);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#link.together(() => {
        for (const view of this.#views.values()) view.send();
      });
    }, pace);
  }
}

/** One terminal as one client sees it. */
class View implements Watcher {
  readonly #link: ClientLink;
  readonly #agent: string;
  readonly #terminal: Terminal | undefined;
  readonly #soon: () => void;
  #waiting: Uint8Array[] = [];
  /** it missed output because it was slow */
  #behind = false;

  constructor(link: ClientLink, agent: string, terminal: Terminal | undefined, soon: () => void) {
    this.#link = link;
    this.#agent = agent;
    this.#terminal = terminal;
    this.#soon = soon;
    if (!terminal) return;
    this.#snapshot(terminal);
    terminal.watchers.add(this);
  }

  output(data: Uint8Array): void {
    if (this.#behind) return;
    this.#waiting.push(data);
    this.#soon();
  }

  resized({ cols, rows }: Size): void {
    this.send();
    this.#link.send({ type: 'size', agent: this.#agent, cols, rows });
  }

  /** Sends what was gathered; one that is slow misses it, and gets a snapshot once it has caught up. */
  send(): void {
    if (this.#waiting.length === 0) return;
    const data = Buffer.concat(this.#waiting);
    this.#waiting = [];
    if (this.#link.buffered > slowBytes) this.#behind = true;
    else this.#link.send({ type: 'output', agent: this.#agent }, data);
  }

  drained(): void {
    if (!this.#behind || !this.#terminal) return;
    this.#behind = false;
    this.#snapshot(this.#terminal);
  }

  close(): void {
    this.#terminal?.watchers.delete(this);
  }

  #snapshot(terminal: Terminal): void {
    // What is queued but not parsed would be missing from the snapshot and was not sent either.
    terminal.screen.flush();
    this.#waiting = [];
    const { cols, rows } = terminal.screen.size;
    this.#link.send({ type: 'snapshot', agent: this.#agent, cols, rows }, terminal.screen.snapshot());
  }
}
