/** A piece of a stream of terminal output, and when it came. */
export interface Piece {
  readonly at: number;
  readonly text: string;
}

/** Names of variables whose values are secrets. */
const secretName = /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$/i;
/** Shorter values are words that stand in any text. */
const shortest = 8;
/**
 * What the terminal acts on rather than shows: CSI and other escape sequences (ECMA-48, 5.4), whole or cut off at the
 * end, and controls. What OSC and its like carry counts as shown: a secret may stand in a title.
 */
const unseen = /\x1b\[[0-?]*[ -/]*(?:[@-~]|$)|\x1b[ -/]*(?:[0-Z\\-~]|$)|[\x00-\x1f\x7f]/y;
/** More than this is never held back, in characters. */
const patience = 64 * 1024;

/** The values of an environment that are secrets by the names of their variables, as they may be seen on a screen. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  const values = Object.entries(env).flatMap(([name, value]) =>
    value && secretName.test(name) ? [value.replace(/[\x00-\x1f\x7f]/g, '').trim()] : [],
  );
  return [...new Set(values)].filter((value) => value.length >= shortest);
}

/**
 * Puts • over secrets in a stream of terminal output, one for each letter, so that the screen keeps its shape. They are
 * found across chunks, colours, cursor movements and line breaks between their letters: what may be the beginning of
 * one is held back until it is known. A secret of which a screen shows only a part is not recognised.
 */
export class Redactor {
  /** how many secrets were masked so far */
  found = 0;
  readonly #secrets = new Map<string, string[]>();
  #held: Piece[] = [];

  constructor(secrets: readonly string[]) {
    // The longest first: one may begin with another.
    for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
      const first = secret.charAt(0);
      this.#secrets.set(first, [...(this.#secrets.get(first) ?? []), secret]);
    }
  }

  /** Takes what came; returns what may be shown of it and of what was held back, each with its own time. */
  take(piece: Piece): Piece[] {
    return this.#release([...this.#held, piece], false);
  }

  /** All that is still held back: nothing follows. */
  flush(): Piece[] {
    return this.#release(this.#held, true);
  }

  #release(pieces: readonly Piece[], last: boolean): Piece[] {
    this.#held = [];
    const whole = pieces.map(({ text }) => text).join('');
    const certain = this.#mask(whole, last);
    const { text, end } = whole.length - certain.end > patience ? this.#mask(whole, true) : certain;
    const ready: Piece[] = [];
    let from = 0;
    for (const { at, text: part } of pieces) {
      const to = from + part.length;
      if (from < end) ready.push({ at, text: text.slice(from, Math.min(to, end)) });
      if (to > end) this.#held.push({ at, text: whole.slice(Math.max(from, end), to) });
      from = to;
    }
    return ready;
  }

  /** The text with its secrets masked, and up to where that is certain: all of it when nothing follows. */
  #mask(whole: string, last: boolean): { text: string; end: number } {
    if (this.#secrets.size === 0) return { text: whole, end: whole.length };
    const { seen, places } = visible(whole);
    const masked: number[] = [];
    for (let at = 0; at < seen.length; at++) {
      const secrets = this.#secrets.get(seen.charAt(at));
      if (!secrets) continue;
      const rest = seen.length - at;
      const begun = secrets.some((secret) => secret.length > rest && secret.startsWith(seen.slice(at)));
      if (begun && !last) return { text: bulleted(whole, masked), end: places[at] ?? 0 };
      const secret = secrets.find((one) => seen.startsWith(one, at));
      if (!secret) continue;
      this.found += 1;
      masked.push(...places.slice(at, at + secret.length));
      at += secret.length - 1;
    }
    return { text: bulleted(whole, masked), end: whole.length };
  }
}

/** The text with • at these places. */
function bulleted(text: string, places: readonly number[]): string {
  if (places.length === 0) return text;
  const letters = text.split('');
  for (const place of places) letters[place] = '•';
  return letters.join('');
}

/** The letters that a stream shows, and where they stand in it. */
function visible(text: string): { seen: string; places: number[] } {
  let seen = '';
  const places: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code !== 0x7f) {
      seen += text[at];
      places.push(at);
      continue;
    }
    unseen.lastIndex = at;
    at += (unseen.exec(text)?.[0].length ?? 1) - 1;
  }
  return { seen, places };
}
