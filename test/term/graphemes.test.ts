import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import type { IUnicodeVersionProvider } from '@xterm/headless';
import { expect, test } from 'vitest';
import { provider } from '../../src/term/graphemes.ts';

const last = 0x10ffff;

function addon(): IUnicodeVersionProvider {
  const found: IUnicodeVersionProvider[] = [];
  const unicode = {
    register: (one: IUnicodeVersionProvider) => found.push(one),
    activeVersion: '',
    versions: [],
  };
  new UnicodeGraphemesAddon().activate({ unicode } as any);
  return found.find((one) => one.version.endsWith('graphemes'))!;
}
const its = addon();

/** Emoji that are newer than the addon. */
const isNew = (code: number) =>
  (code >= 0x1f6dc && code <= 0x1f6df) || code === 0x1f7f0 || (code >= 0x1fa70 && code <= 0x1faff);

test('every code point has the properties and the width that the addon knows', () => {
  const wrong: string[] = [];
  for (let code = 0; code <= last; code++) {
    if (isNew(code)) continue;
    const same =
      provider.charProperties(code, 0) === its.charProperties(code, 0) &&
      provider.wcwidth(code) === its.wcwidth(code);
    if (!same) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});

test('emoji that are newer than the addon are wide, and join as an older one does', () => {
  for (let code = 0; code <= last; code++)
    if (isNew(code))
      expect(provider.charProperties(code, 0), code.toString(16)).toBe(its.charProperties(0x1f600, 0));
});

test('each kind of character joins each kind of what stood before as the addon says, in threes', () => {
  const kinds = new Map<number, number>();
  for (let code = 0; code <= last; code++) {
    const kind = its.charProperties(code, 0);
    if (!kinds.has(kind)) kinds.set(kind, code);
  }
  const some = [0x41, 0xfe0f, 0x200d, ...kinds.values()];
  for (const first of some)
    for (const second of some)
      for (const third of some) {
        let [mine, theirs] = [0, 0];
        for (const code of [first, second, third]) {
          mine = provider.charProperties(code, mine);
          theirs = its.charProperties(code, theirs);
          expect(mine, [first, second, third].map((one) => one.toString(16)).join(' ')).toBe(theirs);
        }
      }
});
