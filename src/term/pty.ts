import { readSync, writeSync } from 'node:fs';
import tty from 'node:tty';
import { type Pty, spawn } from 'node-pty';
import { atLeastOne, checkRunnable, type Exit, type Session, type SessionSpec, signalled } from './host.ts';
import type { Size } from './screen.ts';

export type { Exit, Host, Session, SessionSpec } from './host.ts';

/** Bytes given to the kernel at once: what a terminal in line mode holds (Linux, N_TTY_BUF_SIZE). */
const CHUNK = 4096;
/** Milliseconds before input is offered again to a program that does not read; doubled up to the second. */
const PACE = 4;
const SLOWEST = 128;
/** Unread input beyond this is dropped: the program has stopped reading, and its terminal would not take it either. */
const BACKLOG = 4 * 1024 * 1024;
/** What may still be in the kernel's buffer when a terminal closes, with room to spare. */
const LAST_WORDS = 1024 * 1024;
/** A program that lets go of its terminal and goes on is hung up after this long, in ms. */
const HANG_UP = 1_000;
/** Errors of a terminal whose other side is gone; its exit is reported anyway. */
const DEAD = ['EIO', 'EBADF', 'ENOTTY', 'ENXIO'];

/** The embedded host, on node-pty: needs nothing installed; its sessions end with this process. */
export function ptyHost(): { spawn(spec: SessionSpec): Session } {
  return {
    spawn: (spec) => {
      checkRunnable(spec);
      return new PtySession(spec);
    },
  };
}

class PtySession implements Session {
  readonly pid: number;
  readonly #pty: Pty;
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #timer: NodeJS.Timeout | undefined;
  #pace = PACE;
  #closed = false;
  #exited = false;
  /** its terminal has ended, its exit is awaited */
  #ending = false;

  constructor({ file, args, cwd, env, size }: SessionSpec) {
    const name = env.TERM ?? 'xterm-256color';
    const options = { name, ...atLeastOne(size), cwd, env: { ...env }, encoding: null };
    this.#pty = withFrugalReads(() => spawn(file, [...args], options));
    this.pid = this.#pty.pid;
    this.#pty.onExit(() => {
      this.#exited = true;
    });
    this.#pty.on('error', (error) => {
      if (!isDead(error) && error.code !== 'EAGAIN') throw error;
    });
    this.#readToTheEnd();
  }

  onData(listener: (data: Uint8Array) => void): void {
    this.#pty.onData(listener);
  }

  onExit(listener: (exit: Exit) => void): void {
    this.#pty.onExit(({ exitCode, signal }) =>
      listener(signal ? { code: null, signal } : { code: exitCode, signal: null }),
    );
  }

  /**
   * Written to the file descriptor itself, which does not block. node-pty's socket would: libuv takes it for a terminal
   * with blocking writes and spins on EAGAIN, so that one program that does not read stops the whole process.
   */
  write(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0 || this.#queued + bytes.length > BACKLOG) return;
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (!this.#timer) this.#offer();
  }

  resize(size: Size): void {
    if (this.#closed) return;
    const { cols, rows } = atLeastOne(size);
    try {
      this.#pty.resize(cols, rows);
    } catch (error) {
      if (!isDead(error)) throw error;
    }
  }

  pause(): void {
    if (!this.#closed) this.#pty.pause();
  }

  resume(): void {
    if (!this.#closed) this.#pty.resume();
  }

  /** The group does not exist yet in the moment before the child makes it: then the child alone is signalled. */
  kill(signal: NodeJS.Signals = 'SIGHUP'): void {
    if (!this.#exited && !signalled(-this.pid, signal)) signalled(this.pid, signal);
  }

  /** Hands over as much as the terminal takes, and comes back later for the rest. */
  #offer(): void {
    this.#timer = undefined;
    if (this.#closed) return;
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      const taken = this.#take(first.subarray(0, CHUNK));
      if (taken === 0) {
        this.#timer = setTimeout(() => this.#offer(), this.#pace);
        this.#pace = Math.min(SLOWEST, this.#pace * 2);
        return;
      }
      this.#pace = PACE;
      this.#queued -= taken;
      if (taken === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(taken);
    }
  }

  #take(bytes: Uint8Array): number {
    try {
      return writeSync(this.#pty.fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      if (!isDead(error)) throw error;
      return bytes.length; // nobody is left to read it
    }
  }

  /** node-pty closes a terminal 200 ms after its program's exit, read or not: what is left is read before that. */
  #readToTheEnd(): void {
    const socket = this.#pty._socket;
    const destroy = socket.destroy.bind(socket);
    socket.destroy = (error?: Error) => {
      if (!this.#closed) {
        this.#closed = true;
        clearTimeout(this.#timer);
        if (socket instanceof FrugalStream) socket.catchUp();
        for (let left = LAST_WORDS; left > 0; ) {
          const data = this.#readNow();
          if (!data) break;
          socket.emit('data', data);
          left -= data.length;
        }
      }
      this.#onceExited(() => destroy(error));
      return socket;
    };
  }

  /**
   * A program's terminal ends (EIO) a moment before the program does. To close it then would hang the program up, and its
   * exit would be told as a signal's: seen once in 100 ends of `cat`. node-pty marks the exit by a property before it closes.
   */
  #onceExited(then: () => void): void {
    const pty = this.#pty as Pty & { _boundClose?: boolean };
    if (this.#ending || pty._boundClose) {
      then();
      return;
    }
    this.#ending = true;
    const late = setTimeout(then, HANG_UP);
    Object.defineProperty(pty, '_boundClose', {
      configurable: true,
      get: () => false,
      set: () => {
        clearTimeout(late);
        Object.defineProperty(pty, '_boundClose', { value: true, writable: true });
        then();
      },
    });
  }

  #readNow(): Buffer | null {
    const buffer = Buffer.allocUnsafe(CHUNK);
    try {
      const length = readSync(this.#pty.fd, buffer);
      return length > 0 ? buffer.subarray(0, length) : null;
    } catch (error) {
      if (!isDead(error) && (error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return null;
    }
  }
}

/** Where all terminals are read into, each in its turn. */
const shared = Buffer.allocUnsafe(64 * 1024);

/**
 * A terminal's stream as node-pty makes it, but that it is read into one buffer. Node allocates 64 kB for each read, of which
 * a terminal gives 4 kB at most, and collecting those was a sixth of the time of a flood. (To read on at once until nothing is
 * left is slower: such a read waits until the kernel has passed on what the program wrote, when it could be parsed meanwhile.)
 */
class FrugalStream extends tty.ReadStream {
  /** A stream that reads into a buffer keeps nothing back, and forgets a pause from before its first read. */
  #paused = false;
  readonly #late: Buffer[] = [];

  constructor(fd: number) {
    const take = (length: number) => {
      const data = Buffer.from(shared.subarray(0, length));
      if (!this.#paused) return this.emit('data', data);
      this.#late.push(data);
      super.pause();
      return false;
    };
    super(fd, { onread: { buffer: shared, callback: take } });
  }

  override pause(): this {
    this.#paused = true;
    return super.pause();
  }

  override resume(): this {
    this.#paused = false;
    while (!this.#paused && this.#late.length > 0) this.emit('data', this.#late.shift());
    return this.#paused ? this : super.resume();
  }

  /** Hands over what came in a pause, which goes on. */
  catchUp(): void {
    for (const data of this.#late.splice(0)) this.emit('data', data);
  }
}

/** node-pty makes its stream by `tty.ReadStream` at once, and offers no way to give it another. */
function withFrugalReads<T>(work: () => T): T {
  const its = tty.ReadStream;
  tty.ReadStream = FrugalStream as typeof tty.ReadStream;
  try {
    return work();
  } finally {
    tty.ReadStream = its;
  }
}

/** node-pty names the error of its own calls in the message only ("ioctl(2) failed, EBADF"). */
function isDead(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return DEAD.some((name) => code === name || message.includes(name));
}
