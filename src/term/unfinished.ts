/**
 * The bytes at the end of a stream that its parser has swallowed but not acted on: a split escape sequence or a split
 * UTF-8 character. A snapshot carries them along, so that the rest of the stream still makes sense to who restores it.
 */

const ESC = 0x1b;
/** A longer sequence (a picture, a huge clipboard) is not carried along. */
const LIMIT = 64 * 1024;
const OPENERS = [0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f];
/** ESC P, X, ], ^ and _. */
const STRINGS = [0x50, 0x58, 0x5d, 0x5e, 0x5f];
const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

/** The unfinished bytes after parsing `data`, given those before it and whether the parser is between sequences. */
export function unfinished(before: Uint8Array, data: Uint8Array | string, grounded: boolean): Uint8Array {
  const bytes = typeof data === 'string' ? encoder.encode(data) : data;
  if (!grounded) {
    const start = lastBegin(bytes);
    if (start >= 0) return withoutControls(bytes.slice(start));
    if (before.length === 0 || before.length + bytes.length > LIMIT) return NOTHING;
    return withoutControls(join(before, bytes));
  }
  const last = bytes.at(-1);
  if (last === undefined) return before;
  if (last < 0x80) return NOTHING;
  const end = before.length > 0 && before.length < 4 && before[0] !== ESC ? join(before, bytes) : bytes;
  return splitCharacter(end);
}

/** Where the last sequence begins: at an ESC, or an eight-bit control that opens one (DCS, SOS, CSI, OSC, PM, APC) in UTF-8. */
function lastBegin(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= 0; at--) {
    if (bytes[at] === ESC) return at;
    if (bytes[at] === 0xc2 && OPENERS.includes(bytes[at + 1] ?? 0)) return at;
  }
  return -1;
}

/** Control characters inside of a sequence are done at once, and must not be done again; those in strings belong to them. */
function withoutControls(bytes: Uint8Array): Uint8Array {
  const [first, second = 0] = bytes;
  const rest = bytes.subarray(first === ESC ? 1 : 2);
  const isString = first === ESC ? STRINGS.includes(second) : second !== 0x9b;
  if (isString || rest.some((byte) => byte >= 0x80)) return bytes;
  return bytes.filter((byte) => byte >= 0x20 || byte === ESC);
}

/** A UTF-8 character that has begun but not ended at the end of these bytes (at most three of them). */
export function splitCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes.at(-back) ?? 0;
    if (byte < 0x80) return NOTHING;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < length ? bytes.slice(bytes.length - back) : NOTHING;
    }
  }
  return NOTHING;
}

/** Two pieces of a stream as one. */
export function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
