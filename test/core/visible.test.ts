import { expect, test } from 'vitest';
import { visible } from '../../src/core/visible.ts';

test.each([
  ['plain, with ümlauts and 👍🏽\n\tand a tab', 'plain, with ümlauts and 👍🏽\n\tand a tab'],
  ['x\x1b[31mred\x1b]0;p\x07', 'x␛[31mred␛]0;p␇'],
  ['one\r\ntwo\rthree\x7f', 'one\ntwo␍three␡'],
  ['\x9b31m \u202eevil', '�31m �evil'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});
