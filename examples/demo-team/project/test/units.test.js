import assert from 'node:assert/strict';
import { test } from 'node:test';
import { units } from '../src/index.js';

test('a day has 24 hours', () => {
  assert.equal(units.d, 24 * units.h);
});
