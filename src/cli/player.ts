import { Fg } from '../term/cells.ts';
import { createFrame, cut, difference, type Frame, placeCursor, text } from '../term/compose.ts';
import { glyphs } from '../term/graphemes.ts';
import { KeyReader, nameOf } from '../term/keys.ts';
import type { Playback } from '../term/playback.ts';
import type { Tty } from '../term/tty.ts';

/** An escape that nothing follows for so long is the key; in ms. */
const escapeWait = 30;
/** At most sixty frames a second; and the clock in the last row moves on once a second, in ms. */
const framePace = 16;
const tick = 1000;
/** What a program draws in one synchronised update is not shown in halves, unless the next part is further away, in ms. */
const longestUpdate = 150;
const keys = 'space pause  ←→ speed  q quit';
const steps: Record<string, number> = {
  ...{ up: 2, right: 2, '>': 2, '.': 2 },
  ...{ down: 0.5, left: 0.5, '<': 0.5, ',': 0.5 },
};

/** The person before a recording: draws it and a row about it, and does what the keys say. */
export class Player {
  /** When the person leaves, or the terminal goes; rejects with a bug. */
  readonly end: Promise<void>;
  readonly #playback: Playback;
  readonly #tty: Tty;
  readonly #name: string;
  readonly #clock: () => number;
  readonly #keys = new KeyReader();
  readonly #finish: () => void;
  readonly #fail: (error: unknown) => void;
  readonly #undo: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #escape: NodeJS.Timeout | undefined;
  #shown: Frame | null = null;
  #now: number;

  /** @param clock ms that only grow */
  constructor(playback: Playback, tty: Tty, name: string, clock: () => number) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.end = promise;
    this.#finish = resolve;
    this.#fail = reject;
    this.#playback = playback;
    this.#tty = tty;
    this.#name = name;
    this.#clock = clock;
    this.#now = clock();
  }

  open(): void {
    const tty = this.#tty;
    tty.open();
    this.#undo.push(
      tty.onInput((data) => this.#guard(() => this.#input(data))),
      tty.onResize(() => this.#guard(() => this.#draw())),
      tty.onDrain(() => this.#guard(() => this.#draw())),
      tty.onRepaint(() => this.#guard(() => this.#repaint())),
      tty.onEnd(() => this.#finish()),
    );
    this.#now = this.#clock();
    this.#guard(() => this.#step());
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#escape);
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** Plays on to now, shows that, and comes back when something is due. */
  #step(): void {
    this.#catchUp();
    const { wait, screen } = this.#playback;
    if (!screen.modes.synchronised || wait === null || wait > longestUpdate) this.#draw();
    clearTimeout(this.#timer);
    if (wait === null) return;
    const next = Math.max(framePace, Math.min(tick, Math.ceil(wait)));
    this.#timer = setTimeout(() => this.#guard(() => this.#step()), next);
  }

  #catchUp(): void {
    const now = this.#clock();
    this.#playback.advance(now - this.#now);
    this.#now = now;
  }

  #input(data: Uint8Array): void {
    for (const input of this.#keys.read(data)) if (input.type === 'key') this.#press(nameOf(input));
    clearTimeout(this.#escape);
    if (!this.#keys.pending) return;
    this.#escape = setTimeout(
      () =>
        this.#guard(() => {
          for (const input of this.#keys.flush()) if (input.type === 'key') this.#press(nameOf(input));
        }),
      escapeWait,
    );
  }

  #press(key: string): void {
    const playback = this.#playback;
    if (key === 'q' || key === 'escape' || key === 'ctrl-c') {
      this.#finish();
      return;
    }
    this.#catchUp();
    if (key === 'space' && playback.ended) playback.restart();
    else if (key === 'space') playback.paused = !playback.paused;
    else playback.speed *= steps[key] ?? 1;
    this.#step();
  }

  #repaint(): void {
    this.#shown = null;
    this.#draw();
  }

  #draw(): void {
    const { size } = this.#tty;
    const { screen } = this.#playback;
    const frame = createFrame(size);
    // The last row is ours, where there is one to spare. What does not fit is cropped to where the cursor is.
    const rows = Math.max(1, size.rows - 1);
    const from = { x: 0, y: Math.max(0, Math.min(screen.size.rows - rows, screen.cursor.y - rows + 1)) };
    const place = { x: 0, y: 0, cols: size.cols, rows };
    cut(screen, frame, from, place);
    placeCursor(frame, screen.cursor, from, place);
    if (size.rows > 1) this.#drawRow(frame);
    const bytes = difference(this.#shown, frame);
    if (bytes === '' || this.#tty.write(bytes)) this.#shown = frame;
  }

  #drawRow(frame: Frame): void {
    const { position, length, speed, paused, ended } = this.#playback;
    const state = ended ? 'ended, space plays it again' : paused ? 'paused' : 'playing';
    const left = ` ${this.#name}  ${time(position)} / ${time(length)}  ${speed}×  ${state}`;
    const row = { x: 0, y: frame.rows - 1 };
    const pen = { fg: Fg.inverse, bg: 0, extended: 0 };
    text(frame, row, glyphs(' '.repeat(frame.cols)), frame.cols, pen);
    const used = text(frame, row, glyphs(left), frame.cols, pen);
    const x = frame.cols - keys.length - 1;
    if (x > used + 1) text(frame, { ...row, x }, glyphs(keys), keys.length, pen);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** Seconds as `1:02`. */
function time(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
