import { expect, test } from 'vitest';
import { CELL, Fg, glyphText } from '../../src/term/cells.ts';
import {
  copyFrame,
  createFrame,
  cut,
  difference,
  dim,
  type Frame,
  fill,
  invert,
  keep,
  placeCursor,
  text,
} from '../../src/term/compose.ts';
import { glyphs } from '../../src/term/graphemes.ts';
import { Screen } from '../../src/term/screen.ts';
import { describe, picture } from './picture.ts';
import { piece, type Random, random, seeds } from './random.ts';

const size = { cols: 30, rows: 8 };
const whole = { x: 0, y: 0, ...size };

function screenWith(bytes: string, its = size) {
  const screen = new Screen(its);
  screen.write(bytes);
  screen.flush();
  return screen;
}

function frameOf(bytes: string, its = size): Frame {
  const frame = createFrame(its);
  cut(screenWith(bytes, its), frame, { x: 0, y: 0 }, { x: 0, y: 0, ...its });
  return frame;
}

function rows(frame: Frame): string[] {
  return Array.from({ length: frame.rows }, (_, y) =>
    describe(frame.cells.subarray(y * frame.cols * CELL, (y + 1) * frame.cols * CELL)),
  );
}

function words(frame: Frame): string[] {
  return Array.from({ length: frame.rows }, (_, y) =>
    Array.from({ length: frame.cols }, (_, x) => glyphText(frame.cells[(y * frame.cols + x) * CELL] ?? 0))
      .join('')
      .trimEnd(),
  );
}

/** What a terminal shows after these bytes. */
function shown(...bytes: string[]) {
  const outer = screenWith(bytes.join(''));
  return { rows: picture(outer).map((row) => row.slice(1)), cursor: outer.cursor, modes: outer.modes };
}

test('a region is cut out of a screen and laid on top of what was there', () => {
  const frame = createFrame({ cols: 12, rows: 3 });
  fill(frame, { x: 0, y: 0, cols: 12, rows: 3 }, '.');
  cut(screenWith('abcdef\r\nghijkl'), frame, { x: 1, y: 0 }, { x: 2, y: 1, cols: 4, rows: 2 });
  expect(words(frame)).toEqual(['............', '..bcde......', '..hijk......']);
});

test('a region beyond the screen is blank, one beyond the frame is clipped', () => {
  const frame = createFrame({ cols: 6, rows: 2 });
  fill(frame, { x: 0, y: 0, cols: 6, rows: 2 }, '.');
  cut(screenWith('ab', { cols: 2, rows: 1 }), frame, { x: 0, y: 0 }, { x: 3, y: 0, cols: 20, rows: 20 });
  expect(words(frame)).toEqual(['...ab', '...']);
  cut(screenWith('abc\r\ndef'), frame, { x: 0, y: 0 }, { x: -1, y: -1, cols: 3, rows: 2 });
  expect(words(frame)[0]).toBe('ef.ab');
});

test('a wide glyph cut in half is blank on both sides of the edge', () => {
  const wide = screenWith('世界世界');
  const frame = createFrame({ cols: 8, rows: 1 });
  cut(wide, frame, { x: 0, y: 0 }, { x: 0, y: 0, cols: 8, rows: 1 });
  cut(screenWith('xy'), frame, { x: 0, y: 0 }, { x: 1, y: 0, cols: 2, rows: 1 });
  expect(words(frame)).toEqual([' xy 世界']);
  cut(wide, frame, { x: 1, y: 0 }, { x: 0, y: 0, cols: 4, rows: 1 });
  expect(words(frame)).toEqual([' 界 世界']);
});

test('text is written with the widths of the emulator, control characters made visible', () => {
  const frame = createFrame({ cols: 10, rows: 1 });
  expect(text(frame, { x: 1, y: 0 }, glyphs('a世e\u0301\x1bz'), 20)).toBe(6);
  expect(words(frame)).toEqual([' a世e\u0301\ufffdz']);
  expect(text(frame, { x: 8, y: 0 }, glyphs('x世'), 5)).toBe(1);
  expect(text(frame, { x: 3, y: 0 }, glyphs('b'), 5)).toBe(1);
  expect(words(frame)).toEqual([' a b\u0065\u0301\ufffdz x']);
});

test('a region can be kept, dimmed and inverted', () => {
  const before = frameOf('before');
  const frame = frameOf('after and more');
  keep(before, frame, { x: 0, y: 0, cols: 8, rows: 1 });
  expect(words(frame)[0]).toBe('before  d more');
  dim(frame, { x: 0, y: 0, cols: 2, rows: 1 });
  invert(frame, { x: 7, y: 0, cols: 2, rows: 1 });
  expect(frame.cells[2]).toBe(0x8000000);
  expect(frame.cells[7 * CELL + 1]).toBe(Fg.inverse);
  invert(frame, { x: 7, y: 0, cols: 2, rows: 1 });
  expect(frame.cells[7 * CELL + 1]).toBe(0);
});

test('the cursor is placed only where its region shows it', () => {
  const frame = createFrame(size);
  const screen = screenWith('ab\x1b[4 q');
  placeCursor(frame, screen.cursor, { x: 0, y: 0 }, { x: 10, y: 2, cols: 5, rows: 2 });
  expect(frame.cursor).toEqual({ x: 12, y: 2, shape: 'underline', blink: false });
  placeCursor(frame, screen.cursor, { x: 3, y: 0 }, { x: 10, y: 2, cols: 5, rows: 2 });
  expect(frame.cursor).toBeNull();
});

test('nothing changed is nothing sent', () => {
  expect(difference(frameOf('same'), frameOf('same'))).toBe('');
});

test('one changed cell costs a jump and a byte, inside a synchronised update with the cursor hidden', () => {
  const before = frameOf('hello');
  const after = frameOf('hallo');
  before.cursor = after.cursor = { x: 5, y: 0, shape: 'block', blink: false };
  expect(difference(before, after)).toBe('\x1b[?2026h\x1b[?25l\x1b[1;2Ha\x1b[1;6H\x1b[?25h\x1b[?2026l');
});

test('a cursor that moves alone is moved alone', () => {
  const [a, b] = [frameOf('x'), frameOf('x')];
  a.cursor = { x: 1, y: 0, shape: 'block', blink: false };
  b.cursor = { x: 2, y: 3, shape: 'block', blink: false };
  expect(difference(a, b)).toBe('\x1b[4;3H');
  b.cursor = null;
  expect(difference(a, b)).toBe('\x1b[?25l');
  expect(difference(b, a)).toBe('\x1b[2 q\x1b[1;2H\x1b[?25h');
});

test('short gaps are sent again, long ones jumped, blanks erased', () => {
  const inside = (bytes: string) =>
    bytes.replace(/^\x1b\[\?2026h\x1b\[\?25l/, '').replace(/\x1b\[\?2026l$/, '');
  const sent = (a: string, b: string) => {
    const [before, after] = [frameOf(a), frameOf(b)];
    before.cursor = { x: 0, y: 0, shape: 'block', blink: false };
    return inside(difference(before, after));
  };
  expect(sent('a-b', 'x-y')).toBe('\x1b[1Hx-y');
  expect(sent('a---------b', 'x---------y')).toBe('\x1b[1Hx\x1b[9Cy');
  expect(sent('abcdefghijkl|', '            |')).toBe('\x1b[1H\x1b[12X');
  expect(sent('abcdefghijkl', '')).toBe('\x1b[1H\x1b[K');
  expect(sent('ab', '\x1b[1;31mab')).toBe('\x1b[1;31m\x1b[1Hab\x1b[m');
});

test('a frame of another size is painted whole', () => {
  const small = frameOf('x', { cols: 10, rows: 2 });
  expect(shown('rubbish\x1b[2;3Hmore', difference(small, frameOf('x'))).rows).toEqual(rows(frameOf('x')));
});

/** A frame of regions cut from screens, some laid over others, as the TUI composes it. */
function compose(r: Random, screens: Screen[]): Frame {
  const frame = createFrame(size);
  for (const screen of screens) {
    const cols = 1 + r(size.cols);
    const height = 1 + r(size.rows);
    const to = { x: r(size.cols), y: r(size.rows), cols, rows: height };
    const from = { x: r(4), y: r(3) };
    cut(screen, frame, from, to);
    placeCursor(frame, screen.cursor, from, to);
    if (r(8) === 0) dim(frame, to);
  }
  return frame;
}

test.each(seeds(100))('the difference shows the same as painting everything (seed %i)', (seed) => {
  const r = random(seed);
  const screens = [size, { cols: 20, rows: 5 }, { cols: 13, rows: 8 }].map((its) => new Screen(its));
  const outer = new Screen(size);
  let previous: Frame | null = null;
  for (let step = 0; step < 12; step++) {
    for (const screen of screens) {
      for (let count = r(12); count > 0; count--) screen.write(piece(r, screen.size.cols, screen.size.rows));
      screen.flush();
    }
    const frame: Frame =
      r(3) === 0 || !previous ? compose(r, screens) : { ...previous, cells: previous.cells.slice() };
    if (r(2) === 0) cut(screens[0] as Screen, frame, { x: 0, y: 0 }, { ...whole, y: r(8), rows: 1 + r(3) });
    outer.write(difference(previous, frame));
    outer.flush();
    expect(picture(outer).map((row) => row.slice(1))).toEqual(rows(frame));
    expect(shown(difference(null, frame)).rows).toEqual(rows(frame));
    expect(outer.cursor).toMatchObject(
      frame.cursor ? { ...frame.cursor, visible: true } : { visible: false },
    );
    expect(outer.modes).toEqual(new Screen(size).modes);
    previous = frame;
  }
});

test.each(seeds(50))(
  'a frame in which one pane is drawn anew is the whole picture drawn anew (seed %i)',
  (seed) => {
    const on = random(seed);
    const panes = [0, 15].map((x) => ({ x, y: 1, cols: 15, rows: 6 }));
    const screens = panes.map(({ cols, rows }) => new Screen({ cols, rows }));
    const draw = () => {
      const frame = createFrame(size);
      for (const [index, screen] of screens.entries())
        cut(screen, frame, { x: 0, y: 0 }, panes[index] ?? whole);
      return frame;
    };
    let last = draw();
    let spare: Frame | null = null;
    for (let turn = 0; turn < 20; turn++) {
      const index = on(2);
      const [screen, rect] = [screens[index], panes[index]];
      if (!screen || !rect) continue;
      screen.write(piece(on, rect.cols, rect.rows));
      screen.flush();
      const frame: Frame = copyFrame(last, spare);
      cut(screen, frame, { x: 0, y: 0 }, rect);
      const all = draw();
      expect(frame.cells).toEqual(all.cells);
      expect(difference(last, frame, { from: 1, to: 7 })).toBe(difference(last, all));
      spare = last;
      last = frame;
    }
  },
);
