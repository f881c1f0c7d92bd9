import type { Command } from '../commands/define.ts';
import { splitLine } from '../commands/words.ts';

/** What a line that was asked for adds to the words of its command. */

/** A line for a new task may hold flags as well; messages and reasons are taken as they stand. */
export const takesFlags = (words: readonly string[]): boolean =>
  words.slice(0, 2).join(' ') === 'task add' && !words.at(-1)?.startsWith('--');

/** The flags that may be typed. */
export const flagsHint = (command: Command): string =>
  Object.keys(command.flags)
    .map((name) => `--${name}`)
    .join(' ');

/** A title and flags, in any order. Before its flags a title stands as it is, apostrophes too, unless quotes hold it. */
function splitFlagged(line: string): string[] {
  const text = line.trim();
  if (/^["']/.test(text)) return splitLine(text);
  const at = text.search(firstFlag);
  const title = text.slice(0, at).trim();
  return [...(title === '' ? [] : [title]), ...splitLine(text.slice(at))];
}

const firstFlag = /(^|\s)--[a-z]/i;

/** The words of an entry with its line: `--` keeps a line that begins with a dash from being read as a flag. */
export function finishEntry(words: readonly string[], line: string): string[] {
  if (takesFlags(words) && firstFlag.test(line)) return [...words, ...splitFlagged(line)];
  const flag = words.at(-1)?.startsWith('--') ?? false;
  return flag || !line.startsWith('-') ? [...words, line] : [...words, '--', line];
}
