import { expect, test } from 'vitest';
import { bytesOf, bytesText, usageText } from '../../src/core/usage.ts';

test.each([
  [0, '0 B'],
  [900, '900 B'],
  [1024, '1 kB'],
  [850 * 2 ** 20, '850 MB'],
  [1023.9 * 2 ** 20, '1.0 GB'],
  [3.21 * 2 ** 30, '3.2 GB'],
  [64 * 2 ** 30, '64 GB'],
])('%d bytes read as %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  ['4GB', 4 * 2 ** 30],
  ['512 MB', 512 * 2 ** 20],
  ['1.5G', 1.5 * 2 ** 30],
  ['100kib', 100 * 2 ** 10],
  ['4', null],
  ['GB', null],
  ['4 GB and more', null],
])('%s means %s bytes', (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});

test('CPU is said only where it is worth a word', () => {
  const memory = 2 ** 30;
  expect(usageText({ memory, cpu: null, processes: 1 })).toBe('1.0 GB');
  expect(usageText({ memory, cpu: 0.2, processes: 1 })).toBe('1.0 GB');
  expect(usageText({ memory, cpu: 134.6, processes: 1 })).toBe('1.0 GB 135%');
});
