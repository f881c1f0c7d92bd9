import { CODES, LETTERS, TILDES } from './key-tables.ts';
import type { Button, Input, KeyInput, MouseInput } from './keys.ts';
import type { Modes } from './modes.ts';

const CSI = '\x1b[';
const swap = (table: Readonly<Record<string | number, string>>) =>
  new Map(
    Object.entries(table)
      .reverse()
      .map(([sign, name]) => [name, sign]),
  );
const LETTER = swap(LETTERS);
const TILDE = swap(TILDES);
const CODE = swap(CODES);
const BUTTON: Record<Button, number> = {
  left: 0,
  middle: 1,
  right: 2,
  none: 3,
  'wheel-up': 64,
  'wheel-down': 65,
  'wheel-left': 66,
  'wheel-right': 67,
  back: 128,
  forward: 129,
};
/** Control characters of keys that are no letters, as xterm has them. */
const CONTROL: Record<string, string> = {
  ...{
    '@': '\0',
    '[': '\x1b',
    '\\': '\x1c',
    ']': '\x1d',
    '^': '\x1e',
    _: '\x1f',
    '/': '\x1f',
    '?': '\x7f',
    '`': '\0',
    '~': '\x1e',
  },
  ...{ 2: '\0', 3: '\x1b', 4: '\x1c', 5: '\x1d', 6: '\x1e', 7: '\x1f', 8: '\x7f' },
};

/**
 * The bytes for the program in a pane, by the modes that it has set; null if it is not to get this. Mouse coordinates
 * count from the corner of the program's own screen.
 */
export function encode(input: Input, modes: Modes): Uint8Array | null {
  const bytes = encoded(input, modes);
  return bytes === null ? null : Buffer.from(bytes, input.type === 'mouse' ? 'latin1' : 'utf8');
}

function encoded(input: Input, modes: Modes): string | null {
  switch (input.type) {
    case 'key':
      return encodeKey(input, modes);
    case 'mouse':
      return encodeMouse(input, modes);
    case 'paste':
      return encodePaste(input.text, modes);
    case 'focus':
      return modes.focus ? `${CSI}${input.focused ? 'I' : 'O'}` : null;
    case 'reply':
      return null;
  }
}

function encodeKey(input: KeyInput, modes: Modes): string | null {
  const modifiers = 1 + (input.shift ? 1 : 0) + (input.alt ? 2 : 0) + (input.ctrl ? 4 : 0);
  return (
    encodeFunction(input.key, modifiers, modes) ?? encodeOther(input, modifiers, modes) ?? encodePlain(input)
  );
}

/** Keys that have sequences of their own, in which modifiers have a place. */
function encodeFunction(key: string, modifiers: number, modes: Modes): string | null {
  const letter = LETTER.get(key);
  const isF = letter !== undefined && letter >= 'P';
  if (letter && !(modes.kitty && key === 'f3')) {
    if (modifiers > 1) return `${CSI}1;${modifiers}${letter}`;
    return isF || modes.cursorKeys ? `\x1bO${letter}` : CSI + letter;
  }
  const tilde = TILDE.get(key);
  if (tilde) return modifiers > 1 ? `${CSI}${tilde};${modifiers}~` : `${CSI}${tilde}~`;
  const code = Number(CODE.get(key));
  if (code <= 127 || Number.isNaN(code)) return null;
  return modifiers > 1 ? `${CSI}${code};${modifiers}u` : `${CSI}${code}u`;
}

/** Combinations that only the newer protocols can tell apart: kitty's, or xterm's modifyOtherKeys. */
function encodeOther(input: KeyInput, modifiers: number, modes: Modes): string | null {
  const { key, ctrl, alt, shift } = input;
  const code = Number(CODE.get(key) ?? key.codePointAt(0));
  const special = key === 'enter' || key === 'tab' || key === 'backspace' || key === 'escape';
  if (modes.kitty & 1) {
    const needed = ctrl || alt || (special && shift) || key === 'escape';
    if (needed) return `${CSI}${code}${modifiers > 1 ? `;${modifiers}` : ''}u`;
  } else if (modes.modifyOtherKeys > 0) {
    const known =
      modes.modifyOtherKeys === 1 && (hasControl(input) || (alt && !ctrl) || (key === 'tab' && !ctrl));
    if ((ctrl || alt || (special && shift)) && !known) return `${CSI}27;${modifiers};${code}~`;
  }
  return null;
}

/** True if Ctrl with this key has a control character of its own. */
function hasControl({ key, ctrl, shift }: KeyInput): boolean {
  return ctrl && !shift && (/^[a-z]$/.test(key) || key === 'space' || key in CONTROL);
}

/** What terminals have always sent. */
function encodePlain(input: KeyInput): string | null {
  const { key, ctrl, alt, shift } = input;
  const plain = plainBytes(key, ctrl, shift, input.text);
  return plain === null ? null : (alt ? '\x1b' : '') + plain;
}

function plainBytes(key: string, ctrl: boolean, shift: boolean, text: string | undefined): string | null {
  switch (key) {
    case 'enter':
      return '\r';
    case 'tab':
      return shift ? `${CSI}Z` : '\t';
    case 'backspace':
      return ctrl ? '\b' : '\x7f';
    case 'escape':
      return '\x1b';
    case 'space':
      return ctrl ? '\0' : ' ';
  }
  if ([...key].length !== 1) return null;
  if (ctrl && /^[a-z]$/.test(key)) return String.fromCharCode(key.charCodeAt(0) & 0x1f);
  if (ctrl && CONTROL[key] !== undefined) return CONTROL[key];
  return text ?? (shift ? key.toUpperCase() : key);
}

/** A paste cannot end itself, and outside of bracketed paste it cannot send control characters. */
function encodePaste(text: string, modes: Modes): string {
  const lines = text.replace(/\r\n|\n/g, '\r');
  if (!modes.paste) return lines.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '');
  let safe = lines;
  for (let before = ''; before !== safe; ) {
    before = safe;
    safe = safe.replace(/(?:\x1b\[|\x9b)20[01]~/g, '');
  }
  return `${CSI}200~${safe}${CSI}201~`;
}

function encodeMouse(input: MouseInput, modes: Modes): string | null {
  if (!isWanted(input, modes)) return null;
  const { shift, alt, ctrl, action, button } = input;
  const held = modes.mouse === 'x10' ? 0 : (shift ? 4 : 0) + (alt ? 8 : 0) + (ctrl ? 16 : 0);
  const code = BUTTON[button] + held + (action === 'move' ? 32 : 0);
  const x = input.x + 1;
  const y = input.y + 1;
  if (modes.mouseEncoding === 'sgr') return `${CSI}<${code};${x};${y}${action === 'release' ? 'm' : 'M'}`;
  const old = action === 'release' ? 3 + held : code;
  if (modes.mouseEncoding === 'urxvt') return `${CSI}${old + 32};${x};${y}M`;
  const utf8 = modes.mouseEncoding === 'utf8';
  // positions beyond one byte (or two in UTF-8) cannot be told
  if (Math.max(x, y) > (utf8 ? 2015 : 223)) return null;
  const bytes = String.fromCharCode(old + 32, x + 32, y + 32);
  return `${CSI}M${utf8 ? Buffer.from(bytes, 'utf8').toString('latin1') : bytes}`;
}

function isWanted({ action, button }: MouseInput, { mouse }: Modes): boolean {
  switch (mouse) {
    case 'none':
      return false;
    case 'x10':
      return action === 'press' && BUTTON[button] < 3;
    case 'press':
      return action !== 'move';
    case 'drag':
      return action !== 'move' || button !== 'none';
    case 'any':
      return true;
  }
}
