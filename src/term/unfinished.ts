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

/** The unfinished sequence after parsing `bytes`, given what was unfinished before and whether the parser is at rest now. */
export function unfinished(before: Uint8Array, bytes: Uint8Array, grounded: boolean): Uint8Array {
  if (grounded) return NOTHING;
  const start = lastBegin(bytes);
  if (start >= 0) return withoutControls(bytes.slice(start));
  if (before.length === 0 || before.length + bytes.length > LIMIT) return NOTHING;
  return withoutControls(join(before, bytes));
}

/** Where the last sequence begins: at an ESC, or an eight-bit control that opens one (DCS, SOS, CSI, OSC, PM, APC) in UTF-8. */
function lastBegin(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= 0; at--) {
    if (bytes[at] === ESC) return at;
    if (bytes[at] === 0xc2 && OPENERS.includes(bytes[at + 1] ?? 0)) return at;
  }
  return -1;
}

/**
 * Control characters inside of a sequence are done at once, and must not be done again; those in strings belong to them.
 * Neither before what opens the sequence, nor in one that is no string, can anything beyond ASCII be but broken UTF-8.
 */
function withoutControls(bytes: Uint8Array): Uint8Array {
  const byEsc = bytes[0] === ESC;
  const opener = byEsc ? 1 + bytes.subarray(1).findIndex((byte) => byte >= 0x20 && byte < 0x80) : 1;
  if (opener === 0) return bytes.slice(0, 1);
  const kind = bytes[opener] ?? 0;
  const isString = byEsc ? STRINGS.includes(kind) : kind !== 0x9b;
  const rest = bytes.subarray(opener);
  const kept = isString
    ? rest
    : rest.filter((byte, index) => (byte >= 0x20 && byte < 0x80) || (!byEsc && index === 0));
  return join(bytes.subarray(0, 1), kept);
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
