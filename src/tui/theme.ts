import type { Status } from '../core/event.ts';
import type { Receipt } from '../core/state.ts';
import type { Style } from './line.ts';

/** How things look: one accent, quiet frames, and a symbol beside every colour. */

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
