/**
 * The packed cell: four 32-bit words, the form in which screens are cut into frames and frames are compared.
 *
 *   content   width (2 bits at 22) · combined flag (bit 21) · code point, or a grapheme's number in the table
 *   fg, bg    xterm's own layout: colour mode (2 bits at 24) · colour (24 bits) · flags above
 *   extended  number of an underline style, underline colour and hyperlink in the table; 0 for none
 *
 * Equal pictures have equal words: an unwritten cell reads as a space, what nobody can see of a space is dropped,
 * and the right half of a wide glyph is content 0 with its left half's style.
 */

/** Words taken by one cell. */
export const CELL = 4;

export const WIDTH_SHIFT = 22;
export const COMBINED = 1 << 21;
export const CODE_MASK = 0x1fffff;
/** A space, one column wide. */
export const BLANK = (1 << WIDTH_SHIFT) | 0x20;
/** The right half of a wide glyph. */
export const RIGHT_HALF = 0;

export const COLOR_MASK = 0x3ffffff;
const MODE_MASK = 0x3000000;
const MODE_16 = 0x1000000;
const MODE_256 = 0x2000000;

export const Fg = {
  inverse: 0x4000000,
  bold: 0x8000000,
  underline: 0x10000000,
  blink: 0x20000000,
  invisible: 0x40000000,
  strike: 0x80000000,
} as const;
export const Bg = { italic: 0x4000000, dim: 0x8000000, overline: 0x40000000 } as const;

const SEEN_ON_SPACE = Fg.inverse | Fg.underline | Fg.strike;
const BG_KEPT = COLOR_MASK | Bg.italic | Bg.dim | Bg.overline;

/** Underline style as SGR 4:n (0 single or none, 2 double, 3 curly, 4 dotted, 5 dashed), its colour, and a link. */
export interface Extended {
  readonly underline: number;
  readonly color: number;
  readonly uri: string;
}

/** How a glyph is drawn: the words fg, bg and extended of a cell. */
export interface Pen {
  fg: number;
  bg: number;
  extended: number;
}

/** Both tables are for the life of the process: a program that fills one degrades to plain cells, it cannot eat memory. */
const TABLE_LIMIT = 1 << 17;
const graphemes: string[] = [];
const graphemeNumber = new Map<string, number>();
const extendeds: Extended[] = [{ underline: 0, color: 0, uri: '' }];
const extendedNumber = new Map<string, number>();

/** Code points of a grapheme that are drawn; real text has at most 30 marks on a letter (UAX #15, stream-safe format). */
const LONGEST_GRAPHEME = 32;
/** A longer address is no link for most terminals (OSC 8's document, "Length limits"). */
const LONGEST_URI = 2083;

/** The content word for a grapheme of one or more code points that is `width` (1 or 2) columns wide. */
export function glyph(whole: string, width: number): number {
  const code = whole.codePointAt(0) ?? 0x20;
  if (whole.length <= (code > 0xffff ? 2 : 1)) return (width << WIDTH_SHIFT) | code;
  const text =
    whole.length > LONGEST_GRAPHEME
      ? [...whole.slice(0, 2 * LONGEST_GRAPHEME)].slice(0, LONGEST_GRAPHEME).join('')
      : whole;
  let number = graphemeNumber.get(text);
  if (number === undefined) {
    if (graphemes.length >= TABLE_LIMIT) return (width << WIDTH_SHIFT) | 0xfffd;
    number = graphemes.push(text) - 1;
    graphemeNumber.set(text, number);
  }
  return (width << WIDTH_SHIFT) | COMBINED | number;
}

/** The text of a content word: '' for the right half of a wide glyph, a space for a blank cell. */
export function glyphText(content: number): string {
  const code = content & CODE_MASK;
  if (content & COMBINED) return graphemes[code] ?? '\ufffd';
  if (code === 0) return content >>> WIDTH_SHIFT === 0 ? '' : ' ';
  return String.fromCodePoint(code);
}

/** Marks, joiners, flags, skin tones, Thai and Lao am, Hangul vowels and finals: what may be joined to the glyph before it. */
const JOINING =
  /^(?:\p{M}|\p{Grapheme_Extend}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u200d|[\u0e33\u0eb3\u1160-\u11ff\ud7b0-\ud7fb])/u;

/** Joiners and other format characters, Hangul initials, and letters to which the next one belongs (UAX #29, GB9b: Prepend). */
const JOINED =
  /[\p{Cf}\u0d4e\u1100-\u115f\ua960-\ua97c\u{111c2}\u{111c3}\u{1193f}\u{11941}\u{11a3a}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]$/u;

const BEFORE = 1;
const AFTER = 2;
const KNOWN = 4;
const joins = new Uint8Array(0x10000);

/** How text joins what stands before it and after it; looked up once for each character of the basic plane. */
function joinsOf(content: number): number {
  const code = content & CODE_MASK;
  const single = (content & COMBINED) === 0;
  if (single && code < 0x300) return 0;
  const known = single ? joins[code] : 0;
  if (known) return known;
  const text = glyphText(content);
  const found = KNOWN | (JOINING.test(text) ? BEFORE : 0) | (JOINED.test(text) ? AFTER : 0);
  if (single && code < joins.length) joins[code] = found;
  return found;
}

/** True if a terminal might draw this content as part of the glyph before it when both are written in one go. */
export function joinsBefore(content: number): boolean {
  return (joinsOf(content) & BEFORE) !== 0;
}

/** True if a terminal might draw the next glyph as part of this content when both are written in one go. */
export function joinsAfter(content: number): boolean {
  return (joinsOf(content) & AFTER) !== 0;
}

/** True for glyphs that terminals do not all give the same width: what follows them is better placed than assumed. */
export function isRisky(content: number): boolean {
  return (
    (content & COMBINED) !== 0 ||
    (content & CODE_MASK) >= 0x1f000 ||
    (joinsOf(content) & (BEFORE | AFTER)) !== 0
  );
}

/** The columns that a terminal takes at most for risky content: one that joins nothing draws each character by itself. */
export function mostColumns(content: number): number {
  if (!(content & COMBINED)) return 2;
  let columns = 0;
  for (const character of glyphText(content)) if (!/^[\p{M}\p{Cf}]/u.test(character)) columns += 2;
  return Math.max(2, columns);
}

/** Columns taken by a content word: 0 for the right half of a wide glyph, else 1 or 2. */
export function glyphWidth(content: number): number {
  return content >>> WIDTH_SHIFT;
}

/** The number that stands for these extended attributes in a cell's fourth word; 0 when they say nothing. */
export function extendedOf(underline: number, color: number, link: string): number {
  const style = underline > 1 ? underline : 0;
  if (style === 0 && color === 0 && link === '') return 0;
  const uri = cleanUri(link);
  if (style === 0 && color === 0 && uri === '') return 0;
  const key = `${style};${color};${uri}`;
  const known = extendedNumber.get(key);
  if (known !== undefined) return known;
  if (extendeds.length >= TABLE_LIMIT) return 0;
  const number = extendeds.push({ underline: style, color, uri }) - 1;
  extendedNumber.set(key, number);
  return number;
}

/** The extended attributes behind a cell's fourth word. */
export function extendedAt(number: number): Extended {
  return extendeds[number] ?? { underline: 0, color: 0, uri: '' };
}

/** OSC 8 carries printable ASCII only (its specification, "Encodings"); anything else is percent-encoded. */
function cleanUri(uri: string): string {
  if (uri.length > LONGEST_URI) return '';
  if (/^[\x20-\x7e]*$/.test(uri)) return uri;
  const clean = uri.toWellFormed().replace(/[^\x20-\x7e]+/g, (rest) => encodeURIComponent(rest));
  return clean.length > LONGEST_URI ? '' : clean;
}

/** One of the 16 colours of the person's palette, as a cell holds it; from 8 on the bright ones. */
export const ansi = (index: number): number => MODE_16 | index;

/** One of the 256 colours, as a cell holds it. */
export const indexed = (index: number): number => MODE_256 | index;

/** xterm leaves bits of an earlier RGB colour above a palette colour; nobody sees them. */
export function plainColor(word: number): number {
  return (word & MODE_MASK) === MODE_MASK ? word : word & ~0xffff00;
}

/** Stores a cell in its canonical form (see the head of this file). */
export function putCell(
  into: Uint32Array,
  at: number,
  content: number,
  fg: number,
  bg: number,
  extended: number,
): void {
  if (content === BLANK && extended === 0 && !(fg & SEEN_ON_SPACE) && !(bg & Bg.overline)) {
    into[at] = BLANK;
    into[at + 1] = 0;
    into[at + 2] = plainColor(bg & COLOR_MASK);
    into[at + 3] = 0;
    return;
  }
  into[at] = content;
  into[at + 1] = plainColor(fg);
  into[at + 2] = plainColor(bg & BG_KEPT);
  into[at + 3] = extended;
}

/** Leaves a space where half of a wide glyph was lost, with its style as far as a space shows it. */
export function blankOut(cells: Uint32Array, at: number): void {
  putCell(cells, at, BLANK, cells[at + 1] ?? 0, cells[at + 2] ?? 0, cells[at + 3] ?? 0);
}

/** True for a cell that erasing draws: a space on the default background. */
export function isErased(cells: Uint32Array, at: number): boolean {
  return cells[at] === BLANK && cells[at + 1] === 0 && cells[at + 2] === 0 && cells[at + 3] === 0;
}

function color(word: number, base: number): string {
  const value = word & 0xffffff;
  switch (word & MODE_MASK) {
    case 0:
      return String(base + 9);
    case MODE_16:
      return String((value & 8 ? base + 60 : base) + (value & 7));
    case MODE_256:
      return `${base + 8};5;${value & 0xff}`;
    default:
      return `${base + 8};2;${value >>> 16};${(value >>> 8) & 0xff};${value & 0xff}`;
  }
}

function underlineColor(word: number): string {
  const value = word & 0xffffff;
  return (word & MODE_MASK) === MODE_256 || (word & MODE_MASK) === MODE_16
    ? `58:5:${value & 0xff}`
    : `58:2::${value >>> 16}:${(value >>> 8) & 0xff}:${value & 0xff}`;
}

/** Everything that SGR can take away only together with something else or not at all needs a reset. */
function needsReset(from: Pen, to: Pen): boolean {
  const fgLost = from.fg & ~to.fg & ~COLOR_MASK;
  const bgLost = from.bg & ~to.bg & ~COLOR_MASK;
  return (
    (fgLost | bgLost) !== 0 ||
    (from.extended !== to.extended &&
      (extendedAt(from.extended).color !== extendedAt(to.extended).color ||
        extendedAt(from.extended).underline !== extendedAt(to.extended).underline))
  );
}

/**
 * The escape bytes that turn a terminal drawing with `from` into one drawing with `to`: SGR parameters (ECMA-48 8.3.117,
 * underlines by ITU T.416 colons as kitty and xterm define them) and OSC 8 hyperlinks.
 */
export function penDifference(from: Pen, to: Pen): string {
  if (from.fg === to.fg && from.bg === to.bg && from.extended === to.extended) return '';
  const uri = extendedAt(to.extended).uri;
  const link = uri === extendedAt(from.extended).uri ? '' : openLink(uri, to.extended);
  const parameters: string[] = [];
  let start: Pen = from;
  if (needsReset(from, to)) {
    parameters.push('');
    start = { fg: 0, bg: 0, extended: 0 };
  }
  addFlags(parameters, start, to);
  if ((start.fg & COLOR_MASK) !== (to.fg & COLOR_MASK)) parameters.push(color(to.fg, 30));
  if ((start.bg & COLOR_MASK) !== (to.bg & COLOR_MASK)) parameters.push(color(to.bg, 40));
  return parameters.length > 0 ? `\x1b[${parameters.join(';')}m${link}` : link;
}

function addFlags(parameters: string[], from: Pen, to: Pen): void {
  const fg = to.fg & ~from.fg;
  const bg = to.bg & ~from.bg;
  const { underline, color: underlined } = extendedAt(to.extended);
  if (fg & Fg.bold) parameters.push('1');
  if (bg & Bg.dim) parameters.push('2');
  if (bg & Bg.italic) parameters.push('3');
  if (fg & Fg.underline) parameters.push(underline > 1 ? `4:${underline}` : '4');
  else if (to.fg & Fg.underline && underline > 1 && underline !== extendedAt(from.extended).underline)
    parameters.push(`4:${underline}`);
  if (fg & Fg.blink) parameters.push('5');
  if (fg & Fg.inverse) parameters.push('7');
  if (fg & Fg.invisible) parameters.push('8');
  if (fg & Fg.strike) parameters.push('9');
  if (bg & Bg.overline) parameters.push('53');
  if (underlined !== 0 && underlined !== extendedAt(from.extended).color)
    parameters.push(underlineColor(underlined));
}

/** The id keeps the pieces of one link together, wherever the compositor breaks it. */
function openLink(uri: string, number: number): string {
  return uri === '' ? '\x1b]8;;\x1b\\' : `\x1b]8;id=mcc${number};${uri}\x1b\\`;
}
