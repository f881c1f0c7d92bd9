import { expect, test } from 'vitest';
import { commands } from '../../src/commands/index.ts';
import { parseWords, splitLine } from '../../src/commands/words.ts';
import { isRefusal } from '../../src/core/refusal.ts';
import { conflicts, keyTable, makeKeymap, replaced } from '../../src/tui/keymap.ts';
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

test('keys that are the same, and keys that are taken, are conflicts', () => {
  const refusal = (leader: string, bind: Record<string, string>) => {
    const made = makeKeymap(leader, bind);
    return isRefusal(made) ? made.refusal : null;
  };
  expect(refusal('ctrl-space', { 'ctrl-g': 'merge', 'Control+g': 'status' })).toBe(
    'keys.bind: `ctrl-g` and `Control+g` are the same key',
  );
  expect(refusal('ctrl-b', { 'ctrl-b': 'merge' })).toBe(
    'keys.bind: ctrl-b cannot be bound: after the leader it goes to the agent',
  );
  expect(refusal('ctrl-space', { esc: 'merge' })).toBe(
    'keys.bind: esc cannot be bound: after the leader it leaves',
  );
  expect(refusal('alt-1', {})).toBe('keys.leader: alt-1 is taken: focus pane 1');
  expect(refusal('ctrl-space', { g: 'merge' })).toBeNull();
});

test('what a binding takes the place of is said', () => {
  expect(replaced({ z: 'merge', g: 'merge', d: '', b: 'board' })).toEqual([
    'keys.bind: z is `merge` in place of `pane zoom`',
    'keys.bind: d does nothing any more (it was `detach`)',
  ]);
});
