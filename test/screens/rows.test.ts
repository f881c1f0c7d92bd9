import { expect, test } from 'vitest';
import { CELL } from '../../src/term/cells.ts';
import { noRows, Screen, spanning } from '../../src/term/screen.ts';
import { piece, random, seeds } from '../term/random.ts';
import { steps } from './case.ts';
import { cases } from './cases/index.ts';
import { recordings } from './recording.ts';

/** Every row of a screen as it is now. */
function rowsOf(screen: Screen): string[] {
  const { cols, rows } = screen.size;
  return Array.from({ length: rows }, (_, y) => {
    const cells = new Uint32Array(cols * CELL);
    screen.readRow(y, cells, 0);
    return cells.join();
  });
}

type Slice = Uint8Array | string | { readonly resize: readonly [number, number] };

/** Writes in slices, and checks after each that no row looks different but those that were told. */
function follow(screen: Screen, slices: Iterable<Slice>): string | null {
  let told = noRows;
  screen.onParsed((rows) => {
    told = spanning(told, rows);
  });
  let before = rowsOf(screen);
  for (const slice of slices) {
    told = noRows;
    if (typeof slice !== 'string' && 'resize' in slice) {
      screen.resize({ cols: slice.resize[0], rows: slice.resize[1] });
      before = rowsOf(screen);
      continue;
    }
    screen.write(slice);
    screen.flush();
    const after = rowsOf(screen);
    const untold = after.findIndex((row, y) => row !== before[y] && (y < told.from || y >= told.to));
    if (untold >= 0)
      return `row ${untold} changed, told were ${told.from} to ${told.to}, by ${JSON.stringify(Buffer.from(slice).toString())}`;
    before = after;
  }
  screen.dispose();
  return null;
}

/** Byte by byte, as long as that does not take long. */
const split = (bytes: Uint8Array): Uint8Array[] =>
  bytes.length > 400 ? [bytes] : [...bytes].map((byte) => Uint8Array.of(byte));

test.each(cases.map((one) => [one.name, one] as const))('the rows that change are told: %s', (_, one) => {
  const [cols, rows] = one.size;
  const slices = steps(one).flatMap((step): Slice[] =>
    typeof step !== 'string' && 'resize' in step ? [step] : split(Buffer.from(step)),
  );
  expect(follow(new Screen({ cols, rows }, { scrollback: 50 }), slices)).toBeNull();
});

test.each(seeds(30))('the rows that change are told, whatever is written (seed %i)', (seed) => {
  const r = random(seed);
  const size = { cols: 2 + r(60), rows: 1 + r(20) };
  const slices = Array.from({ length: 400 }, (): Slice => {
    if (r(40) === 0) return { resize: [2 + r(60), 1 + r(20)] };
    const bytes = Buffer.from(piece(r, size.cols, size.rows));
    return r(5) === 0 ? bytes.subarray(0, 1 + r(bytes.length)) : bytes;
  });
  expect(follow(new Screen(size, { scrollback: r(2) * 30 }), slices)).toBeNull();
});

test.each(recordings().map((one) => [one.name, one] as const))(
  'the rows that change are told while a real program draws: %s',
  (_, { bytes, size }) => {
    const slices: Slice[] = [];
    for (let at = 0; at < bytes.length; at += 97) slices.push(bytes.subarray(at, at + 97));
    expect(follow(new Screen(size, { scrollback: 1000 }), slices)).toBeNull();
  },
);
