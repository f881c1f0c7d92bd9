import type { Cursor, Modes } from './screen.ts';

const MOUSE = { none: '', x10: '\x1b[?9h', press: '\x1b[?1000h', drag: '\x1b[?1002h', any: '\x1b[?1003h' };
const ENCODING = {
  default: '',
  utf8: '\x1b[?1005h',
  sgr: '\x1b[?1006h',
  urxvt: '\x1b[?1015h',
  pixels: '\x1b[?1016h',
};
const SHAPE = { block: 2, underline: 4, bar: 6 };

/**
 * The modes of a program's terminal as what sets them in a fresh one; which screen is in use, and whether the cursor is to
 * be seen, is not among them: every host knows that.
 */
export function modeSequences(modes: Modes, { shape, blink }: Pick<Cursor, 'shape' | 'blink'>): string {
  const when = (on: boolean, sequence: string) => (on ? sequence : '');
  return [
    when(modes.cursorKeys, '\x1b[?1h'),
    when(modes.keypad, '\x1b='),
    when(modes.paste, '\x1b[?2004h'),
    when(modes.focus, '\x1b[?1004h'),
    MOUSE[modes.mouse],
    ENCODING[modes.mouseEncoding],
    when(modes.kitty > 0, `\x1b[>${modes.kitty}u`),
    when(modes.modifyOtherKeys > 0, `\x1b[>4;${modes.modifyOtherKeys}m`),
    when(shape !== 'block' || blink, `\x1b[${SHAPE[shape] - (blink ? 1 : 0)} q`),
  ].join('');
}
