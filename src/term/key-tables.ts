/** Names of keys by the sequences that stand for them (xterm, "Special Keyboard Keys"; kitty, "Functional key definitions"). */

/** CSI 1 ; modifiers X, and SS3 X. */
export const LETTERS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'begin',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

/** CSI n ; modifiers ~; the first number of a name is the one to send. */
export const TILDES: Readonly<Record<number, string>> = {
  2: 'insert',
  3: 'delete',
  5: 'pageup',
  6: 'pagedown',
  1: 'home',
  4: 'end',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
  25: 'f13',
  26: 'f14',
  28: 'f15',
  29: 'f16',
  31: 'f17',
  32: 'f18',
  33: 'f19',
  34: 'f20',
};

/** Code points that stand for keys in CSI … u and CSI 27 ; … ~. */
export const CODES: Readonly<Record<number, string>> = {
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
  57361: 'print',
  57362: 'pause',
  57363: 'menu',
  57414: 'enter',
  57417: 'left',
  57418: 'right',
  57419: 'up',
  57420: 'down',
  57421: 'pageup',
  57422: 'pagedown',
  57423: 'home',
  57424: 'end',
  57425: 'insert',
  57426: 'delete',
  57427: 'begin',
  ...Object.fromEntries(Array.from({ length: 23 }, (_, index) => [57376 + index, `f${13 + index}`])),
};

/** Characters of the keypad from code point 57399 on. */
export const KEYPAD = '0123456789./*-+';
export const KEYPAD_FIRST = 57399;
/** Keypad = and , stand apart. */
export const KEYPAD_REST: Readonly<Record<number, string>> = { 57415: '=', 57416: ',' };
/** Kitty's private range for keys without text; those not named above are modifiers, locks and media keys. */
export const PRIVATE = [57344, 63743] as const;
