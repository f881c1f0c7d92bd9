import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test.each([1, 2, 3])('random and mutated bytes crash nothing and leak nothing (seed %i)', (seed) => {
  const { wrong, frames, restored } = fuzz(100_000, Number(process.env.SEED ?? seed));
  expect(wrong).toEqual([]);
  expect(frames).toBeGreaterThan(50);
  expect(restored).toBeGreaterThan(0);
});
