import type { Size } from '../term/screen.ts';
import type { ClientLink } from '../wire/link.ts';
import type { Terminal, Watcher } from './terminal.ts';

/** A client that takes as much as the socket does, and has not taken this much, gets a snapshot later instead; in bytes. */
const slowBytes = 2 * 1024 * 1024;
/** Output is gathered and sent at most this often; what answers a key goes at once. In ms. */
const pace = 30;
/** For so long after a key, what its terminal writes is taken for the answer; in ms. */
const answerTime = 250;
/** So much is not held back, whatever the pace; in bytes. */
const plenty = 32 * 1024;
/** A screen that takes nothing for so long does not hold a program any more: it gets a snapshot later. In ms. */
const patience = 1_000;

/** What one client is sent of the terminals it watches. */
export class Outlet {
  readonly #link: ClientLink;
  readonly #views = new Map<string, View>();
  #timer: NodeJS.Timeout | undefined;
  #sentAt = 0;

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
  watch(agent: string, terminal: Terminal | undefined, window?: number): void {
    const wanted = window ?? this.#views.get(agent)?.window;
    this.unwatch(agent);
    this.#views.set(agent, new View(this.#link, agent, terminal, wanted, () => this.#soon()));
  }

  unwatch(agent: string): void {
    this.#views.get(agent)?.close();
    this.#views.delete(agent);
  }

  /** The client has shown so many more bytes. */
  seen(agent: string, bytes: number): void {
    this.#views.get(agent)?.seen(bytes);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const agent of [...this.#views.keys()]) this.unwatch(agent);
  }

  /** Sends what was gathered, of all terminals together, when it is time: a screen wakes once for all of them. */
  #soon(): void {
    if (this.#timer) return;
    const wait = this.#sentAt + pace - performance.now();
    this.#timer = setTimeout(() => this.#send(), Math.max(0, wait));
  }

  #send(): void {
    this.#timer = undefined;
    this.#sentAt = performance.now();
    this.#link.together(() => {
      for (const view of this.#views.values()) view.send();
    });
  }
}

/** One terminal as one client sees it. */
class View implements Watcher {
  /** bytes that may be on their way; undefined when the client does not say what it has seen */
  readonly window: number | undefined;
  readonly #link: ClientLink;
  readonly #agent: string;
  readonly #terminal: Terminal | undefined;
  readonly #soon: () => void;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #unseen = 0;
  /** it missed output because it was slow */
  #behind = false;
  #stall: NodeJS.Timeout | undefined;

  constructor(
    link: ClientLink,
    agent: string,
    terminal: Terminal | undefined,
    window: number | undefined,
    soon: () => void,
  ) {
    this.#link = link;
    this.#agent = agent;
    this.#terminal = terminal;
    this.window = window;
    this.#soon = soon;
    if (!terminal) return;
    this.#snapshot(terminal);
    terminal.watchers.add(this);
  }

  get full(): boolean {
    return this.#stall !== undefined;
  }

  output(data: Uint8Array): void {
    if (this.#behind) return;
    this.#waiting.push(data);
    this.#size += data.length;
    const answers = Date.now() - (this.#terminal?.typedAt ?? 0) < answerTime;
    if (answers || this.#size >= plenty) this.send();
    else this.#soon();
    if (this.window !== undefined && this.#size > this.window)
      this.#stall ??= setTimeout(() => this.#give(), patience);
  }

  resized(size: Size): void {
    this.send();
    this.#link.send({ type: 'size', agent: this.#agent, cols: size.cols, rows: size.rows });
  }

  /** Sends what was gathered, as far as the window is open. */
  send(): void {
    if (this.#size === 0 || (this.window !== undefined && this.#unseen >= this.window)) return;
    if (this.window === undefined && this.#link.buffered > slowBytes) {
      this.#give();
      return;
    }
    const [first] = this.#waiting;
    const data = first && this.#waiting.length === 1 ? first : Buffer.concat(this.#waiting, this.#size);
    this.#waiting = [];
    this.#unseen += this.#size;
    this.#size = 0;
    this.#link.send({ type: 'output', agent: this.#agent }, data);
  }

  seen(bytes: number): void {
    this.#unseen = Math.max(0, this.#unseen - bytes);
    if (this.#behind) {
      if (this.window !== undefined && this.#unseen < this.window / 2) this.#anew();
      return;
    }
    if (this.#size >= plenty) this.send();
    else if (this.#size > 0) this.#soon();
    if (!this.#stall || this.#size > 0) return;
    this.#relieve();
  }

  drained(): void {
    if (this.window === undefined && this.#behind) this.#anew();
  }

  close(): void {
    this.#terminal?.watchers.delete(this);
    this.#relieve();
  }

  /** It is too slow: what it misses comes as a snapshot once it has caught up. */
  #give(): void {
    this.#behind = true;
    this.#waiting = [];
    this.#size = 0;
    this.#relieve();
  }

  #relieve(): void {
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#terminal?.flow();
  }

  #anew(): void {
    this.#behind = false;
    if (this.#terminal) this.#snapshot(this.#terminal);
  }

  #snapshot(terminal: Terminal): void {
    this.#unseen = 0;
    // What is queued but not parsed would be missing from the snapshot and was not sent either.
    terminal.screen.flush();
    const { cols, rows } = terminal.screen.size;
    this.#link.send({ type: 'snapshot', agent: this.#agent, cols, rows }, terminal.screen.snapshot());
  }
}
