import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { CELL } from '../../src/term/cells.ts';
import { publicStoreOf } from '../../src/term/public-store.ts';
import { PROOF, readsTruly, type Store, storeOf } from '../../src/term/stored.ts';
import { describe } from './picture.ts';

function terminalWith(bytes: string) {
  const terminal = new xterm.Terminal({ cols: 12, rows: 3, allowProposedApi: true, logLevel: 'off' });
  terminal.input('', true);
  terminal.write(bytes);
  return terminal;
}

function rows(store: Store): string[] {
  const cells = new Uint32Array(12 * CELL);
  return [0, 1, 2].map((line) => {
    store.read('active', line, cells, 0, 0, 12, false);
    return `${store.wrapped('active', line) ? '↳' : ' '}${describe(cells)}`;
  });
}

test('this version of xterm stores cells where they are read', () => {
  const terminal = terminalWith('');
  terminal.loadAddon(new UnicodeGraphemesAddon());
  terminal.input('', true);
  terminal.write(PROOF);
  expect(readsTruly(() => storeOf(terminal))).toBe(true);
});

test('another storage is noticed, so that the public API serves instead', () => {
  const terminal = terminalWith(PROOF);
  expect(readsTruly(() => storeOf({}))).toBe(false);
  expect(readsTruly(() => publicStoreOf(terminal))).toBe(false);
});

test('by the public API the same cells are read, but for underline styles and links', () => {
  const terminal = terminalWith(
    '\x1b[1;31mbold\x1b[m \x1b[7;48;5;99minv\x1b[m\x1b[2;3;9;38;2;1;2;3mwrapped\x1b[m\x1b[44m\x1b[K\x1b[4;5;8;53mx界',
  );
  expect(rows(publicStoreOf(terminal))).toEqual(rows(storeOf(terminal)));
  expect(publicStoreOf(terminal).state('active')).toMatchObject({ lines: 3, base: 0, y: 1, tabs: null });
});

test('after an exception inside the parser, parsing goes on', () => {
  const terminal = terminalWith('');
  terminal.parser.registerCsiHandler({ final: 'y' }, () => {
    throw new Error('a bug of the emulator');
  });
  terminal.input('', true);
  expect(() => terminal.write('a\x1b[1;2ylost')).toThrow('a bug of the emulator');
  storeOf(terminal).recover();
  terminal.input('', true);
  terminal.write('b');
  expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('ab');
});
