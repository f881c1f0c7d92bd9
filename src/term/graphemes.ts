import { kinds, runs } from './grapheme-runs.ts';

/**
 * Which characters are drawn as one glyph, and how many columns it takes: one table for the emulator (screen.ts) and for
 * all that measures text. It says what @xterm/addon-unicode-graphemes says, with the emoji that are newer than it: from a
 * table that is read in 1 ms, where the addon takes 20 to unpack its own.
 */

/** Above this there are a few runs only, looked for one by one. */
const TABLE = 0x20000;
const table = new Uint8Array(TABLE);
const above: { readonly from: number; readonly info: number }[] = [];
read();

function read(): void {
  let from = 0;
  for (const [, letter = '', length = ''] of runs.replaceAll('\n', '').matchAll(/([A-Z])([\da-z]+)/g)) {
    const info = kinds[letter.charCodeAt(0) - 0x41] ?? 0;
    const to = from + Number.parseInt(length, 36);
    if (info !== 0 && from < TABLE) table.fill(info, from, Math.min(to, TABLE));
    if (to > TABLE) above.push({ from, info });
    from = to;
  }
}

/** Grapheme_Cluster_Break in the lower four bits, the kind of width in the two above. */
function infoOf(code: number): number {
  if (code < TABLE) return table[code] ?? 0;
  let info = 0;
  for (const run of above) if (run.from <= code) info = run.info;
  return info;
}

/** Values of Grapheme_Cluster_Break (UAX #29), as the addon numbers them. */
const BREAK = 0xf;
const PREPEND = 1;
const EXTEND = 2;
const REGIONAL = 3;
const SPACING = 4;
const [L, V, T, LV, LVT] = [5, 6, 7, 8, 9];
const ZWJ = 10;
const PICTOGRAPH = 11;
/** Kinds of width: neither of these is one column. Of ambiguous ones only the emoji selector is wide. */
const AMBIGUOUS = 2;
const WIDE = 3;
const EMOJI_SELECTOR = 0xfe0f;
/** The state after two regional indicators: a third does not join them. */
const PAIR = 32;
/** What stands for a joined character in the state, beside its break value; and for one that begins a glyph. */
const JOINED = 16;

/** True if a break value joins the one before it: the rules GB6 to GB13 of UAX #29. */
function joins(before: number, after: number): boolean {
  if (after === EXTEND || after === ZWJ || after === SPACING || before === PREPEND) return true;
  if (before === L) return after === L || after === V || after === LV || after === LVT;
  if (before === LV || before === V) return after === V || after === T;
  if (before === LVT || before === T) return after === T;
  if (before === ZWJ) return after === PICTOGRAPH;
  return before === REGIONAL && after === REGIONAL;
}

/** xterm's UnicodeCharProperties: whether it joins (bit 0), columns of the whole glyph (bits 1 and 2), the state (above). */
const properties = (state: number, width: number, joined: boolean): number =>
  ((state & 0xffffff) << 3) | (width << 1) | (joined ? 1 : 0);
const PLAIN = properties(0, 1, false);

/** What xterm asks of an IUnicodeVersionProvider. */
export const provider = {
  version: '15-graphemes',

  /** Columns of a character by itself. */
  wcwidth(code: number): 0 | 1 | 2 {
    const info = infoOf(code);
    const kind = info & BREAK;
    if (kind === EXTEND || kind === PREPEND) return 0;
    return info >> 4 === WIDE ? 2 : 1;
  },

  /** What a character is after what was said of the one before it; 0 for none. */
  charProperties(code: number, before: number): number {
    if (code >= 0x20 && code < 0x7f && before >> 3 === 0) return PLAIN;
    const info = infoOf(code);
    const wide = info >> 4 === WIDE || (info >> 4 === AMBIGUOUS && code === EMOJI_SELECTOR);
    const width = wide ? 2 : 1;
    if (before === 0) return properties(info, width, false);
    const kind = info & BREAK;
    if (!joins((before >> 3) & BREAK, kind)) return properties(kind - JOINED, width, false);
    const paired = kind === REGIONAL;
    return properties(
      paired ? PAIR : kind + JOINED,
      Math.max(width, (before >> 1) & 3, paired ? 2 : 0),
      true,
    );
  },
};

/** Splits text into what the terminal draws as one glyph each, with its width in columns. */
export function glyphs(text: string): { text: string; width: number }[] {
  const all: { text: string; width: number }[] = [];
  let before = 0;
  for (const character of text) {
    const now = provider.charProperties(character.codePointAt(0) ?? 0, before);
    const last = all.at(-1);
    const width = (now >> 1) & 3;
    if (now & 1 && last) {
      last.text += character;
      last.width = width;
    } else all.push({ text: character, width });
    before = now;
  }
  return all;
}

/** Columns that text takes in a terminal. */
export function cellWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return glyphs(text).reduce((sum, one) => sum + one.width, 0);
}
