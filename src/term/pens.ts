/**
 * Follows the pen through captured lines. tmux writes a screen with one pen that goes on from line to line; a terminal
 * would fill each new line with its background. So each line ends plain, and the next one begins with the pen again.
 */
export class PenFollower {
  /** what is on, by what it replaces: one entry a colour and an attribute */
  readonly #on = new Map<string, string>();

  /** The line with the pen it begins with, and plain at its end. */
  line(text: string): string {
    const before = this.#on.size === 0 ? '' : `\x1b[${[...this.#on.values()].join(';')}m`;
    for (const [, parameters = ''] of text.matchAll(/\x1b\[([\d;:]*)m/g)) this.#take(parameters);
    return `${before}${text}${this.#on.size === 0 ? '' : '\x1b[m'}`;
  }

  #take(parameters: string): void {
    const codes = parameters.split(';');
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at] ?? '';
      const number = Number.parseInt(code, 10) || 0;
      if (number === 0) this.#on.clear();
      else if ([38, 48, 58].includes(number) && !code.includes(':')) {
        const length = codes[at + 1] === '2' ? 5 : 3;
        this.#on.set(String(number), codes.slice(at, at + length).join(';'));
        at += length - 1;
      } else this.#attribute(number, code);
    }
  }

  #attribute(number: number, code: string): void {
    const colour = (number >= 90 && number < 108 ? number - 60 : number) - (number % 10);
    if ([30, 40, 50].includes(colour) && number !== 53 && number !== 55) {
      const key = String(colour + 8);
      if (number % 10 === 9) this.#on.delete(key);
      else this.#on.set(key, code);
      return;
    }
    for (const key of OFF[number] ?? []) this.#on.delete(key);
    if (!OFF[number]) this.#on.set(number === 21 ? '4' : String(number), code);
  }
}

/** What switches attributes off (ECMA-48, SGR). */
const OFF: Record<number, string[]> = {
  22: ['1', '2'],
  23: ['3'],
  24: ['4'],
  25: ['5', '6'],
  27: ['7'],
  28: ['8'],
  29: ['9'],
  55: ['53'],
};
