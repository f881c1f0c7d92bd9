import type { Hooks } from './modes.ts';

/**
 * Queries of a program to its terminal that the emulator leaves open. The pane answers them itself: a question never
 * travels to the outer terminal, whose reply would come back as typed text.
 */

/** Default colours as rgb: specifications of four hex digits a channel, for OSC 10 (text), 11 (background), 12 (cursor). */
const SPECIAL = ['rgb:d0d0/d0d0/d0d0', 'rgb:1111/1111/1111', 'rgb:d0d0/d0d0/d0d0'];
/** The sixteen named colours of xterm. */
const NAMED = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
  0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

/** Answers XTVERSION, kitty keyboard flags and colours through `answer`; the emulator answers DA, DSR and DECRQM. */
export function answerQueries(hooks: Hooks, kittyFlags: () => number, answer: (bytes: string) => void): void {
  hooks.csi({ prefix: '>', final: 'q' }, () => {
    answer('\x1bP>|mcc\x1b\\');
    return true;
  });
  hooks.csi({ prefix: '?', final: 'u' }, () => {
    answer(`\x1b[?${kittyFlags()}u`);
    return true;
  });
  for (const [index, color] of SPECIAL.entries())
    hooks.osc(10 + index, (data) => {
      if (data === '?') answer(`\x1b]${10 + index};${color}\x1b\\`);
      return data === '?';
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
