import { asciiOf } from './ascii.ts';
import { CELL, glyph, glyphText, glyphWidth, RIGHT_HALF } from './cells.ts';
import type { Frame } from './compose.ts';
import { cellWidth } from './graphemes.ts';
import { to16, to256 } from './palette.ts';
import { simpler, type WidthClass, widthClass } from './widths.ts';

/** What the outer terminal can show; a frame is made to fit it before it is compared with what is on display. */
export interface Outer {
  /** RGB, 256 palette colours, or the 16 */
  readonly colours: 'true' | '256' | '16';
  /** only ASCII comes out right */
  readonly ascii: boolean;
  /** underline styles and colours, and links, are better not sent */
  readonly plain: boolean;
  /** kinds of glyphs that it gives another width than the emulator does */
  readonly wary: ReadonlySet<WidthClass>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the environment tells of the terminal. Colours are reduced only where they are known not to be there, since
 * COLORTERM gets lost on the way (ssh, sudo): the Linux console has 16; GNU screen, tmux, and Terminal.app take 256
 * unless they say more. A locale that names another character set than UTF-8 means ASCII; none at all means nothing.
 */
export function outerOf(env: Environment): Outer {
  const term = env.TERM ?? '';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  const console = /^(linux|vt\d+|ansi|cons25|pcansi)/.test(term);
  const trueColour = /^(truecolor|24bit)$/.test(env.COLORTERM ?? '') || /direct$/.test(term);
  const fewer = /^(screen|tmux)/.test(term) || env.TERM_PROGRAM === 'Apple_Terminal';
  return {
    colours: console ? '16' : fewer && !trueColour ? '256' : 'true',
    ascii: console || (locale !== '' && !/utf-?8/i.test(locale)),
    plain: console || /^screen/.test(term),
    wary: new Set(),
  };
}

/** True when frames can be shown as they are. */
export const showsAll = ({ colours, ascii, plain, wary }: Outer): boolean =>
  colours === 'true' && !ascii && !plain && wary.size === 0;

/** Replaces in a frame what the outer terminal cannot show, keeping every cell in its place. */
export function fitFrame(frame: Frame, outer: Outer): void {
  const { cells } = frame;
  const colour = outer.colours === '16' ? to16 : outer.colours === '256' ? to256 : undefined;
  for (let at = 0; at < cells.length; at += CELL) {
    const content = cells[at] ?? 0;
    if (content >>> 22 !== 1 || (content & 0x3fffff) > 0x7e) fitGlyph(cells, at, content, outer);
    if (outer.plain) cells[at + 3] = 0;
    if (!colour) continue;
    cells[at + 1] = colour(cells[at + 1] ?? 0);
    cells[at + 2] = colour(cells[at + 2] ?? 0);
  }
}

/** What stands in place of a glyph in its one or two cells; null where it stays. */
type Fit = readonly [left: number, right: number | undefined] | null;

/** What was worked out for a terminal, by content word. */
const worked = new WeakMap<Outer, Map<number, Fit>>();

function fitGlyph(cells: Uint32Array, at: number, content: number, outer: Outer): void {
  if (content === RIGHT_HALF) return;
  const known = worked.get(outer) ?? new Map<number, Fit>();
  worked.set(outer, known);
  let fit = known.get(content);
  if (fit === undefined) {
    fit = fitOf(content, outer);
    known.set(content, fit);
  }
  if (!fit) return;
  cells[at] = fit[0];
  if (fit[1] !== undefined) cells[at + CELL] = fit[1];
}

function fitOf(content: number, outer: Outer): Fit {
  const text = glyphText(content);
  const width = glyphWidth(content);
  if (outer.ascii) return inPlace(asciiOf(text), width);
  const kind = outer.wary.size > 0 ? widthClass(text) : undefined;
  if (kind === undefined || !outer.wary.has(kind)) return null;
  const plainer = simpler(text);
  const rest = widthClass(plainer);
  const safe = plainer !== text && (rest === undefined || !outer.wary.has(rest));
  return inPlace(safe && cellWidth(plainer) <= width ? plainer : '?', width);
}

/** A text of at most `width` columns in the cells of a glyph; what is left over of these is blank, in its style. */
function inPlace(text: string, width: number): Fit {
  const [first = ' ', second = ' '] = text;
  const wide = cellWidth(first);
  // The second column of a wide glyph: its own right half stays, else it is free for another character.
  return [glyph(first, wide), width === 2 && wide === 1 ? glyph(second, 1) : undefined];
}
