import type { Cast } from './cast.ts';
import { Screen } from './screen.ts';

/** Speeds, so many times as fast as it was. */
const slowest = 0.125;
const fastest = 64;

/** A recording being played into a screen of its own: nothing of it reaches anything else. It knows no clock. */
export class Playback {
  paused = false;
  readonly #cast: Cast;
  /** when each event is due, in seconds of play, pauses cut down */
  readonly #due: number[];
  #screen: Screen;
  #speed: number;
  #next = 0;
  #position = 0;

  /** `idle` is the longest pause, in seconds; what the recording wishes when not given. */
  constructor(cast: Cast, { speed = 1, idle = cast.idle ?? Number.POSITIVE_INFINITY } = {}) {
    this.#cast = cast;
    this.#speed = clamp(speed);
    this.#screen = new Screen(cast.size);
    let due = 0;
    let last = 0;
    this.#due = cast.events.map(({ at }) => {
      due += Math.min(at - last, idle);
      last = at;
      return due;
    });
    this.advance(0);
  }

  get screen(): Screen {
    return this.#screen;
  }

  get speed(): number {
    return this.#speed;
  }

  set speed(speed: number) {
    this.#speed = clamp(speed);
  }

  /** Seconds of play so far, and of all. */
  get position(): number {
    return this.#position;
  }
  get length(): number {
    return this.#due.at(-1) ?? 0;
  }

  get ended(): boolean {
    return this.#next >= this.#cast.events.length;
  }

  /** Real ms until the next event is due; null while nothing is. */
  get wait(): number | null {
    const due = this.#due[this.#next];
    if (this.paused || due === undefined) return null;
    return Math.max(0, ((due - this.#position) / this.#speed) * 1000);
  }

  /** Plays on for so many real ms. */
  advance(ms: number): void {
    if (this.paused) return;
    this.#position = Math.min(this.length, this.#position + (ms / 1000) * this.#speed);
    for (let due = this.#due[this.#next]; due !== undefined; due = this.#due[this.#next]) {
      // A timer that was set for an event may be early by a rounding.
      if (due > this.#position + 1e-6) break;
      const event = this.#cast.events[this.#next++];
      if (event && 'output' in event) this.#screen.write(event.output);
      else if (event) this.#screen.resize(event.size);
    }
    this.#screen.flush();
  }

  /** From the beginning again. */
  restart(): void {
    this.#screen.dispose();
    this.#screen = new Screen(this.#cast.size);
    this.#next = 0;
    this.#position = 0;
    this.advance(0);
  }
}

const clamp = (speed: number): number => Math.min(fastest, Math.max(slowest, speed));
