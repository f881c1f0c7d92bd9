import { describe, expect, test } from 'vitest';
import {
  find,
  glyphAt,
  lineAround,
  occurrencesIn,
  type Range,
  textBetween,
  wordAround,
} from '../../src/term/reading.ts';
import { Screen } from '../../src/term/screen.ts';

function screenWith(text: string, size = { cols: 20, rows: 5 }, scrollback = 50): Screen {
  const screen = new Screen(size, { scrollback });
  screen.write(text);
  screen.flush();
  return screen;
}

const read = (screen: Screen, range: Range | null) =>
  range ? textBetween(screen, range.start, range.end) : null;

describe('searching', () => {
  test('finds words in the history, in any case unless they have capitals', () => {
    const screen = screenWith('one\r\nTwo two\r\n3\r\n4\r\n5\r\n6\r\ntwo');
    const end = { line: screen.lines, x: 0 };
    expect(find(screen, 'two', end, true)).toEqual({ start: { line: 6, x: 0 }, end: { line: 6, x: 3 } });
    expect(find(screen, 'two', { line: 6, x: 0 }, true)?.start).toEqual({ line: 1, x: 4 });
    expect(find(screen, 'two', { line: 1, x: 4 }, true)?.start).toEqual({ line: 1, x: 0 });
    expect(find(screen, 'Two', end, true)?.start).toEqual({ line: 1, x: 0 });
    expect(find(screen, 'two', { line: 1, x: 0 }, true)).toBeNull();
    expect(find(screen, 'two', { line: 6, x: 1 })).toBeNull();
    expect(find(screen, '', end, true)).toBeNull();
  });

  test('finds what is broken over two rows', () => {
    const screen = screenWith(`${'x'.repeat(17)}needle and more`);
    const found = find(screen, 'needle', { line: 0, x: 0 });
    expect(found).toEqual({ start: { line: 0, x: 17 }, end: { line: 1, x: 3 } });
    expect(read(screen, found)).toBe('needle');
    expect(occurrencesIn(screen, 'needle', 1, 1)).toHaveLength(1);
  });

  test('counts columns, not characters, where glyphs are wide', () => {
    const screen = screenWith('世界 👩‍👩‍👧 needle İ dot');
    expect(find(screen, 'needle', { line: 0, x: 0 })?.start).toEqual({ line: 0, x: 8 });
    expect(find(screen, 'dot', { line: 0, x: 0 })?.start).toEqual({ line: 0, x: 17 });
  });

  test('finds every occurrence in view', () => {
    const screen = screenWith('ab ab\r\n\r\nxab');
    expect(occurrencesIn(screen, 'ab', 0, 4).map(({ start }) => [start.line, start.x])).toEqual([
      [0, 0],
      [0, 3],
      [2, 1],
    ]);
  });

  test('a place stays with its text when older lines are forgotten', () => {
    const screen = screenWith(`start\r\n${'-\r\n'.repeat(30)}needle`);
    expect(screen.shed).toBe(0);
    const from = { line: screen.lines + screen.shed, x: 0 };
    const found = find(screen, 'needle', from, true);
    screen.write('\r\nmore'.repeat(40));
    screen.flush();
    expect(screen.shed).toBeGreaterThan(0);
    expect(read(screen, found)).toBe('needle');
    expect(find(screen, 'needle', { line: screen.shed, x: 0 })).toEqual(found);
    screen.write('\r\nmore'.repeat(60));
    screen.flush();
    expect(find(screen, 'needle', { line: 0, x: 0 })).toBeNull();
    screen.write('\x1bcafter a reset');
    screen.flush();
    expect(find(screen, 'after', { line: 0, x: 0 })?.start.x).toBe(0);
  });
});

describe('selecting', () => {
  test('text comes in reading order, wrapped rows joined', () => {
    const screen = screenWith(`first\r\n${'0123456789'.repeat(3)}\r\n世界 needle\r\nlast`);
    expect(textBetween(screen, { line: 0, x: 2 }, { line: 3, x: 2 })).toBe(
      `rst\n${'0123456789'.repeat(3)}\n世`,
    );
  });

  test('a word is a name, a path or an address', () => {
    const screen = screenWith('see src/a-b.ts:12, "x y" 世界 end', { cols: 40, rows: 3 });
    const word = (x: number) => read(screen, wordAround(screen, { line: 0, x }));
    expect([word(1), word(6), word(17), word(20), word(26), word(30)]).toEqual([
      'see',
      'src/a-b.ts:12',
      ',',
      'x',
      '世界',
      'end',
    ]);
    expect(wordAround(screen, { line: 0, x: 38 })).toEqual({
      start: { line: 0, x: 38 },
      end: { line: 0, x: 39 },
    });
    expect(glyphAt(screen, { line: 0, x: 26 })).toEqual({ x: 25, width: 2, text: '世' });
  });

  test('a line is all of the rows it was wrapped into', () => {
    const screen = screenWith(`a\r\n${'0123456789'.repeat(3)}\r\nb`);
    expect(read(screen, lineAround(screen, { line: 2, x: 3 }))).toBe('0123456789'.repeat(3));
  });
});

describe('prompts', () => {
  const prompt = '\x1b]133;A\x07$ ';

  test('are remembered where a shell marks them, and forgotten with their lines', () => {
    const screen = screenWith(`${prompt}one\r\n-\r\n${prompt}two\r\n-\r\n-\r\n-\r\n${prompt}`);
    expect(screen.prompts).toEqual([0, 2, 6]);
    screen.write('\r\n-'.repeat(54));
    screen.flush();
    expect(screen.prompts).toEqual([6]);
    expect(screen.line(6 - screen.shed)).toBe('$');
  });

  test('go along with their lines when the width changes and in a snapshot', () => {
    const screen = screenWith(`${'0123456789'.repeat(6)}\r\n${prompt}one\r\n-\r\n${prompt}two`);
    expect(screen.prompts).toEqual([3, 5]);
    screen.resize({ cols: 60, rows: 5 });
    expect(screen.prompts.map((line) => screen.line(line))).toEqual(['$ one', '$ two']);
    const copy = new Screen(screen.size, { scrollback: 50 });
    copy.write(screen.snapshot());
    copy.flush();
    expect(copy.prompts.map((line) => copy.line(line))).toEqual(['$ one', '$ two']);
    expect(copy.text()).toEqual(screen.text());
  });
});
