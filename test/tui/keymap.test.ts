import { expect, test } from 'vitest';
import { commands } from '../../src/commands/index.ts';
import { parseWords, splitLine } from '../../src/commands/words.ts';
import { isRefusal } from '../../src/core/refusal.ts';
import { conflicts, keyTable, makeKeymap } from '../../src/tui/keymap.ts';
import { keymapOf } from './stage.ts';

test('no key stands twice in a table', () => {
  expect(conflicts(keymapOf())).toEqual([]);
});

test('every key stands for words that a command understands', () => {
  const wrong = Object.values(keymapOf().tables)
    .flat()
    .filter(({ words }) => words !== '{hint}')
    .flatMap(({ key, words }) => {
      const parsed = parseWords(commands, splitLine(words.replace('…', 'rest')));
      return isRefusal(parsed) ? [`${key}: ${words}: ${parsed.refusal}`] : [];
    });
  expect(wrong).toEqual([]);
});

test('a binding that no command understands is refused with the nearest one', () => {
  expect(makeKeymap('ctrl-space', { x: 'pane zom' })).toEqual({
    refusal: 'keys.bind: x: `pane zom` is no command: did you mean `pane zoom`?',
    hint: 'mcc help',
  });
});

test('the table says where, which key, which words and what for', () => {
  const table = keyTable(keymapOf('ctrl-b', { g: 'send {agent} …' }));
  expect(table.find(({ key }) => key === 'g')).toEqual({
    where: 'after the leader',
    key: 'g',
    words: 'send {agent} …',
    label: 'send {agent}',
  });
  expect(table[0]).toMatchObject({ key: 'ctrl-b', label: 'open the command layer' });
});
