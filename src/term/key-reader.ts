import { CODES, KEYPAD, KEYPAD_FIRST, KEYPAD_REST, LETTERS, PRIVATE, TILDES } from './key-tables.ts';
import type { Button, Input, KeyInput, Modifiers } from './keys.ts';

const ESC = '\x1b';
const PASTE_END = '\x1b[201~';
/** Stands for CSI 200 ~ until the paste is complete. */
const PASTE_BEGINS: Input = { type: 'paste', text: '' };
const NO_MODIFIERS: Modifiers = { ctrl: false, alt: false, shift: false };
/** A sequence longer than this is no key and no reply worth waiting for. */
const LIMIT = 4096;
const BUTTONS: Button[] = ['left', 'middle', 'right', 'none'];
const WHEEL: Button[] = ['wheel-up', 'wheel-down', 'wheel-left', 'wheel-right'];
const EXTRA: Button[] = ['back', 'forward', 'none', 'none'];
const LINUX_CONSOLE = 'ABCDE'; // ESC [ [ A is F1

/** How many characters a reading took, and what it made of them; null if more must come first. */
type Reading = { readonly length: number; readonly inputs: readonly Input[] } | null;

/** Reads the bytes of the outer terminal, however they are cut into chunks. */
export class KeyReader {
  #rest = ''; // bytes as latin1
  #paste: string | null = null;
  #waited = false;

  /** True if bytes wait for what follows; call `flush` when nothing follows within some 30 ms. */
  get pending(): boolean {
    return this.#rest !== '' && this.#paste === null;
  }

  read(data: Uint8Array): Input[] {
    this.#rest += latin1(data);
    const inputs: Input[] = [];
    let at = 0;
    while (at < this.#rest.length) {
      const reading = this.#paste === null ? readOne(this.#rest, at) : this.#readPaste(at);
      if (!reading) break;
      at += reading.length;
      for (const input of reading.inputs) {
        if (input === PASTE_BEGINS) this.#paste = '';
        else inputs.push(input);
      }
    }
    this.#rest = this.#rest.slice(at);
    if (this.#rest === '') this.#waited = false;
    if (this.#rest.length > LIMIT) this.#rest = '';
    return inputs;
  }

  /**
   * Nothing followed: an escape is the Escape key, ESC [ is Alt-[. What is longer is part of a reply that arrives
   * slowly; it gets one more chance, and is then forgotten.
   */
  flush(): Input[] {
    if (!this.pending) return [];
    const rest = this.#rest;
    if (rest.length > 2 && !this.#waited) {
      this.#waited = true;
      return [];
    }
    this.#rest = '';
    this.#waited = false;
    if (rest[0] !== ESC || rest.length > 2) return [];
    const pressed = key('escape', NO_MODIFIERS, ESC);
    if (rest === ESC) return [pressed];
    if (rest[1] === ESC) return [pressed, pressed];
    return [character(rest[1] ?? '', { ...NO_MODIFIERS, alt: true }, rest)];
  }

  /** The rest of a paste as far as it is there; held back are bytes that may begin its end. */
  #readPaste(at: number): Reading {
    const end = this.#rest.indexOf(PASTE_END, at);
    if (end >= 0) {
      const text = utf8(this.#paste + this.#rest.slice(at, end));
      this.#paste = null;
      return { length: end + PASTE_END.length - at, inputs: [{ type: 'paste', text }] };
    }
    const length = this.#rest.length - at - (PASTE_END.length - 1);
    if (length <= 0) return null;
    this.#paste += this.#rest.slice(at, at + length);
    return { length, inputs: [] };
  }
}

function latin1(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function bytesOf(raw: string): Uint8Array {
  return Buffer.from(raw, 'latin1');
}

function key(name: string, modifiers: Modifiers, raw: string, text?: string): KeyInput {
  const { ctrl, alt, shift } = modifiers;
  return {
    type: 'key',
    key: name,
    ctrl,
    alt,
    shift,
    ...(text === undefined ? {} : { text }),
    raw: bytesOf(raw),
  };
}

/** A key that is a character: letters are named in lower case, so that a binding does not depend on how Shift is told. */
function character(text: string, modifiers: Modifiers, raw: string): KeyInput {
  const typed = modifiers.ctrl || modifiers.alt ? undefined : text;
  if (text === ' ') return key('space', modifiers, raw, typed);
  const low = text.toLowerCase();
  const isLetter = low !== text.toUpperCase();
  const upper = isLetter && (text !== low || modifiers.shift);
  return key(low, { ...modifiers, shift: upper }, raw, upper ? typed?.toUpperCase() : typed);
}

function readOne(bytes: string, at: number): Reading {
  if (bytes[at] !== ESC) return readPlain(bytes, at, NO_MODIFIERS, at);
  const next = bytes[at + 1];
  if (next === undefined) return null;
  if (next !== ESC) return readEscape(bytes, at, false);
  const after = bytes[at + 2];
  if (after === undefined) return null;
  if (after !== '[' && after !== 'O') return { length: 1, inputs: [key('escape', NO_MODIFIERS, ESC)] };
  const reading = readEscape(bytes, at + 1, true);
  return reading && { length: reading.length + 1, inputs: reading.inputs };
}

function readEscape(bytes: string, at: number, alt: boolean): Reading {
  switch (bytes[at + 1]) {
    case '[':
      return readCsi(bytes, at, alt);
    case 'O':
      return readSs3(bytes, at, alt);
    case ']':
    case 'P':
    case '_':
    case '^':
      return readString(bytes, at);
    default:
      return readPlain(bytes, at + 1, { ...NO_MODIFIERS, alt: true }, at);
  }
}

/** A control character or a UTF-8 character at `at`, whose bytes began at `start`. */
function readPlain(bytes: string, at: number, modifiers: Modifiers, start: number): Reading {
  const code = bytes.charCodeAt(at);
  const length = code < 0xc0 ? 1 : code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;
  if (at + length > bytes.length) return null;
  const raw = bytes.slice(start, at + length);
  const taken = at + length - start;
  if (code >= 0x80 && code < 0xc0) return { length: taken, inputs: [] };
  const input =
    code < 0x20 || code === 0x7f
      ? control(code, modifiers, raw)
      : character(utf8(bytes.slice(at, at + length)), modifiers, raw);
  return { length: taken, inputs: [input] };
}

function control(code: number, modifiers: Modifiers, raw: string): KeyInput {
  if (code === 0x7f) return key('backspace', modifiers, raw);
  if (code === 0x09) return key('tab', modifiers, raw);
  if (code === 0x0d) return key('enter', modifiers, raw);
  const ctrl = { ...modifiers, ctrl: true };
  if (code === 0) return key('space', ctrl, raw);
  return key(String.fromCharCode(code | 0x40).toLowerCase(), ctrl, raw);
}

/** OSC, DCS, APC or PM up to BEL or ST: an answer of the terminal. */
function readString(bytes: string, at: number): Reading {
  const [found] = /\x07|\x1b\\/.exec(bytes.slice(at + 2)) ?? [];
  if (found === undefined) return null;
  const length = bytes.indexOf(found, at + 2) + found.length - at;
  return { length, inputs: [{ type: 'reply', raw: bytesOf(bytes.slice(at, at + length)) }] };
}

function readSs3(bytes: string, at: number, alt: boolean): Reading {
  const final = bytes[at + 2];
  if (final === undefined) return null;
  const raw = bytes.slice(at, at + 3);
  const modifiers = { ...NO_MODIFIERS, alt };
  const name = LETTERS[final];
  if (name) return { length: 3, inputs: [key(name, modifiers, raw)] };
  if (final === 'M') return { length: 3, inputs: [key('enter', modifiers, raw)] };
  const digit = 'jklmnopqrstuvwxyX'.indexOf(final);
  if (digit >= 0) return { length: 3, inputs: [character('*+,-./0123456789='[digit] ?? '', modifiers, raw)] };
  // Alt-O and the key after it
  return { length: 2, inputs: [character('O', { ...NO_MODIFIERS, alt: true }, raw.slice(0, 2))] };
}

function readCsi(bytes: string, at: number, alt: boolean): Reading {
  const pattern = /([\x30-\x3f]*)([\x20-\x2f]*)([\x40-\x7e])?/y;
  pattern.lastIndex = at + 2;
  const [all = '', parameters = '', intermediates = '', final] = pattern.exec(bytes) ?? [];
  const length = 2 + all.length;
  if (final === undefined) return at + length < bytes.length ? { length, inputs: [] } : null;
  if (parameters === '' && (final === 'M' || final === '[')) return readOddCsi(bytes, at, final, alt);
  const input = meaning(parameters, intermediates, final, alt, bytes.slice(at, at + length));
  return { length, inputs: input ? [input] : [] };
}

/** The two sequences that go on after their final character: X10 mouse reports, and function keys of the Linux console. */
function readOddCsi(bytes: string, at: number, final: string, alt: boolean): Reading {
  const length = final === 'M' ? 6 : 4;
  if (at + length > bytes.length) return null;
  const raw = bytes.slice(at, at + length);
  if (final === 'M') {
    const [code = 0, x = 0, y = 0] = [3, 4, 5].map((index) => raw.charCodeAt(index) - 32);
    return { length, inputs: [mouse(code, x, y, (code & 3) === 3 && code < 32)] };
  }
  const index = LINUX_CONSOLE.indexOf(raw[3] ?? ' ');
  return { length, inputs: index >= 0 ? [key(`f${index + 1}`, { ...NO_MODIFIERS, alt }, raw)] : [] };
}

function meaning(
  parameters: string,
  intermediates: string,
  final: string,
  alt: boolean,
  raw: string,
): Input | null {
  const reply: Input = { type: 'reply', raw: bytesOf(raw) };
  const numbers = parameters.split(';').map((part) => part.split(':').map(Number));
  const [[first = 0] = [], [second = 1] = [], [third = 0] = []] = numbers;
  if (parameters.startsWith('<') && (final === 'M' || final === 'm'))
    return mouse(Number(parameters.slice(1).split(';')[0]), second, third, final === 'm');
  if (/^[<=>?]/.test(parameters) || intermediates !== '') return reply;
  if (parameters === '' && (final === 'I' || final === 'O')) return { type: 'focus', focused: final === 'I' };
  const modifiers = modifiersOf(second, alt);
  if (final === '~') return tilde(first, modifiers, third, raw) ?? reply;
  if (final === 'u') return parameters === '' ? reply : kitty(numbers, alt, raw);
  if (final === 'Z') return key('tab', { ...modifiers, shift: true }, raw);
  const name = LETTERS[final];
  // CSI row ; column R is a cursor report; F3 has a 1 where the row would be, and its modifiers
  const isKey = name && (parameters === '' || (first === 1 && second <= 16));
  return isKey && (final !== 'R' || parameters !== '') ? key(name, modifiers, raw) : reply;
}

/** xterm's modifier parameter: 1 + shift 1 + alt 2 + control 4 (+ super 8, + meta 32 in kitty). */
function modifiersOf(parameter: number, alt = false): Modifiers {
  const bits = Math.max(0, (parameter || 1) - 1);
  return { shift: (bits & 1) !== 0, alt: alt || (bits & (2 | 32)) !== 0, ctrl: (bits & 4) !== 0 };
}

function tilde(number: number, modifiers: Modifiers, code: number, raw: string): Input | null {
  if (number === 200) return PASTE_BEGINS;
  if (number === 27 && code > 0) return coded(code, undefined, modifiers, raw);
  const name = TILDES[number];
  return name ? key(name, modifiers, raw) : null;
}

/** CSI code:shifted:base ; modifiers:event ; text u. Releases (event 3) and modifiers alone are nothing. */
function kitty(numbers: number[][], alt: boolean, raw: string): Input | null {
  const [[code = 0, shifted] = [], [modifiers = 1, event = 1] = []] = numbers;
  return event === 3 ? null : coded(code, shifted || undefined, modifiersOf(modifiers, alt), raw);
}

function coded(code: number, shifted: number | undefined, modifiers: Modifiers, raw: string): Input | null {
  const name = CODES[code];
  if (name)
    return key(name, modifiers, raw, name === 'space' && !modifiers.ctrl && !modifiers.alt ? ' ' : undefined);
  const keypad = KEYPAD[code - KEYPAD_FIRST] ?? KEYPAD_REST[code];
  if (keypad !== undefined) return character(keypad, modifiers, raw);
  if ((code >= PRIVATE[0] && code <= PRIVATE[1]) || code < 32 || code > 0x10ffff) return null;
  return character(String.fromCodePoint(modifiers.shift && shifted ? shifted : code), modifiers, raw);
}

function mouse(code: number, x: number, y: number, released: boolean): Input {
  const low = code & 3;
  const button = (code & 64 ? WHEEL : code & 128 ? EXTRA : BUTTONS)[low] ?? 'none';
  const action = code & 64 ? 'wheel' : code & 32 ? 'move' : released ? 'release' : 'press';
  const modifiers = { shift: (code & 4) !== 0, alt: (code & 8) !== 0, ctrl: (code & 16) !== 0 };
  return { type: 'mouse', action, button, x: Math.max(0, x - 1), y: Math.max(0, y - 1), ...modifiers };
}
