import type { Status } from '../core/event.ts';
import type { Receipt } from '../core/state.ts';
import { ansi, Bg, Fg, indexed, type Pen } from '../term/cells.ts';
import type { Color, Style } from './line.ts';

/** How things look: one accent, quiet frames, and a symbol beside every colour. */

/** What the colours of the chrome are on a terminal; agents' own colours are theirs. */
export interface Theme {
  /** the colours as cells hold them, with bold where they call; null where no colour is wanted (NO_COLOR, no-color.org) */
  readonly colors: Readonly<Record<Color, number>> | null;
  /** what is not in use is drawn faint */
  readonly faint: boolean;
  /** what was found, and the one of them that is looked at: text and background as cells hold them */
  readonly found: { readonly fg: number; readonly bg: number };
  readonly looked: { readonly fg: number; readonly bg: number };
}

/** The terminal's own text colour. */
const own = 0;
const { bold } = Fg;
const black = ansi(0);
const marks = { found: { fg: black, bg: ansi(3) }, looked: { fg: black, bg: ansi(6) } };

/** The 16 colours of the person's own palette, as they are meant to be read on a dark background. */
const dark: Theme = {
  colors: {
    ...{ red: ansi(1), green: ansi(2), yellow: ansi(3), blue: ansi(4), magenta: ansi(5) },
    ...{ cyan: ansi(6), white: ansi(7), gray: ansi(8) },
  },
  faint: true,
  ...marks,
};

/** On a light background yellow, green and cyan of most palettes cannot be read: darker ones stand in for them. */
const light: Theme = {
  colors: {
    ...{ red: indexed(124), green: indexed(28), yellow: indexed(130), blue: ansi(4), magenta: ansi(5) },
    ...{ cyan: indexed(30), white: own, gray: indexed(242) },
  },
  faint: true,
  ...marks,
};

/** Nothing is grey or faint; colours are bright, and bold where they call. */
const darkContrast: Theme = {
  colors: {
    ...{ red: bold | ansi(9), green: ansi(10), yellow: bold | ansi(11), blue: ansi(12), magenta: ansi(13) },
    ...{ cyan: bold | ansi(14), white: ansi(15), gray: own },
  },
  faint: false,
  ...marks,
};

const lightContrast: Theme = {
  colors: {
    ...{ red: bold | indexed(88), green: indexed(22), yellow: bold | indexed(94), blue: indexed(18) },
    ...{ magenta: indexed(90), cyan: bold | indexed(18), white: own, gray: own },
  },
  faint: false,
  ...marks,
};

const none: Theme = { ...dark, colors: null };

export const themes = { dark, light, 'high-contrast': darkContrast, none } as const;

/** The theme that a name means on a background; `auto` is dark or light as the background is. */
export function themeOf(name: string, isLight: boolean): Theme {
  if (name === 'none') return none;
  if (name === 'high-contrast') return isLight ? lightContrast : darkContrast;
  return name === 'light' || (name === 'auto' && isLight) ? light : dark;
}

/** How a style is drawn; without colours, only what is no colour is kept. */
export const penOf = (style: Style, { colors }: Theme): Pen => ({
  fg:
    (style.color && colors ? colors[style.color] : own) |
    (style.bold ? Fg.bold : 0) |
    (style.underline ? Fg.underline : 0) |
    (style.inverse ? Fg.inverse : 0),
  bg: (style.dim ? Bg.dim : 0) | (style.italic ? Bg.italic : 0),
  extended: 0,
});

export const accent: Style = { color: 'cyan' };
export const strong: Style = { color: 'cyan', bold: true };
export const quiet: Style = { color: 'gray' };
export const normal: Style = {};
export const heading: Style = { bold: true };
export const urgent: Style = { color: 'yellow', bold: true };
export const bad: Style = { color: 'red' };
export const good: Style = { color: 'green' };
export const chosen: Style = { inverse: true };

export interface Mark {
  readonly symbol: string;
  /** how a status reads in a frame */
  readonly word: string;
  readonly style: Style;
}

export const statusMarks: Record<Status, Mark> = {
  starting: { symbol: '◌', word: 'starting', style: { color: 'gray' } },
  idle: { symbol: '○', word: 'idle', style: { color: 'gray' } },
  working: { symbol: '●', word: 'working', style: { color: 'green' } },
  'needs-you': { symbol: '◆', word: 'needs you', style: { color: 'yellow', bold: true } },
  background: { symbol: '▸', word: 'in the background', style: { color: 'green' } },
  done: { symbol: '✓', word: 'done', style: { color: 'green' } },
  stalled: { symbol: '◇', word: 'stalled', style: { color: 'yellow' } },
  exited: { symbol: '–', word: 'exited', style: { color: 'gray' } },
  suspended: { symbol: '‖', word: 'suspended', style: { color: 'gray' } },
  crashed: { symbol: '✗', word: 'crashed', style: { color: 'red', bold: true } },
  unknown: { symbol: '?', word: 'unknown', style: { color: 'gray' } },
};

export const receiptMarks: Record<Receipt | 'held', Mark> = {
  queued: { symbol: '·', word: 'queued', style: { color: 'gray' } },
  held: { symbol: '‖', word: 'held', style: { color: 'yellow' } },
  'handed over': { symbol: '›', word: 'handed over', style: { color: 'gray' } },
  accepted: { symbol: '✓', word: 'accepted', style: { color: 'green' } },
  answered: { symbol: '↩', word: 'answered', style: { color: 'green' } },
  dropped: { symbol: '×', word: 'dropped', style: { color: 'gray' } },
};

/** The columns of the board, in the order in which work passes through them. */
export const stages = ['waits', 'working', 'review', 'merging', 'done'] as const;
export type Stage = (typeof stages)[number];

export const stageMarks: Record<Stage, Mark> = {
  waits: { symbol: '○', word: 'waits', style: { color: 'gray' } },
  working: { symbol: '●', word: 'working', style: { color: 'green' } },
  review: { symbol: '◐', word: 'review', style: { color: 'cyan' } },
  merging: { symbol: '◑', word: 'merging', style: { color: 'cyan' } },
  done: { symbol: '✓', word: 'done', style: { color: 'gray' } },
};
