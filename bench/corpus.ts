import { closeSync, openSync, writeSync } from 'node:fs';
import { randomFrom } from './random.ts';

const words =
  'the parser reads every line once and keeps what it needs for later tokens src/core/reduce.ts expected found passed failed warning 0.42 ms const return await import test'.split(
    ' ',
  );
const wide = ['漢字', '中文', 'かな', '한글', '✓', '→', '─', '│', 'é', 'ß', 'naïve'];

/** One line as build logs, diffs and agents write them: words, 16, 256 and true colours, some wide and accented glyphs. */
export function line(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  let text = '';
  for (let columns = 30 + Math.floor(random() * 60); columns > 0; ) {
    const word = random() < 0.06 ? pick(wide) : pick(words);
    columns -= word.length + 1;
    text += `${styled(word, random)} `;
  }
  return `${text}\r\n`;
}

function styled(word: string, random: () => number): string {
  const byte = () => Math.floor(random() * 256);
  const kind = random();
  if (kind < 0.55) return word;
  if (kind < 0.75) return `\x1b[3${Math.floor(random() * 8)}m${word}\x1b[39m`;
  if (kind < 0.85) return `\x1b[1;38;5;${byte()}m${word}\x1b[0m`;
  if (kind < 0.95) return `\x1b[38;2;${byte()};${byte()};${byte()}m${word}\x1b[0m`;
  return `\x1b[48;5;${byte()};4m${word}\x1b[0m`;
}

/** Writes a file of such lines: so many bytes, or so many lines. The same every time. */
export function writeCorpus(path: string, how: { bytes: number } | { lines: number }): void {
  const random = randomFrom(1);
  const block = Buffer.from(Array.from({ length: 10_000 }, () => line(random)).join(''));
  const file = openSync(path, 'w');
  if ('lines' in how) {
    for (let left = how.lines; left > 0; left -= 10_000)
      writeSync(file, left >= 10_000 ? block : firstLines(block, left));
  } else
    for (let left = how.bytes; left > 0; left -= block.length) {
      const part = left >= block.length ? block : block.subarray(0, block.lastIndexOf('\n', left) + 1);
      writeSync(file, part);
    }
  closeSync(file);
}

function firstLines(block: Buffer, count: number): Buffer {
  let at = 0;
  for (let index = 0; index < count; index += 1) at = block.indexOf('\n', at) + 1;
  return block.subarray(0, at);
}
