import { EventEmitter } from 'node:events';
import { difference, type Frame } from '../../src/term/compose.ts';
import { Screen } from '../../src/term/screen.ts';
import { Tty } from '../../src/term/tty.ts';
import { picture } from '../term/picture.ts';
import { piece, type Random, random } from '../term/random.ts';
import { Desk, differs } from './desk.ts';
import { trespass } from './grammar.ts';
import { feed, Outer } from './outer.ts';
import { recordings } from './recording.ts';

/** What a run of random bytes did; `wrong` names what must never happen, and after how many bytes. */
export interface Fuzzed {
  readonly bytes: number;
  readonly frames: number;
  readonly written: number;
  readonly answers: number;
  readonly restored: number;
  readonly wrong: readonly string[];
}

/** Everything that a pane may type into its program by itself. */
const ANSWERS =
  /^(?:\x1b\[\??\d+;\d+R|\x1b\[0n|\x1b\[\?1;2c|\x1b\[>0;276;0c|\x1b\[\??\d+;[0-4]\$y|\x1b\[\?\d+u|\x1b\[[468];\d+;\d+t|\x1b\[[468];\d+t|\x1b\](?:4;\d+|1[012]);rgb:[0-9a-f/]{14}\x1b\\|\x1bP(?:>\|mcc|!\|00000000|0\+r|0\$r|1\$r[\d;:"]*[mrpq]|1\$r\d q)\x1b\\|\x1b\[\??[\d;]*c)$/;
/** Bytes that parsers stumble over, more likely than others. */
const SPICE =
  '\x1b\x1b\x1b[[[]]?>=<;;;:0123456789999hlmHJKABCDLMPSTX@`bcdefgnpqrstuz$ !"\'#\\\x07\x9b\x9c\x90\x18\x1a\r\n\t\b';

/** A chunk of what a program might write, at its worst. */
function chunk(r: Random, corpus: readonly Uint8Array[]): Uint8Array {
  const length = 1 + r(r(4) === 0 ? 4000 : 300);
  switch (r(4)) {
    case 0:
      return Uint8Array.from({ length }, () => r(256));
    case 1:
      return Uint8Array.from({ length }, () => SPICE.charCodeAt(r(SPICE.length)));
    case 2:
      return mutate(r, Buffer.from(Array.from({ length: 1 + r(40) }, () => piece(r, 80, 24)).join('')));
    default: {
      const recording = r.pick(corpus);
      const start = r(recording.length);
      return mutate(r, recording.slice(start, start + length));
    }
  }
}

/** Flips, drops, doubles and inserts a few bytes. */
function mutate(r: Random, bytes: Uint8Array): Uint8Array {
  let all = [...bytes];
  for (let count = r(6); count > 0 && all.length > 0; count--) {
    const at = r(all.length);
    const kind = r(4);
    if (kind === 0) all[at] = r(256);
    else if (kind === 1) all.splice(at, 1 + r(8));
    else if (kind === 2) all = [...all.slice(0, at + r(60)), ...all.slice(at)];
    else all.splice(at, 0, SPICE.charCodeAt(r(SPICE.length)));
  }
  return Uint8Array.from(all);
}

/** The terminal of a person, with a shell on it, taken over by a Tty and given back. */
class Seat {
  readonly outer: Outer;
  readonly screen: Screen;
  readonly #life = new EventEmitter();
  readonly #tty: Tty;
  readonly #before: string;

  constructor(size: { cols: number; rows: number }) {
    this.outer = new Outer(size.cols, size.rows);
    this.screen = new Screen(size, { scrollback: 0 });
    this.write('shell$ ls\r\nfile\r\n\x1b[32mshell$ \x1b[m');
    this.#before = this.#shell();
    const output = Object.assign(new EventEmitter(), {
      writableLength: 0,
      columns: size.cols,
      rows: size.rows,
      write: (text: string, done?: () => void) => {
        this.write(text);
        done?.();
        return true;
      },
    });
    const input = Object.assign(new EventEmitter(), {
      setRawMode: () => {},
      resume: () => {},
      pause: () => {},
    });
    this.#tty = new Tty({ input, output, life: this.#life, raise: () => {} });
    this.#tty.open();
    input.emit('data', Buffer.from('\x1b[?0u'));
    this.outer.replies.length = 0;
  }

  write(bytes: string): void {
    feed(this.outer.terminal, bytes);
    this.screen.write(bytes);
    this.screen.flush();
  }

  show(bytes: string): void {
    this.#tty.write(bytes);
  }

  /** Ends as a signal would, and says whether all is as it was. */
  leave(signal: string): string | null {
    this.#life.emit(signal);
    const after = this.#shell();
    return after === this.#before ? null : `not restored: ${after} for ${this.#before}`;
  }

  #shell(): string {
    const { shape: _, ...state } = this.outer.state;
    const { active } = this.outer.terminal.buffer;
    const lines = Array.from({ length: active.length }, (__, y) =>
      active.getLine(y)?.translateToString(true),
    );
    const { modes } = this.screen;
    return JSON.stringify([state, lines, modes, this.screen.cursor.visible]);
  }

  dispose(): void {
    this.outer.terminal.dispose();
    this.screen.dispose();
  }
}

/**
 * Writes that many random and mutated bytes through panes and the compositor to an outer terminal. After every chunk the
 * outer terminal must show the frame, its modes must be untouched and its bytes within the grammar; every so often the
 * panes' snapshots must restore them, and the terminal must be given back as it was, also in the middle of a frame.
 */
export function fuzz(bytes: number, seed: number, report: (done: number) => void = () => {}): Fuzzed {
  const r = random(seed);
  const corpus = recordings().map((one) => one.bytes);
  const wrong: string[] = [];
  const count = { bytes: 0, frames: 0, written: 0, answers: 0, restored: 0 };
  const check = (what: string | null | undefined) => {
    if (what && wrong.length < 20) wrong.push(`seed ${seed}, after ${count.bytes} bytes: ${what}`);
  };
  while (count.bytes < bytes) {
    const desk = new Desk(random(r(1 << 30)), 1 + r(8));
    for (let turn = r(12); turn > 0; turn--) desk.act();
    const end = Math.min(bytes, count.bytes + 100_000);
    while (count.bytes < end) sit(r, desk, corpus, end, count, check);
    for (const answer of desk.answers) if (!ANSWERS.test(answer)) check(`answered ${JSON.stringify(answer)}`);
    for (const fault of desk.faults) check(`fault ${(fault as Error).stack ?? fault}`);
    for (const { screen } of desk.panes) check(restores(screen));
    count.answers += desk.answers.length;
    desk.dispose();
    report(count.bytes);
  }
  return { ...count, wrong };
}

/** One stay at the terminal, until its size changes. */
function sit(
  r: Random,
  desk: Desk,
  corpus: readonly Uint8Array[],
  end: number,
  count: { bytes: number; frames: number; written: number; restored: number },
  check: (what: string | null) => void,
): void {
  const { size } = desk;
  const seat = new Seat(size);
  const { shape: _, cursor: __, ...base } = seat.outer.state;
  const untouched = JSON.stringify(base);
  let previous: Frame | null = null;
  let last = '';
  while (count.bytes < end && desk.size === size) {
    for (let chunks = 1 + r(4); chunks > 0; chunks--) {
      const data = chunk(r, corpus);
      desk.feed(data);
      count.bytes += data.length;
    }
    if (r(4) === 0) desk.act();
    if (desk.size !== size) break;
    const frame = desk.compose();
    last = difference(previous, frame);
    check(trespass(last));
    seat.show(last);
    count.written += last.length;
    count.frames++;
    check(differs(seat.screen, frame));
    const { shape: ___, cursor, ...state } = seat.outer.state;
    if (JSON.stringify(state) !== untouched) check(`modes leaked: ${JSON.stringify(state)} for ${untouched}`);
    if (seat.outer.replies.length > 0) check(`the outer terminal was made to answer ${seat.outer.replies}`);
    if (cursor.hidden !== (frame.cursor === null)) check('the cursor is wrong');
    previous = frame;
  }
  // killed in the middle of a frame, now and then
  if (r(2) === 0) seat.write(last.slice(0, r(last.length + 1)).toWellFormed());
  check(seat.leave(r.pick(['SIGTERM', 'SIGHUP', 'uncaughtExceptionMonitor', 'exit'])));
  count.restored++;
  seat.dispose();
}

/** Whether a snapshot restores this screen; what differs if it does not. */
function restores(screen: Screen): string | null {
  const copy = new Screen(screen.size, { scrollback: 60 });
  const snapshot = Buffer.from(screen.snapshot());
  copy.write(snapshot);
  copy.flush();
  const all = (one: Screen) => {
    const state = JSON.stringify([one.cursor, one.modes, one.title, one.history]);
    return [state, ...picture(one).map((line, index) => (index === 0 ? line.slice(1) : line))];
  };
  const [before, after] = [all(screen), all(copy)];
  copy.dispose();
  const at = before.findIndex((line, index) => line !== after[index]);
  if (at < 0 && before.length === after.length) return null;
  // a cursor outside of the margins in origin mode, which only a resize or the other buffer leads to, comes back inside
  if (at === 0 && snapshot.includes('\x1b[?6h') && before.slice(1).join() === after.slice(1).join())
    return null;
  const end = JSON.stringify(snapshot.subarray(-300).toString('latin1'));
  return `a snapshot differs in line ${at} of ${before.length} (${before[0]}):\n  ${before[at - 1]}\n  ${before[at]} is\n  ${after[at]}\n  ${before.at(-1)} is ${after.at(-1)}\n  …${end}`;
}
