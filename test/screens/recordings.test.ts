import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFrame, cut, difference, type Frame, fill, placeCursor } from '../../src/term/compose.ts';
import { Screen } from '../../src/term/screen.ts';
import { random, seeds } from '../term/random.ts';
import { type Cell, draw } from './case.ts';
import { trespass } from './grammar.ts';
import { feed, Outer, plainTerminal } from './outer.ts';
import { readLine, readScreen, readTerminal } from './read.ts';
import { folder, type Recording, recordings } from './recording.ts';

const all = recordings().map((its) => [its.name, its] as const);
const size = ({ cols, rows }: { cols: number; rows: number }) => [cols, rows] as const;

/** Rows with their pens where those change, blanks at the end left out. */
function sketch(rows: readonly (readonly Cell[])[]): string {
  const lines = rows.map((row) => {
    let pen = '';
    let line = '';
    for (const cell of row) {
      if (cell.pen !== pen) line += `{${cell.pen}}`;
      pen = cell.pen;
      line += cell.glyph;
    }
    return line.trimEnd();
  });
  return lines.join('\n').trimEnd();
}

/** Plays a recording into a screen, and calls at each of its marks. */
function play(its: Recording, screen: Screen, at: (mark: string) => void): void {
  for (const step of its.steps)
    if ('mark' in step) at(step.mark);
    else if ('resize' in step) screen.resize(step.resize);
    else {
      screen.write(step.output);
      screen.flush();
    }
}

test('both renderers of Claude Code and the screens of vttest are recorded', () => {
  const names = all.map(([name]) => name).join(' ');
  expect(names).toMatch(
    /claude-\S+-alternate.*claude-\S+-main.*vttest-cursor-movements.*vttest-screen-features/,
  );
});

test.each(all)('%s is drawn as it was seen to be right', async (name, its) => {
  const screen = new Screen(its.size);
  const drawn: string[] = [];
  play(its, screen, (mark) => drawn.push(`=== ${mark}\n${sketch(readScreen(screen))}\n`));
  await expect(drawn.join('\n')).toMatchFileSnapshot(join(folder, `${name}.txt`));
});

test.each(all.filter(([name]) => name.startsWith('claude')))(
  '%s is cell for cell as in xterm.js',
  (_, its) => {
    const terminal = plainTerminal(...size(its.size));
    const screen = new Screen(its.size);
    let marks = 0;
    for (const step of its.steps)
      if ('mark' in step) {
        marks++;
        expect(draw(readScreen(screen)), step.mark).toEqual(draw(readTerminal(terminal)));
      } else if ('resize' in step) {
        terminal.resize(...size(step.resize));
        screen.resize(step.resize);
      } else {
        feed(terminal, step.output);
        screen.write(step.output);
        screen.flush();
      }
    expect(marks).toBeGreaterThan(5);
  },
);

test.each(all)('%s is the same in a pane, read back from an outer terminal', (_, its) => {
  const screen = new Screen(its.size);
  const corner = { x: 3, y: 1 };
  const r = random(1);
  let outer = new Outer(1, 1);
  let previous: Frame | null = null;
  const show = () => {
    const { cols, rows } = screen.size;
    const frame = createFrame({ cols: cols + 6, rows: rows + 2 });
    fill(frame, { x: 0, y: 0, cols: frame.cols, rows: frame.rows }, '▒');
    cut(screen, frame, { x: 0, y: 0 }, { ...corner, cols, rows });
    placeCursor(frame, screen.cursor, { x: 0, y: 0 }, { ...corner, cols, rows });
    if (outer.terminal.cols !== frame.cols || outer.terminal.rows !== frame.rows) {
      outer = new Outer(frame.cols, frame.rows);
      previous = null;
    }
    const bytes = difference(previous, frame);
    expect(trespass(bytes)).toBeNull();
    outer.write(bytes);
    previous = frame;
  };
  for (const step of its.steps) {
    if ('resize' in step) screen.resize(step.resize);
    else if ('output' in step)
      for (let at = 0, next = 0; at < step.output.length; at = next) {
        next = at + 1 + r(300);
        screen.write(step.output.subarray(at, next));
        screen.flush();
        show();
      }
    else {
      const { cols, rows } = screen.size;
      const seen = Array.from({ length: rows }, (__, y) =>
        readLine(outer.terminal, corner.y + y, 3, 3 + cols),
      );
      expect(draw(seen), step.mark).toEqual(draw(readScreen(screen)));
      for (const y of [0, rows + 1])
        expect(draw([readLine(outer.terminal, y, 0, cols + 6)])).toEqual(['▒'.repeat(cols + 6)]);
    }
  }
  expect(outer.replies).toEqual([]);
});

test.each(all.flatMap(([name, its]) => seeds(4).map((seed) => [name, seed, its] as const)))(
  '%s goes on as if nothing had been after snapshots anywhere (seed %i)',
  (_, seed, its) => {
    const r = random(seed);
    const original = new Screen(its.size);
    let copy = new Screen(its.size);
    for (const step of its.steps) {
      if ('resize' in step) for (const one of [original, copy]) one.resize(step.resize);
      else if ('output' in step) {
        const at = r(step.output.length);
        original.write(step.output);
        original.flush();
        copy.write(step.output.subarray(0, at));
        const next = new Screen(copy.size);
        next.write(copy.snapshot());
        next.write(step.output.subarray(at));
        next.flush();
        copy = next;
      }
      const all = (one: Screen) => [draw(readScreen(one)), one.cursor, one.modes, one.title, one.history];
      expect(all(copy)).toEqual(all(original));
    }
  },
);
