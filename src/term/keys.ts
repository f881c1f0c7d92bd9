/**
 * Input as events, and their names. KeyReader (key-reader.ts) makes them from the bytes of the outer terminal, `encode`
 * (key-encode.ts) turns them into the bytes that the program in a pane expects. Keymaps are data: `parseKey` and
 * `nameOf` give every key one name.
 */

export { encode } from './key-encode.ts';
export { KeyReader } from './key-reader.ts';

export interface Modifiers {
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

export interface KeyInput extends Modifiers {
  readonly type: 'key';
  /** 'enter', 'up', 'f5', 'space', … or the character: letters in lower case with `shift`, others as they are typed. */
  readonly key: string;
  /** What the key types, if it types something. */
  readonly text?: string;
  /** The bytes that the outer terminal sent. */
  readonly raw: Uint8Array;
}

export type Button =
  | 'left'
  | 'middle'
  | 'right'
  | 'none'
  | 'back'
  | 'forward'
  | 'wheel-up'
  | 'wheel-down'
  | 'wheel-left'
  | 'wheel-right';

export interface MouseInput extends Modifiers {
  readonly type: 'mouse';
  readonly action: 'press' | 'release' | 'move' | 'wheel';
  readonly button: Button;
  /** Cells from the upper left corner, from 0. */
  readonly x: number;
  readonly y: number;
}

export interface PasteInput {
  readonly type: 'paste';
  readonly text: string;
}

export interface FocusInput {
  readonly type: 'focus';
  readonly focused: boolean;
}

/** What the terminal said by itself, or what nobody understands: never a key. */
export interface ReplyInput {
  readonly type: 'reply';
  readonly raw: Uint8Array;
}

export type Input = KeyInput | MouseInput | PasteInput | FocusInput | ReplyInput;

const NAMED = new Set([
  ...['enter', 'tab', 'backspace', 'escape', 'space', 'up', 'down', 'left', 'right', 'home', 'end', 'begin'],
  ...['pageup', 'pagedown', 'insert', 'delete', 'menu', 'print', 'pause', 'leader'],
  ...Array.from({ length: 35 }, (_, index) => `f${index + 1}`),
]);
const ALIASES: Record<string, string> = {
  esc: 'escape',
  return: 'enter',
  cr: 'enter',
  del: 'delete',
  ins: 'insert',
  bs: 'backspace',
  pgup: 'pageup',
  'page-up': 'pageup',
  pgdn: 'pagedown',
  'page-down': 'pagedown',
  ' ': 'space',
};
const MODIFIER = /^(ctrl|control|alt|meta|option|shift)[-+](?=.)/i;

/** The name of a key: 'a', 'A', 'ctrl-space', 'alt-1', 'ctrl-alt-shift-x', 'shift-tab', '?'. */
export function nameOf({ key, ctrl, alt, shift }: Pick<KeyInput, 'key'> & Modifiers): string {
  const upper = key.toUpperCase();
  if (shift && !ctrl && !alt && isCharacter(key) && upper !== key) return upper;
  return `${ctrl ? 'ctrl-' : ''}${alt ? 'alt-' : ''}${shift ? 'shift-' : ''}${key}`;
}

/** The one name of a key that a person wrote ('Ctrl+Space', 'alt-A', 'esc'), or null if it names no key. */
export function parseKey(text: string): string | null {
  const modifiers = { ctrl: false, alt: false, shift: false };
  let rest = text;
  for (let found = MODIFIER.exec(rest); found; found = MODIFIER.exec(rest)) {
    const which = found[1]?.toLowerCase();
    if (which === 'shift') modifiers.shift = true;
    else if (which === 'ctrl' || which === 'control') modifiers.ctrl = true;
    else modifiers.alt = true;
    rest = rest.slice(found[0].length);
  }
  const low = rest.toLowerCase();
  const key = ALIASES[low] ?? low;
  if (NAMED.has(key)) return nameOf({ key, ...modifiers });
  if (!isCharacter(rest)) return null;
  return nameOf({ key, ...modifiers, shift: modifiers.shift || low !== rest });
}

function isCharacter(text: string): boolean {
  return [...text].length === 1 && text > ' ' && text !== '\x7f';
}
