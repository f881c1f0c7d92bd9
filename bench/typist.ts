import { setTimeout as sleep } from 'node:timers/promises';
import type { Outer } from './outer.ts';
import { keys } from './programs.ts';

/** Keys in a line before it begins anew: fewer than any pane is wide, so that none ever scrolls. */
const lineLength = 40;

/** The person's fingers: keys go to the pane that writes them back, and the time until each is on the screen is taken. */
export class Typist {
  readonly #outer: Outer;
  #line = 0;
  #column = 0;

  constructor(outer: Outer) {
    this.#outer = outer;
  }

  /** Types so many keys with the pauses of a fast typist; returns how long each took to appear, in ms. */
  async type(count: number, random: () => number): Promise<number[]> {
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) {
      await sleep(15 + random() * 30);
      times.push(await this.#press());
    }
    return times;
  }

  /** Types for so many ms, the next key when the last is on the screen: a session that has been used for a while. */
  async warmUp(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (performance.now() < end) await this.#press();
  }

  async #press(): Promise<number> {
    if (this.#column === lineLength) {
      this.#outer.type('\r');
      await sleep(30);
      this.#line += 1;
      this.#column = 0;
    }
    // Never the glyph that stands in this place from the line before: it would not be drawn again.
    const glyph = keys[(this.#line + this.#column) % keys.length] as string;
    this.#column += 1;
    const shown = this.#outer.until([glyph]);
    const at = this.#outer.type(glyph);
    return (await shown) - at;
  }
}
