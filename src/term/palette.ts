/**
 * Colours for terminals that have fewer, as cells hold them (cells.ts): RGB to the nearest of 256, and those to the
 * nearest of 16. The palette is xterm's (ctlseqs, "88- and 256-color"); its first 16 are what a person may have changed.
 */

const MODE = 0x3000000;
const MODE_16 = 0x1000000;
const MODE_256 = 0x2000000;
const REST = ~0x3ffffff;

type Rgb = readonly [number, number, number];

const sixteen: readonly Rgb[] = [
  ...([
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
  ] as const),
  ...([
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
  ] as const),
];
const steps = [0, 95, 135, 175, 215, 255];

function rgbOf(index: number): Rgb {
  if (index < 16) return sixteen[index] ?? [0, 0, 0];
  if (index >= 232) {
    const gray = 8 + (index - 232) * 10;
    return [gray, gray, gray];
  }
  const cube = index - 16;
  const step = (at: number) => steps[at % 6] ?? 0;
  return [step(Math.floor(cube / 36)), step(Math.floor(cube / 6)), step(cube)];
}

const distance = (a: Rgb, b: Rgb): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;

function nearest(rgb: Rgb, from: number, to: number): number {
  let best = from;
  for (let index = from; index < to; index++)
    if (distance(rgbOf(index), rgb) < distance(rgbOf(best), rgb)) best = index;
  return best;
}

const known256 = new Map<number, number>();
const known16 = new Map<number, number>();
/** A program may use every colour there is: what was worked out is forgotten then, not kept for ever. */
const most = 10_000;

function remembered(known: Map<number, number>, value: number, find: () => number): number {
  const before = known.get(value);
  if (before !== undefined) return before;
  if (known.size >= most) known.clear();
  const found = find();
  known.set(value, found);
  return found;
}

const parts = (value: number): Rgb => [(value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];

/** A colour word without RGB; the flags beside the colour stay. */
export function to256(word: number): number {
  if ((word & MODE) !== MODE) return word;
  const value = word & 0xffffff;
  const index = remembered(known256, value, () => nearest(parts(value), 16, 256));
  return ((word & REST) | MODE_256 | index) >>> 0;
}

/** A colour word with none but the 16 colours; the flags beside the colour stay. */
export function to16(word: number): number {
  const mode = word & MODE;
  if (mode !== MODE && mode !== MODE_256) return word;
  const value = word & (mode === MODE ? 0xffffff : 0xff);
  const index =
    mode === MODE_256 && value < 16
      ? value
      : remembered(known16, word & 0x3ffffff, () =>
          nearest(mode === MODE ? parts(value) : rgbOf(value), 0, 16),
        );
  return ((word & REST) | MODE_16 | index) >>> 0;
}
