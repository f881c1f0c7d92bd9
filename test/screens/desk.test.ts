import { expect, test } from 'vitest';
import { difference, type Frame } from '../../src/term/compose.ts';
import { Screen } from '../../src/term/screen.ts';
import { random, seeds } from '../term/random.ts';
import { draw } from './case.ts';
import { Desk, differs } from './desk.ts';
import { trespass } from './grammar.ts';
import { Outer } from './outer.ts';
import { readTerminal } from './read.ts';

test.each(seeds(24))(
  'after every operation the outer terminal shows what a full repaint shows (seed %i)',
  (seed) => {
    const desk = new Desk(random(seed), 1 + (seed % 7));
    let previous: Frame | null = null;
    let outer = new Outer(desk.size.cols, desk.size.rows);
    for (let step = 0; step < 40; step++) {
      const what = desk.act();
      const frame = desk.compose();
      const bytes = difference(previous, frame);
      expect(trespass(bytes), what).toBeNull();
      if (outer.terminal.cols !== frame.cols || outer.terminal.rows !== frame.rows) {
        outer.terminal.resize(frame.cols, frame.rows);
        if (step % 2) outer = new Outer(frame.cols, frame.rows);
      }
      outer.write(bytes);
      const repainted = new Outer(frame.cols, frame.rows);
      repainted.write(difference(null, frame));
      const fresh = new Screen({ cols: frame.cols, rows: frame.rows });
      fresh.write(difference(null, frame));
      fresh.flush();
      expect(differs(fresh, frame), what).toBeNull();
      expect(draw(readTerminal(outer.terminal)), what).toEqual(draw(readTerminal(repainted.terminal)));
      expect({ ...outer.state, shape: 0 }, what).toEqual({
        ...repainted.state,
        cursor: frame.cursor ? repainted.state.cursor : expect.anything(),
        shape: 0,
      });
      if (frame.cursor) expect(outer.state.shape, what).toEqual(repainted.state.shape);
      expect(outer.state.cursor.hidden, what).toBe(frame.cursor === null);
      expect(outer.replies, what).toEqual([]);
      previous = frame;
    }
    expect(desk.faults).toEqual([]);
    desk.dispose();
  },
);

/** A picture in which glyphs of every kind stand beside each other, at the edges of regions too. */
function pictures(seed: number): Frame[] {
  const desk = new Desk(random(seed), 4);
  const frames = Array.from({ length: 30 }, () => {
    desk.act();
    return desk.compose();
  });
  desk.dispose();
  return frames;
}

/** A terminal that knows Unicode 6 only, set as tty.ts sets it. */
function narrow({ cols, rows }: { cols: number; rows: number }): Outer {
  const older = new Outer(cols, rows, false);
  older.write('\x1b[?7l');
  return older;
}

/** Glyphs that not all terminals give the same width, and blanks for what stands where those are. */
const disputed = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{M}|\u200d|[\u1100-\u11ff]/u;

test.each(seeds(20))(
  'a terminal with an older table of widths is wrong in disputed glyphs only (seed %i)',
  (seed) => {
    let previous: Frame | null = null;
    let older = narrow({ cols: 1, rows: 1 });
    for (const frame of pictures(seed)) {
      if (!previous || previous.cols !== frame.cols || previous.rows !== frame.rows) older = narrow(frame);
      older.write(difference(previous, frame));
      const right = new Outer(frame.cols, frame.rows);
      right.write(difference(null, frame));
      const got = readTerminal(older.terminal);
      for (const [y, row] of readTerminal(right.terminal).entries())
        for (const [x, cell] of row.entries()) {
          const dispute =
            disputed.test(cell.glyph) || (cell.glyph === '' && disputed.test(row[x - 1]?.glyph ?? ''));
          if (!dispute) expect([x, y, got[y]?.[x]]).toEqual([x, y, cell]);
        }
      previous = frame;
    }
  },
);
