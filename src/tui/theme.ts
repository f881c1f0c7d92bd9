import type { Status } from '../core/event.ts';
import type { Receipt } from '../core/state.ts';
import type { Color, Style } from './line.ts';

/** How things look: one accent, quiet frames, and a symbol beside every colour. */

/** What the colours of the chrome are on a terminal; agents' own colours are theirs. */
export interface Theme {
  /** SGR parameters of each colour; null where no colour is wanted (NO_COLOR, no-color.org) */
  readonly codes: Readonly<Record<Color, string>> | null;
  /** what is not in use is drawn faint */
  readonly faint: boolean;
  /** what was found, and the one of them that is looked at: text and background as cells hold them */
  readonly found: { readonly fg: number; readonly bg: number };
  readonly looked: { readonly fg: number; readonly bg: number };
}

const black = 0x1000000;
const onYellow = { fg: black, bg: 0x1000003 };
const onCyan = { fg: black, bg: 0x1000006 };
const marks = { found: onYellow, looked: onCyan };

/** The 16 colours of the person's own palette, as they are meant to be read on a dark background. */
const dark: Theme = {
  codes: {
    ...{
      red: '31',
      green: '32',
      yellow: '33',
      blue: '34',
      magenta: '35',
      cyan: '36',
      white: '37',
      gray: '90',
    },
  },
  faint: true,
  ...marks,
};

/** On a light background yellow, green and cyan of most palettes cannot be read: darker ones stand in for them. */
const light: Theme = {
  codes: {
    ...{ red: '38;5;124', green: '38;5;28', yellow: '38;5;130', blue: '34', magenta: '35' },
    ...{ cyan: '38;5;30', white: '39', gray: '38;5;242' },
  },
  faint: true,
  ...marks,
};

/** Nothing is grey or faint; colours are bright, and bold where they call. */
const darkContrast: Theme = {
  codes: {
    ...{
      red: '1;91',
      green: '92',
      yellow: '1;93',
      blue: '94',
      magenta: '95',
      cyan: '1;96',
      white: '97',
      gray: '39',
    },
  },
  faint: false,
  ...marks,
};

const lightContrast: Theme = {
  codes: {
    ...{ red: '1;38;5;88', green: '38;5;22', yellow: '1;38;5;94', blue: '38;5;18', magenta: '38;5;90' },
    ...{ cyan: '1;38;5;18', white: '39', gray: '39' },
  },
  faint: false,
  ...marks,
};

const none: Theme = { ...dark, codes: null };

export const themes = { dark, light, 'high-contrast': darkContrast, none } as const;

/** The theme that a name means on a background; `auto` is dark or light as the background is. */
export function themeOf(name: string, isLight: boolean): Theme {
  if (name === 'none') return none;
  if (name === 'high-contrast') return isLight ? lightContrast : darkContrast;
  return name === 'light' || (name === 'auto' && isLight) ? light : dark;
}

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
  crashed: { symbol: '✗', word: 'crashed', style: { color: 'red', bold: true } },
  unknown: { symbol: '?', word: 'unknown', style: { color: 'gray' } },
};

export const receiptMarks: Record<Receipt | 'held', Mark> = {
  queued: { symbol: '·', word: 'queued', style: { color: 'gray' } },
  held: { symbol: '‖', word: 'held', style: { color: 'yellow' } },
  'handed over': { symbol: '›', word: 'handed over', style: { color: 'gray' } },
  accepted: { symbol: '✓', word: 'accepted', style: { color: 'green' } },
  answered: { symbol: '↩', word: 'answered', style: { color: 'green' } },
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
