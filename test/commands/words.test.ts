import { describe, expect, test } from 'vitest';
import { define } from '../../src/commands/define.ts';
import { commands, understand } from '../../src/commands/index.ts';
import { parseWords, splitLine, usage } from '../../src/commands/words.ts';
import { longestText } from '../../src/core/message.ts';
import { isRefusal } from '../../src/core/refusal.ts';
import { emptyState } from '../../src/core/state.ts';

const words = (line: string) => parseWords(commands, splitLine(line));
const input = (line: string) => {
  const parsed = words(line);
  return isRefusal(parsed) ? parsed : { [parsed.command.name]: parsed.input };
};

describe('a line splits into words', () => {
  test.each([
    ['task add  parser', ['task', 'add', 'parser']],
    ['send backend "use the parser of t1"', ['send', 'backend', 'use the parser of t1']],
    [`say 'it is "so"' "it's"`, ['say', 'it is "so"', "it's"]],
    ['a\\ b "c\\"d" \'e\\f\'', ['a b', 'c"d', 'e\\f']],
    ['--text="two words"', ['--text=two words']],
    ['empty "" word', ['empty', '', 'word']],
    ['"never closed', ['never closed']],
    ['ends with \\', ['ends', 'with', '\\']],
    ['  \t ', []],
  ])('%s', (line, expected) => expect(splitLine(line)).toEqual(expected));
});

describe('words become a command', () => {
  test('flags stand anywhere, and the last argument takes the rest of the line', () => {
    expect(input('task add --to backend parser for dates --priority=high')).toEqual({
      'task add': { args: { title: 'parser for dates' }, flags: { to: 'backend', priority: 'high' } },
    });
  });

  test('lists take commas and repetition, switches no value, numbers only digits', () => {
    expect(input('task add x --needs t1,t2 --needs t3 --timeout 90')).toEqual({
      'task add': { args: { title: 'x' }, flags: { needs: ['t1', 't2', 't3'], timeout: 90 } },
    });
    expect(input('review t1 --stat')).toEqual({ review: { args: { task: 't1' }, flags: { stat: true } } });
    expect(input('review t1 --stat=no')).toMatchObject({ refusal: '--stat takes no value' });
    expect(input('task add x --timeout soon')).toMatchObject({
      refusal: '--timeout needs a number, not "soon"',
    });
  });

  test('a flag that a command cannot do without is asked for, and shown without brackets', () => {
    expect(input('reject t1')).toEqual({
      refusal: '`reject` needs --reason',
      hint: 'mcc reject t3 --reason "leap years are missing"',
    });
    const shown = ['reject', 'task done', 'task fail', 'task cancel'].map((name) => {
      const command = commands.get(name);
      return command && usage(command);
    });
    expect(shown).toEqual([
      'reject <task> --reason <text>',
      'task done [task] --result <text>',
      'task fail [task] --reason <text>',
      'task cancel [task] --reason <text>',
    ]);
  });

  test('`--` ends the flags', () => {
    expect(input('send backend -- --force is a flag')).toEqual({
      send: { args: { agent: 'backend', text: '--force is a flag' }, flags: {} },
    });
  });

  test('a flag that misses its value does not take the next flag for it; after `=` it may look like one', () => {
    expect(input('task add x --to --needs t1')).toMatchObject({
      refusal: '--to needs a value',
      hint: 'mcc help task add',
    });
    expect(input('task add x --text')).toMatchObject({ refusal: '--text needs a value' });
    expect(input('task add x --text=--needs')).toMatchObject({ 'task add': { flags: { text: '--needs' } } });
    expect(input('task add x --text "--- a heading"')).toMatchObject({
      'task add': { flags: { text: '--- a heading' } },
    });
  });

  test.each([
    ['', 'no command was given', 'mcc help'],
    ['taks add x', '`taks` is no command', 'mcc task'],
    ['task', '`task` needs one of: add, list, show, submit, done, fail, cancel, move', 'mcc help task'],
    ['task ad x', '`task ad` is no command', 'mcc task add'],
    ['frobnicate', '`frobnicate` is no command', 'mcc help'],
    ['approve', '`approve` needs task: approve <task>', 'mcc help approve'],
    ['approve t1 t2', '`approve` does not take "t2"', 'mcc help approve'],
    [
      'approve t1 --comit 1234567',
      '`approve` has no flag --comit: did you mean --commit?',
      'mcc help approve',
    ],
    ['approve t1 --constructor x', '`approve` has no flag --constructor', 'mcc help approve'],
    ['constructor', '`constructor` is no command', 'mcc help'],
  ])('refused with the way on: %s', (line, refusal, hint) => {
    const parsed = words(line);
    expect(isRefusal(parsed) && parsed.refusal).toMatch(
      new RegExp(`^${refusal.replaceAll(/[?()[\]$|]/g, '\\$&')}`),
    );
    expect(isRefusal(parsed) && parsed.hint).toBe(hint);
  });

  test('a word that no message could hold is refused before it reaches the log', () => {
    const long = 'x'.repeat(longestText);
    expect(parseWords(commands, ['task', 'fail', 't1', '--reason', long])).toMatchObject({
      command: { name: 'task fail' },
    });
    expect(parseWords(commands, ['task', 'fail', 't1', '--reason', `${long}x`])).toMatchObject({
      refusal: `a word of a command has at most ${longestText} characters, this has ${longestText + 1}`,
    });
  });
});

test('usage shows what must be given in <>, what may be given in []', () => {
  const command = define({
    name: 'do it',
    summary: '',
    examples: [],
    args: [
      { name: 'task', of: 'task', required: true },
      { name: 'text', of: 'text', required: false, rest: true },
    ],
    flags: {
      to: { type: 'text', describe: '', of: 'agent' },
      now: { type: 'boolean', describe: '' },
      after: { type: 'number', describe: '' },
    },
    run: () => ({ text: '' }),
  });
  expect(usage(command)).toBe('do it <task> [text…] [--to <agent>] [--now] [--after <number>]');
});

describe('every command', () => {
  test.each([...commands.values()].map((command) => [command.name, command] as const))(
    '%s has examples that are understood',
    (name, command) => {
      expect(command.examples.length).toBeGreaterThan(0);
      expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
      for (const example of command.examples) {
        const line = splitLine(example.replace(/^(mcc|leader :) /, '').replace(/ --json/, ''));
        const understood = understand(emptyState, line, 'person');
        expect(understood).toMatchObject({ command: { name } });
      }
    },
  );
});
