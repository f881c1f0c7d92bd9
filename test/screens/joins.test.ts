import { expect, test } from 'vitest';
import { glyph, isRisky, joinsAfter, joinsBefore } from '../../src/term/cells.ts';
import { glyphs } from '../../src/term/graphemes.ts';

const everything = Array.from({ length: 0x10ffff - 0xa0 }, (_, index) => index + 0xa0).filter(
  (code) => code < 0xd800 || code > 0xdfff,
);
const joined = (text: string) => glyphs(text).length === 1;
const hex = (codes: readonly number[]) => codes.map((code) => code.toString(16));

test('whatever the emulator joins to a glyph before it is written apart from it', () => {
  const before = ['a', '\u{1f469}', '\u1100', '\u{1f1e9}', '\u0915'];
  const missed = everything.filter((code) => {
    const text = String.fromCodePoint(code);
    const apart = (one: string) => joinsAfter(glyph(one, 1)) || joinsBefore(glyph(text, 1));
    return before.some((one) => joined(one + text) && !apart(one));
  });
  expect(hex(missed)).toEqual([]);
});

test('whatever the emulator joins to the glyph after it is followed by a jump', () => {
  const missed = everything.filter((code) => {
    const text = String.fromCodePoint(code);
    return joined(`${text}a`) && !(joinsAfter(glyph(text, 1)) && isRisky(glyph(text, 1)));
  });
  expect(hex(missed)).toEqual([]);
});
