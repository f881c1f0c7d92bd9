import { describe, expect, test } from 'vitest';
import { isFor, type Picture, readScreen, screenRules } from '../../src/agents/screen-rules.ts';
import { screenRuleSchema } from '../../src/core/screen-rule.ts';

const picture = (text: string, title = ''): Picture => ({ rows: text.split('\n'), title });
const asks = {
  name: 'it asks',
  all: ['^ Run (?<tool>\\w+) on (?<argument>.+)\\?$', '^ \\[y\\]'],
  bottom: 2,
  status: 'needs-you',
  needs: 'permission',
  reason: 'permission: {tool} {argument}',
  options: '^ \\[\\w\\] (\\w+)',
};
const reads = (rule: object, text: string, title?: string) =>
  readScreen(screenRules([{ name: 'a rule', status: 'working', ...rule }]), 'screen', picture(text, title));

describe('a screen rule', () => {
  test('gives status, reason, tool, argument and the answers that are offered', () => {
    expect(reads(asks, ' Run rm on /tmp?\n\n [n] no\n [y] yes   \n\n')).toEqual({
      rule: 'it asks',
      status: 'needs-you',
      needs: 'permission',
      reason: 'permission: rm /tmp',
      tool: 'rm',
      argument: '/tmp',
      options: ['no', 'yes'],
    });
  });

  test('wants its rows in order, one below the other', () => {
    expect(reads(asks, ' [y] yes\n Run rm on /tmp?')).toBeNull();
    expect(reads({ all: ['a', 'a'] }, 'a')).toBeNull();
    expect(reads({ all: ['a', 'a'] }, 'a\n\na')).not.toBeNull();
  });

  test('reads the lowest picture, not an older one above it', () => {
    expect(reads(asks, ' Run rm on a?\n [y]\n Run cp on b?\n [y]')).toMatchObject({
      tool: 'cp',
      argument: 'b',
    });
  });

  test('with a bottom is not taken in by prose that quotes the dialog further up', () => {
    const quoted = 'it said:\n Run rm on a?\n [y] yes\nand I pressed y\n> _\n---';
    expect(reads(asks, quoted)).toBeNull();
    expect(reads({ ...asks, bottom: undefined }, quoted)).not.toBeNull();
  });

  test('does not fit where a row from its first match down is one of none', () => {
    expect(reads({ all: ['^a'], none: ['^>'] }, '>\na')).not.toBeNull();
    expect(reads({ all: ['^a'], none: ['^>'] }, 'a\n>')).toBeNull();
  });

  test('of titles is asked for titles alone', () => {
    const rules = screenRules([{ name: 'busy', where: 'title', all: ['^◐'], status: 'working' }]);
    expect(readScreen(rules, 'title', picture('', '◐ backend'))?.rule).toBe('busy');
    expect(readScreen(rules, 'screen', picture('◐ backend'))).toBeNull();
  });

  test('leaves no gap in its reason where a group found nothing', () => {
    expect(reads({ all: ['^ask(?: for (?<what>.*))?'], reason: 'it asks: {what}' }, 'ask')?.reason).toBe(
      'it asks',
    );
  });

  test.each([
    ['>=2.1.300', '2.1.329', true],
    ['>=2.1.300', '2.1.197', false],
    ['>=2.1.300', '2.1.300', true],
    ['<2.1.300', '2.1.300', false],
    ['>=2.1.9 <2.1.10', '2.1.10', false],
    ['>=2 <3', '2.1.329', true],
    ['>=2 <3', '3', false],
    ['>=2', undefined, true],
  ])('for %s is asked of version %s: %s', (versions, version, expected) => {
    const [rule] = screenRules([{ name: 'r', versions, all: ['a'], status: 'idle' }]);
    expect(rule && isFor(rule, version)).toBe(expected);
  });

  test('is the first that fits', () => {
    const rules = screenRules([
      { name: 'special', all: ['^ab'], status: 'needs-you' },
      { name: 'general', all: ['^a'], status: 'working' },
    ]);
    const first = (text: string) => readScreen(rules, 'screen', picture(text))?.rule;
    expect([first('ab'), first('ac'), first('b')]).toEqual(['special', 'general', undefined]);
  });

  test.each([
    [{ all: ['('] }, 'a regular expression'],
    [{ all: [] }, 'expected array to have >=1'],
    [{ needs: 'permission' }, 'goes with `status: needs-you` only'],
    [{ versions: '2.1' }, 'bounds such as'],
    [{ wheer: 'title' }, 'wheer'],
  ])('as somebody wrote it is checked: %j', (wrong, said) => {
    const result = screenRuleSchema.safeParse({ name: 'r', all: ['a'], status: 'working', ...wrong });
    expect(result.error?.message).toContain(said);
  });
});
