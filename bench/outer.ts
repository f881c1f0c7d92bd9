import { writeSync } from 'node:fs';
import { type Pty, spawn } from 'node-pty';

/** The size of the person's terminal in every measurement. */
export const size = { cols: 200, rows: 50 } as const;

const begin = Buffer.from('\x1b[?2026h');
const end = Buffer.from('\x1b[?2026l');

/**
 * The person's terminal, seen from outside: bytes go in as a person types them, and what comes out is searched for
 * glyphs that nothing else on the screen shows: keys of one byte and marks of three (programs.ts).
 */
export class Outer {
  readonly pid: number;
  /** bytes that came out so far */
  bytes = 0;
  readonly #pty: Pty;
  readonly #wanted = new Map<string, { needle: Buffer; found: (at: number) => void }>();
  readonly #left: Promise<void>;
  #carry: Buffer = Buffer.alloc(0);
  #counting: Buffer[] | undefined;
  /** what came before anything was looked for */
  #early: Buffer[] | undefined = [];

  constructor(argv: readonly string[], cwd: string, env: Record<string, string>) {
    const [file = '', ...args] = argv;
    this.#pty = spawn(file, args, { name: 'xterm-256color', ...size, cwd, env, encoding: null });
    this.pid = this.#pty.pid;
    this.#pty.on('error', () => {}); // EIO when its program ends
    this.#pty.onData((data) => this.#take(data));
    this.#left = new Promise((resolve) => this.#pty.onExit(() => resolve()));
  }

  /** Types: written to the terminal itself, at once. Returns the time, in ms. */
  type(text: string): number {
    const at = performance.now();
    writeSync(this.#pty.fd, text);
    return at;
  }

  /** The time at which these glyphs had all come out, in ms; call it before whatever makes them come. */
  async until(glyphs: readonly string[], patience = 60_000): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const told = () =>
        reject(
          new Error(
            `not on the screen after ${patience} ms: ${[...this.#wanted.keys()].map((one) => one.codePointAt(0)?.toString(16)).join(' ')}`,
          ),
        );
      timer = setTimeout(told, patience);
    });
    const each = glyphs.map(
      (glyph) =>
        new Promise<number>((found) => this.#wanted.set(glyph, { needle: Buffer.from(glyph), found })),
    );
    const early = this.#early;
    this.#early = undefined;
    if (early && early.length > 0) this.#search(Buffer.concat(early), performance.now());
    try {
      return Math.max(...(await Promise.race([Promise.all(each), late])));
    } finally {
      clearTimeout(timer);
      for (const glyph of glyphs) this.#wanted.delete(glyph);
    }
  }

  /** Counts frames and bytes from now on, until `countEnd`. */
  countBegin(): void {
    this.#counting = [];
  }

  /** How often something came out since `countBegin`. */
  counts(text: string): number {
    return (
      Buffer.concat(this.#counting ?? [])
        .toString('latin1')
        .split(text).length - 1
    );
  }

  countEnd(): { frames: number; bytes: number; outside: number } {
    const all = Buffer.concat(this.#counting ?? []);
    this.#counting = undefined;
    return framesIn(all);
  }

  /** Ends whatever runs in it, as closing the window does. */
  async close(): Promise<void> {
    try {
      process.kill(this.pid, 'SIGHUP');
    } catch {
      // it has ended by itself
    }
    await this.#left;
  }

  #take(data: Buffer): void {
    const now = performance.now();
    this.bytes += data.length;
    this.#counting?.push(data);
    if (this.#early) this.#early.push(data);
    else this.#search(data, now);
  }

  #search(data: Buffer, now: number): void {
    const all = this.#wanted.size > 0 && this.#carry.length > 0 ? Buffer.concat([this.#carry, data]) : data;
    for (const [glyph, { needle, found }] of this.#wanted) {
      if (!all.includes(needle)) continue;
      this.#wanted.delete(glyph);
      found(now);
    }
    this.#carry = all.subarray(Math.max(0, all.length - 2));
  }
}

/** Whole synchronised updates in a stream that may begin and end in the middle of one. */
function framesIn(all: Buffer): { frames: number; bytes: number; outside: number } {
  const bytes = all.length;
  let frames = 0;
  let outside = 0;
  // What comes before the first end without a beginning belongs to a frame that began before.
  let at = 0;
  const firstEnd = all.indexOf(end);
  const firstBegin = all.indexOf(begin);
  if (firstEnd >= 0 && (firstBegin < 0 || firstEnd < firstBegin)) at = firstEnd + end.length;
  for (;;) {
    const from = all.indexOf(begin, at);
    if (from < 0) return { frames, bytes, outside: outside + (bytes - at) };
    outside += from - at;
    const to = all.indexOf(end, from);
    if (to < 0) return { frames, bytes, outside };
    frames += 1;
    at = to + end.length;
  }
}
