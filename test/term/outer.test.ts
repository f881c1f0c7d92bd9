import { describe, expect, test } from 'vitest';
import { CELL, extendedOf, glyphText, RIGHT_HALF } from '../../src/term/cells.ts';
import { createFrame, cut, type Frame } from '../../src/term/compose.ts';
import { cellWidth } from '../../src/term/graphemes.ts';
import { fitFrame, type Outer, outerOf, showsAll } from '../../src/term/outer.ts';
import { to16, to256 } from '../../src/term/palette.ts';
import { type Finding, Probe } from '../../src/term/probe.ts';
import { Screen } from '../../src/term/screen.ts';
import { samples, simpler, widthClass, widthClasses } from '../../src/term/widths.ts';

const all: Outer = { colours: 'true', ascii: false, plain: false, wary: new Set() };

function frameOf(text: string, cols = 30): Frame {
  const screen = new Screen({ cols, rows: 2 });
  screen.write(text);
  screen.flush();
  const frame = createFrame({ cols, rows: 2 });
  cut(screen, frame, { x: 0, y: 0 }, { x: 0, y: 0, cols, rows: 2 });
  return frame;
}

/** The first row of a frame; what is left of a wide glyph is no character. */
const row = ({ cells, cols }: Frame): string =>
  Array.from({ length: cols }, (_, x) => {
    const content = cells[x * CELL] ?? 0;
    return content === RIGHT_HALF ? '' : glyphText(content);
  }).join('');

function fitted(text: string, outer: Partial<Outer>): string {
  const frame = frameOf(text);
  fitFrame(frame, { ...all, ...outer });
  const shown = row(frame);
  expect(cellWidth(shown)).toBe(30);
  return shown.trimEnd();
}

test.each([
  [{ TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'en_US.UTF-8' }, 'true', false, false],
  [{ TERM: 'xterm-256color' }, 'true', false, false],
  [{ TERM: 'linux', LANG: 'de_DE.UTF-8' }, '16', true, true],
  [{ TERM: 'screen', LANG: 'C.UTF-8' }, '256', false, true],
  [{ TERM: 'screen-256color', COLORTERM: 'truecolor' }, 'true', false, true],
  [{ TERM: 'tmux-256color', TMUX: '/tmp/x' }, '256', false, false],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal', LC_CTYPE: 'UTF-8' }, '256', false, false],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'vscode', COLORTERM: 'truecolor' }, 'true', false, false],
  [{ TERM: 'xterm', LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'true', true, false],
  [{ TERM: 'xterm', LANG: 'de_DE.ISO-8859-1' }, 'true', true, false],
] as const)('%j has %s colours, ascii %s, plain %s', (env, colours, ascii, plain) => {
  const outer = outerOf(env);
  expect(outer).toMatchObject({ colours, ascii, plain });
  expect(showsAll(outer)).toBe(colours === 'true' && !ascii && !plain);
});

describe('ASCII', () => {
  test('stands for lines, marks and letters, each in its place', () => {
    expect(fitted('╭─ ● ok ✓ ✗ … ─╮│↑ 3 é ñ ☐', { ascii: true })).toBe('+- * ok + x ~ -+|^ 3 e n ?');
    expect(fitted('⠋ 世界 👩‍👩‍👧 x', { ascii: true })).toBe('* ? ?  ?  x');
    expect(fitted('Ａ５', { ascii: true })).toBe('A 5');
  });

  test('leaves nothing else of any text', () => {
    const text = Array.from({ length: 0x2c00 - 0xa1 }, (_, index) => String.fromCodePoint(0xa1 + index));
    for (let at = 0; at < text.length; at += 14)
      expect(fitted(text.slice(at, at + 14).join(''), { ascii: true })).toMatch(/^[ -~]*$/);
  });
});

describe('colours', () => {
  test('become the nearest of fewer, and flags stay', () => {
    const rgb = (hex: number) => 0x3000000 | hex;
    expect(to256(0x8000000 | rgb(0xff0000))).toBe((0x8000000 | 0x2000000 | 196) >>> 0);
    expect(to256(rgb(0x808080))).toBe(0x2000000 | 244);
    expect(to256(0x2000007)).toBe(0x2000007);
    expect(to16(rgb(0x0000ee))).toBe(0x1000004);
    expect(to16(0x2000000 | 231)).toBe(0x100000f);
    expect(to16(0x2000000 | 9)).toBe(0x1000009);
    expect(to16(0xf4000000 >>> 0)).toBe(0xf4000000 >>> 0);
    expect(to16(0)).toBe(0);
  });

  test('of a frame are all of the 16 on a console, without links and underline styles', () => {
    const text = '\x1b[38;2;1;200;3;48;5;99m\x1b[4:3mx\x1b]8;;http://a\x1b\\y';
    const frame = frameOf(text);
    expect(frame.cells[3]).toBe(extendedOf(3, 0, ''));
    fitFrame(frame, { ...all, colours: '16', plain: true });
    for (let at = 0; at < frame.cells.length; at += CELL) {
      expect(((frame.cells[at + 1] ?? 0) >>> 24) & 3).toBeLessThan(2);
      expect(((frame.cells[at + 2] ?? 0) >>> 24) & 3).toBeLessThan(2);
      expect(frame.cells[at + 3]).toBe(0);
    }
  });
});

describe('widths', () => {
  test('every sample is of its kind, and what stands for it is not', () => {
    for (const kind of widthClasses) {
      const [first = ''] = kind === 'lines' ? ['●'] : [samples[kind]];
      expect([kind, widthClass(first)]).toEqual([kind, kind]);
      expect(cellWidth(simpler(first))).toBeLessThanOrEqual(cellWidth(first));
    }
    expect(['a', '~', 'é', 'ж'].map(widthClass)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('a glyph of another width there is drawn with less, in the same columns', () => {
    expect(
      fitted('a👩‍👩‍👧b🇩🇪c👍🏽d☁\ufe0fe', { wary: new Set(['joined', 'flag', 'toned', 'variant']) }),
    ).toBe('a👩bDEc👍d☁ e');
    expect(fitted('a👩‍👩‍👧b🙂c', { wary: new Set(['joined', 'emoji']) })).toBe('a? b? c');
    expect(fitted('e\u0301x', { wary: new Set(['marked']) })).toBe('ex');
    expect(fitted('e\u0301x 世', { wary: new Set() })).toBe('e\u0301x 世');
  });

  test('are tried at the start: what the terminal answers otherwise is found', () => {
    const found: Finding[] = [];
    const probe = new Probe((finding) => found.push(finding));
    const asked = widthClasses.map((kind) => cellWidth(samples[kind]));
    for (const kind of widthClasses) expect(probe.questions).toContain(`${samples[kind]}\x1b[m\x1b[6n`);
    const answers = asked.map((columns, index) => (widthClasses[index] === 'joined' ? 6 : columns));
    for (const columns of answers) probe.take(Buffer.from(`\x1b[2;${columns + 1}R`));
    probe.take(Buffer.from('\x1b[2;80R'));
    expect(found).toEqual([{ type: 'width', kind: 'joined' }]);
  });

  test('the background is dark or light', () => {
    const found: Finding[] = [];
    const probe = new Probe((finding) => found.push(finding));
    for (const colour of ['rgb:ffff/ffff/f0f0', 'rgb:00/2b/36', 'rgba:fd/f6/e3/ff', 'nonsense'])
      probe.take(Buffer.from(`\x1b]11;${colour}\x1b\\`));
    expect(found).toEqual([
      { type: 'background', light: true },
      { type: 'background', light: false },
      { type: 'background', light: true },
    ]);
  });
});
