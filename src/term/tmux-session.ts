import type { ControlClient } from './control.ts';
import { hex } from './control-words.ts';
import { exitOf, MarkReader } from './hold.ts';
import { atLeastOne, type Exit, type Session, signalled } from './host.ts';
import { Listeners } from './listeners.ts';
import type { Size } from './screen.ts';
import { readSeed } from './tmux-seed.ts';

/** A pane of the tmux server that holds one session. */
export interface Pane {
  /** name of its tmux session */
  readonly name: string;
  /** %number */
  readonly pane: string;
  /** @number */
  readonly window: string;
  /** the holder: leader of the pane's process group */
  readonly leader: number;
  readonly mark: string;
}

/** What its host does for a session. */
export interface Keeper {
  /** The client of the moment: it is another one after a client was lost. @throws Error when there is none */
  readonly client: ControlClient;
  /** Runs a command, unless there is no client right now. */
  tell(...command: string[]): void;
  /** private folder */
  readonly folder: string;
  answersItself(reply: string): boolean;
  ended(session: TmuxSession): void;
}

/** Bytes typed with one command. */
const CHUNK = 1024;
/** Output in bytes that a paused session holds at most, more or less. */
const HELD = 256 * 1024;
/** How often a screen is read anew at most while its program writes faster than it is shown, in ms between two. */
const SEEDS = 500;
/** The largest side of a window in tmux (WINDOW_MAXIMUM). */
const LARGEST = 10_000;

export class TmuxSession implements Session {
  readonly at: Pane;
  /** resolves when the program runs; rejects when its pane is gone before */
  readonly started: Promise<void>;
  #pid: number;
  #running: (error?: Error) => void = () => {};
  readonly #keeper: Keeper;
  readonly #listeners = new Listeners<{ data: Uint8Array; exit: Exit }>();
  readonly #marks: MarkReader;
  /** what is not handed over yet: while paused, and until somebody listens */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #listened = false;
  #paused = false;
  /** while the screen is read anew: what comes in before that moment is in it already, what comes after waits for it */
  #seeding: 'before' | 'after' | undefined;
  /** output was skipped: the screen is read anew when somebody takes it again */
  #skipped = false;
  #seededAt = -SEEDS;
  #timer: NodeJS.Timeout | undefined;
  #exit: Exit | undefined;
  /** somebody waits to hear of the exit */
  #awaited = false;
  /** the pane shows something else than its program, copy mode say, which would take the keys */
  #covered = false;
  #modes: string | undefined;
  /** adopted, and no mode was heard of since */
  #unsure: boolean;

  /** @param pid of an adopted session; another one's is told by its holder */
  constructor(keeper: Keeper, at: Pane, pid?: number) {
    this.#keeper = keeper;
    this.at = at;
    this.#pid = pid ?? 0;
    this.#marks = new MarkReader(at.mark);
    this.started = new Promise((done, failed) => {
      this.#running = (error) => (error ? failed(error) : done());
    });
    this.started.catch(() => {}); // whoever waits is told
    this.#unsure = pid !== undefined;
    if (pid !== undefined) this.#running();
  }

  get pid(): number {
    return this.#pid;
  }

  answersItself(reply: string): boolean {
    return this.#keeper.answersItself(reply);
  }

  onData(listener: (data: Uint8Array) => void): void {
    this.#listeners.on('data', listener);
    this.#listened = true;
    queueMicrotask(() => this.#handOver());
  }

  onExit(listener: (exit: Exit) => void): void {
    this.#listeners.on('exit', listener);
    this.#awaited = true;
    queueMicrotask(() => this.#tellExit());
  }

  write(bytes: Uint8Array): void {
    if (this.#exit) return;
    const keeper = this.#keeper;
    const { pane } = this.at;
    if (this.#covered) keeper.tell('copy-mode', '-q', '-t', pane);
    this.#covered = false;
    for (let at = 0; at < bytes.length; at += CHUNK)
      keeper.tell('send-keys', '-t', pane, '-H', ...hex(bytes.subarray(at, at + CHUNK)));
  }

  resize(size: Size): void {
    if (this.#exit) return;
    const { cols, rows } = atLeastOne(size);
    const [x, y] = [cols, rows].map((side) => String(Math.min(LARGEST, side)));
    if (x && y) this.#keeper.tell('resize-window', '-t', this.at.window, '-x', x, '-y', y);
  }

  /**
   * tmux cannot hold one program: it reads on, in 3.3a without a bound (and its switch for that, `refresh-client -A off`,
   * ends it with a fatal error). So what a paused session cannot hold is skipped, and its screen is read anew at the end.
   */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#handOver();
    if (this.#skipped) this.#catchUp();
  }

  /** The holder is in the group too; but for SIGKILL it outlives the program and says how that ended. */
  kill(signal: NodeJS.Signals = 'SIGHUP'): void {
    if (!this.#exit) signalled(-this.at.leader, signal);
  }

  get modesUnsure(): boolean {
    return this.#unsure;
  }

  keepModes(sequences: string): void {
    if (this.#exit || sequences === this.#modes) return;
    // The first after it was adopted are those that were kept.
    if (this.#modes !== undefined) this.#unsure = false;
    this.#modes = sequences;
    const kept = Buffer.from(sequences, 'latin1').toString('base64');
    this.#keeper.tell('set-option', '-p', '-t', this.at.pane, '@mcc_modes', kept);
  }

  /** Bytes of the pane. */
  take(data: Uint8Array): void {
    for (const part of this.#marks.read(data)) {
      if (part instanceof Uint8Array) {
        if (this.#seeding !== 'before' && !this.#skipped) this.#hold(part);
      } else if (part.word === 'exit') this.ended(exitOf(part.number));
      else this.#runs(part.number);
    }
    this.#handOver();
  }

  covered(): void {
    this.#covered = true;
  }

  /**
   * Restores the screen for those who listen from what tmux shows.
   * @throws Error when the client or the pane is gone
   */
  async seed(): Promise<void> {
    if (this.#seeding) return;
    this.#seeding = 'before';
    this.#drop();
    try {
      const { client, folder } = this.#keeper;
      const bytes = await readSeed(client, this.at.pane, folder, () => {
        this.#seeding = 'after';
      });
      this.#held.unshift(bytes);
      this.#heldBytes += bytes.length;
    } finally {
      this.#seeding = undefined;
      this.#seededAt = performance.now();
      this.#handOver();
    }
  }

  /** tmux itself skips output of this pane: it was not read for long. */
  behind(): void {
    if (this.#skipped || this.#seeding) return;
    this.#skipped = true;
    this.#drop();
    if (!this.#paused) this.#catchUp();
  }

  /** Its pane is gone: programs that still have it as their terminal are told, as one that hangs up does. */
  lost(exit: Exit): void {
    if (this.#exit) return;
    signalled(-this.at.leader, 'SIGHUP');
    this.ended(exit);
  }

  /** Its program has ended, and all its output was read. */
  ended(exit: Exit): void {
    if (this.#exit) return;
    this.#exit = exit;
    clearTimeout(this.#timer);
    this.#running(new Error(`tmux did not start the program of ${this.at.name}`));
    this.#keeper.ended(this);
    // The last words are handed over whether or not somebody wanted to wait with them.
    this.#paused = false;
    this.#handOver();
  }

  /**
   * Makes the program notice that it has this size, and draw itself anew. By the width: with another height tmux would
   * move lines between screen and history.
   */
  nudge({ cols, rows }: Size): void {
    this.resize({ cols: cols + 1, rows });
    this.resize({ cols, rows });
  }

  #runs(pid: number): void {
    this.#pid = pid;
    this.#keeper.tell('set-option', '-p', '-t', this.at.pane, '@mcc_pid', String(pid));
    this.#running();
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #hold(data: Uint8Array): void {
    this.#held.push(data);
    this.#heldBytes += data.length;
    if (!this.#paused || this.#heldBytes <= HELD || this.#seeding) return;
    this.#skipped = true;
    this.#drop();
    this.#keeper.tell('refresh-client', '-A', `${this.at.pane}:pause`);
  }

  /** Reads the screen anew for what was skipped. */
  #catchUp(): void {
    clearTimeout(this.#timer);
    const wait = this.#seededAt + SEEDS - performance.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => !this.#paused && this.#catchUp(), wait);
      return;
    }
    this.#skipped = false;
    void this.seed().catch(() => {}); // then the client is lost, and it is read anew with the next one
  }

  #handOver(): void {
    while (this.#listened && !this.#paused && !this.#seeding) {
      const data = this.#held.shift();
      if (!data) break;
      this.#heldBytes -= data.length;
      this.#listeners.emit('data', data);
    }
    this.#tellExit();
  }

  #tellExit(): void {
    if (!this.#exit || !this.#awaited || this.#held.length > 0 || this.#seeding) return;
    this.#awaited = false;
    this.#listeners.emit('exit', this.#exit);
    this.#listeners.clear();
  }
}
