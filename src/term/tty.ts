import type { EventEmitter } from 'node:events';
import { writeSync } from 'node:fs';
import { Listeners } from './listeners.ts';
import { KITTY_OFF, LEAVE } from './restore.ts';
import type { Size } from './screen.ts';

/** The terminal that the person sits at; the only file that knows process.stdin and process.stdout. */

type Input = EventEmitter & {
  setRawMode?(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
};
type Output = EventEmitter & {
  write(text: string, written?: () => void): boolean;
  readonly writableLength: number;
  readonly columns?: number;
  readonly rows?: number;
  readonly fd?: number;
};

/** What a Tty is made of; anything left out is the process's own. */
export interface TtyParts {
  input?: Input;
  output?: Output;
  /** Where signals, exit and uncaught exceptions are announced. */
  life?: EventEmitter;
  /** Sends a signal to this very process. */
  raise?: (signal: NodeJS.Signals) => void;
}

interface Events {
  input: Uint8Array;
  resize: Size;
  /** The screen is no longer what was written to it: everything must be painted again. */
  repaint: undefined;
  /** The terminal takes frames again after one was refused. */
  drain: undefined;
  /** The terminal is gone. */
  end: undefined;
}

// Alternate screen, cleared; no wrapping, so that a glyph which the terminal finds wider than we do spoils no other line;
// mouse buttons and drags in SGR coordinates; focus; bracketed paste; ask for kitty keys.
const ENTER = '\x1b[?1049h\x1b[2J\x1b[?7l\x1b[?1002h\x1b[?1006h\x1b[?1004h\x1b[?2004h\x1b[?25l\x1b[?u';
/** Kitty keyboard: disambiguate (1) and report shifted keys (4). */
const KITTY_ON = '\x1b[>5u';
/** The answer of a terminal that knows the kitty keyboard protocol to CSI ? u. */
const KITTY_ANSWER = /\x1b\[\?\d+u/;

/** Milliseconds that a slow terminal gets at the end to take the bytes that restore it. */
const PATIENCE = 300;
const FATAL = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;
const USUAL: Size = { cols: 80, rows: 24 };

/** Raw mode and the alternate screen for as long as it is open; whatever happens, the terminal is put back as it was. */
export class Tty {
  readonly #input: Input;
  readonly #output: Output;
  readonly #life: EventEmitter;
  readonly #raise: (signal: NodeJS.Signals) => void;
  readonly #listeners = new Listeners<Events>();
  readonly #undo: (() => void)[] = [];
  #open = false;
  #kitty = false;
  #refused = false;

  constructor(parts: TtyParts = {}) {
    this.#input = parts.input ?? process.stdin;
    this.#output = parts.output ?? process.stdout;
    this.#life = parts.life ?? process;
    this.#raise = parts.raise ?? ((signal) => process.kill(process.pid, signal));
  }

  /** True if the process has a terminal to draw on and to read keys from. */
  static get available(): boolean {
    return Boolean(process.stdin.isTTY && process.stdout.isTTY);
  }

  get size(): Size {
    const { columns, rows } = this.#output;
    return { cols: columns || USUAL.cols, rows: rows || USUAL.rows };
  }

  /** Takes the terminal over. From here on it is restored on close, fatal signals, uncaught exceptions and exit. */
  open(): void {
    if (this.#open) return;
    this.#watch();
    this.#enter();
  }

  /** Gives the terminal back as it was. */
  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
    if (!this.#open) return;
    this.#restore();
    this.#input.pause();
  }

  /**
   * Writes one frame. False if the terminal has not taken the last one yet: then nothing was written, and `onDrain`
   * tells when to send a newer frame instead.
   */
  write(frame: string): boolean {
    if (!this.#open) return false;
    if (this.#output.writableLength > 0) {
      this.#refused = true;
      return false;
    }
    if (frame !== '') this.#output.write(frame, () => this.#drained());
    return true;
  }

  /** Writes what is no part of a frame and is never left out: a bell, a text for the clipboard. */
  send(bytes: string): void {
    if (this.#open) this.#output.write(bytes, () => this.#drained());
  }

  /** Gives the terminal back and stops this process, as Ctrl-Z does; what SIGCONT brings back is painted anew. */
  suspend(): void {
    if (!this.#open) return;
    this.#restore();
    this.#raise('SIGSTOP');
  }

  /** Bytes from keyboard and mouse, replies of the terminal among them (see keys.ts). Returns how to unsubscribe. */
  onInput(listener: (data: Uint8Array) => void): () => void {
    return this.#listeners.on('input', listener);
  }
  onResize(listener: (size: Size) => void): () => void {
    return this.#listeners.on('resize', listener);
  }
  onRepaint(listener: () => void): () => void {
    return this.#listeners.on('repaint', listener);
  }
  onDrain(listener: () => void): () => void {
    return this.#listeners.on('drain', listener);
  }
  onEnd(listener: () => void): () => void {
    return this.#listeners.on('end', listener);
  }

  #enter(): void {
    const again = this.#open && this.#kitty ? KITTY_OFF : '';
    this.#open = true;
    this.#kitty = false;
    setBlocking(this.#output, false);
    this.#input.setRawMode?.(true);
    this.#input.resume();
    this.#output.write(again + ENTER);
  }

  #restore(): void {
    this.#open = false;
    const bytes = (this.#kitty ? KITTY_OFF : '') + LEAVE;
    try {
      this.#input.setRawMode?.(false);
    } catch {
      // the terminal is gone; there is nothing to restore
    }
    this.#writeLast(bytes);
    setBlocking(this.#output, true);
  }

  /** What is still queued would be lost at exit, so these bytes overtake it. */
  #writeLast(bytes: string): void {
    if (this.#output.writableLength === 0 || this.#output.fd === undefined) {
      this.#output.write(bytes);
      return;
    }
    try {
      writeWithin(PATIENCE, this.#output.fd, Buffer.from(bytes));
    } catch {
      // the terminal is gone
    }
  }

  #watch(): void {
    const on = (target: EventEmitter, event: string, listener: (value: Uint8Array) => void) => {
      target.on(event, listener);
      this.#undo.push(() => target.off(event, listener));
    };
    on(this.#input, 'data', (data: Uint8Array) => this.#take(data));
    on(this.#input, 'end', () => this.#listeners.emit('end', undefined));
    on(this.#input, 'error', () => this.#listeners.emit('end', undefined));
    on(this.#output, 'error', () => this.#listeners.emit('end', undefined));
    on(this.#output, 'resize', () => this.#listeners.emit('resize', this.size));
    on(this.#life, 'exit', () => this.close());
    on(this.#life, 'uncaughtExceptionMonitor', () => this.close());
    on(this.#life, 'SIGTSTP', () => this.suspend());
    on(this.#life, 'SIGCONT', () => this.#wake());
    for (const signal of FATAL) on(this.#life, signal, () => this.#die(signal));
  }

  #take(data: Uint8Array): void {
    if (
      !this.#kitty &&
      this.#open &&
      data.includes(0x1b) &&
      KITTY_ANSWER.test(Buffer.from(data).toString('latin1'))
    ) {
      this.#kitty = true;
      this.#output.write(KITTY_ON);
    }
    this.#listeners.emit('input', data);
  }

  #drained(): void {
    if (!this.#refused) return;
    this.#refused = false;
    this.#listeners.emit('drain', undefined);
  }

  /** After a stop, whoever had the terminal meanwhile has left it in modes of its own. */
  #wake(): void {
    this.#enter();
    this.#listeners.emit('repaint', undefined);
  }

  /** Restores the terminal; then whoever else listens for the signal decides, or it takes its usual course. */
  #die(signal: NodeJS.Signals): void {
    this.close();
    if (this.#life.listenerCount(signal) === 0) this.#raise(signal);
  }
}

/**
 * Node writes to terminals blocking, so that a stalled one (Ctrl-S, a hanging network) would stop the whole program; not
 * blocking, frames are skipped instead. Only where libuv opened the terminal anew (its descriptor is then another one):
 * else it would spin on EAGAIN, and other processes would find their terminal not blocking.
 */
function setBlocking(output: Output, blocking: boolean): void {
  const handle = (output as { _handle?: { fd?: number; setBlocking?(blocking: boolean): void } })._handle;
  if (handle?.fd !== output.fd) handle?.setBlocking?.(blocking);
}

/** Writes synchronously to a descriptor that does not block, for at most so many milliseconds. */
function writeWithin(patience: number, fd: number, bytes: Uint8Array): void {
  const end = performance.now() + patience;
  let rest = bytes;
  while (rest.length > 0 && performance.now() < end) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
