import { extendedAt, extendedOf, Fg, type Pen, penDifference } from './cells.ts';
import type { Hooks, ModeTracker } from './modes.ts';
import type { Store } from './stored.ts';

/**
 * Queries of a program to its terminal that the emulator leaves open. The pane answers them itself: a question never
 * travels to the outer terminal, whose reply would come back as typed text.
 */

const PLAIN: Pen = { fg: 0, bg: 0, extended: 0 };
/** Default colours as rgb: specifications of four hex digits a channel, for OSC 10 (text), 11 (background), 12 (cursor). */
const SPECIAL = ['rgb:d0d0/d0d0/d0d0', 'rgb:1111/1111/1111', 'rgb:d0d0/d0d0/d0d0'];
/** The sixteen named colours of xterm. Setting colours is heard by nobody: they are the person's. */
const NAMED = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
  0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

/** What a pane tells of itself. */
export interface Asked {
  readonly store: Store;
  readonly modes: ModeTracker;
  readonly size: () => { readonly cols: number; readonly rows: number };
}

/** Pixels of a cell, for programs that ask; a pane has none, and what it draws is not measured in them. */
const CELL_PIXELS = { width: 10, height: 20 };
const SHAPE = { block: 2, underline: 4, bar: 6 };

/** Answers what the emulator does not answer, or not by what is so in this pane; DA1, DA2, DSR 5 and the rest it does itself. */
export function answerQueries(hooks: Hooks, asked: Asked, answer: (bytes: string) => void): void {
  const tell = (bytes: string) => {
    answer(bytes);
    return true;
  };
  hooks.csi({ prefix: '>', final: 'q' }, () => tell('\x1bP>|mcc\x1b\\'));
  hooks.esc({ final: 'Z' }, () => tell('\x1b[?1;2c')); // DECID, the DA1 of old
  hooks.csi({ prefix: '=', final: 'c' }, () => tell('\x1bP!|00000000\x1b\\'));
  hooks.csi({ prefix: '?', final: 'u' }, () => tell(`\x1b[?${asked.modes.kitty.at(-1) ?? 0}u`));
  hooks.csi({ prefix: '?', intermediates: '$', final: 'p' }, ([mode]) => {
    const state = typeof mode === 'number' ? asked.modes.reported(mode) : null;
    return state !== null && tell(`\x1b[?${mode};${state}$y`);
  });
  answerPosition(hooks, asked, tell);
  answerSizes(hooks, asked, tell);
  hooks.dcs({ intermediates: '$', final: 'q' }, (setting) => {
    const told = settingOf(setting, asked);
    return told !== null && tell(`\x1bP1$r${told}\x1b\\`);
  });
  hooks.dcs({ intermediates: '+', final: 'q' }, () => tell('\x1bP0+r\x1b\\'));
  answerColours(hooks, answer);
}

/** CPR: within the screen although a wrap waits, and counted from the top margin in origin mode. */
function answerPosition(hooks: Hooks, { store, size }: Asked, tell: (bytes: string) => boolean): void {
  for (const prefix of ['', '?'])
    hooks.csi(prefix === '' ? { final: 'n' } : { prefix, final: 'n' }, ([what]) => {
      if (what !== 6) return false;
      const { x, y, scrollTop } = store.place;
      const row = y + 1 - (store.origin ? scrollTop : 0);
      return tell(`\x1b[${prefix}${row};${Math.min(x, size().cols - 1) + 1}R`);
    });
}

/** XTWINOPS 14 and 16, in pixels; 18, in cells, the emulator answers. */
function answerSizes(hooks: Hooks, { size }: Asked, tell: (bytes: string) => boolean): void {
  hooks.csi({ final: 't' }, ([what]) => {
    const { width, height } = CELL_PIXELS;
    if (what === 14) return tell(`\x1b[4;${size().rows * height};${size().cols * width}t`);
    return what === 16 && tell(`\x1b[6;${height};${width}t`);
  });
}

/** The settings that DECRQSS asks for by the end of the sequence that sets them: the pen (m), the cursor's shape (SP q). */
function settingOf(setting: string, { store, modes }: Asked): string | null {
  if (setting === ' q') return `${SHAPE[modes.shape] - (modes.blink ? 1 : 0)} q`;
  if (setting !== 'm') return null;
  const { fg, bg, extended } = store.pen;
  const { underline, color } = extendedAt(extended);
  const underlined = fg & Fg.underline ? extendedOf(underline, color, '') : 0;
  const [, parameters = ''] =
    /^\x1b\[;?(.*)m$/.exec(penDifference(PLAIN, { fg, bg, extended: underlined })) ?? [];
  return parameters === '' ? '0m' : `0;${parameters}m`;
}

function answerColours(hooks: Hooks, answer: (bytes: string) => void): void {
  for (const first of SPECIAL.keys())
    hooks.osc(10 + first, (data) => {
      for (const [offset, one] of data.split(';').entries()) {
        const color = SPECIAL[first + offset];
        if (one === '?' && color) answer(`\x1b]${10 + first + offset};${color}\x1b\\`);
      }
      return true;
    });
  hooks.osc(4, (data) => {
    for (const [, index = ''] of data.matchAll(/(\d+);\?/g))
      if (Number(index) < 256) answer(`\x1b]4;${index};${specification(palette(Number(index)))}\x1b\\`);
    return true;
  });
}

/** xterm's 256 colours: 16 named, a cube of 6×6×6, 24 greys. */
function palette(index: number): number {
  if (index < 16) return NAMED[index] ?? 0;
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101;
  const level = (n: number) => (n === 0 ? 0 : 55 + n * 40);
  const cube = index - 16;
  return (level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6);
}

function specification(rgb: number): string {
  const channel = (shift: number) => ((rgb >> shift) & 0xff).toString(16).padStart(2, '0').repeat(2);
  return `rgb:${channel(16)}/${channel(8)}/${channel(0)}`;
}
