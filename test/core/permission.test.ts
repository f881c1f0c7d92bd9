import { expect, test } from 'vitest';
import { fits, judge } from '../../src/core/permission.ts';
import { atWork, type Given, way } from './given.ts';

const bash = (argument: string) => ({ tool: 'Bash', argument });

test.each([
  ['Bash', bash('anything; at all'), true],
  ['Bash(npm test*)', bash('npm test -- parser'), true],
  ['Bash(npm test*)', bash('npm test; rm -rf .'), false],
  ['Bash(npm test*)', bash('npm test $(cat x)'), false],
  ['Bash(npm test*)', bash('npm test\nrm x'), false],
  ['Bash(npm test*)', bash('npm tes'), false],
  ['Bash(git * --stat)', bash('git diff HEAD --stat'), true],
  ['Bash(a*ba)', bash('aba'), true],
  ['Bash(ab*ba)', bash('aba'), false],
  ['Bash(make a; make b)', bash('make a; make b'), true],
  ['Bash(*)', bash('x | y'), true],
  ['Write(src/*)', { tool: 'Write', argument: 'src/a;b.ts' }, true],
  ['Write(src/*)', { tool: 'Write', argument: '/etc/passwd' }, false],
  ['mcp__github__*', { tool: 'mcp__github__list' }, true],
  ['WebFetch', { tool: 'WebFetchMore' }, false],
])('%s fits %o: %s', (pattern, asked, expected) => {
  expect(fits(pattern, asked)).toBe(expected);
});

test('the strictest rule that fits wins, and what nothing fits is asked', () => {
  const rules = { allow: ['Bash(git *)'], ask: ['Bash(git push*)'], deny: ['Bash(git push --force*)'] };
  expect(judge(rules, [], bash('git status'))).toEqual({ decision: 'allow', rule: 'Bash(git *)' });
  expect(judge(rules, [], bash('git push'))).toEqual({ decision: 'ask', rule: 'Bash(git push*)' });
  expect(judge(rules, [], bash('git push --force'))).toMatchObject({ decision: 'deny' });
  expect(judge(rules, ['Bash(git push)'], bash('git push'))).toMatchObject({ decision: 'allow' });
  expect(judge(rules, ['Bash(git push --force)'], bash('git push --force'))).toMatchObject({
    decision: 'deny',
  });
  expect(judge(rules, [], bash('ls'))).toEqual({ decision: 'ask' });
});

const asking = (it: Given = atWork()) =>
  it.happens({
    type: 'permission.asked',
    id: 'p9',
    agent: 'backend',
    session: 's-backend',
    tool: 'Bash',
    argument: 'make',
    input: '{}',
  });

test('what is allowed for a task ends with it', () => {
  const it = asking(way.working())
    .when('allow backend --task')
    .brings(
      { type: 'permission.answered', id: 'p9', decision: 'allow' },
      { type: 'permission.granted', task: 't1', rule: 'Bash(make)' },
    );
  expect(it.task('t1').grants).toEqual(['Bash(make)']);
  expect(it.when('task cancel t1 --reason no').task('t1').grants).toEqual([]);
});

test('only the person answers, and only what is asked', () => {
  asking()
    .when('allow', { by: 'agent:lead' })
    .refuses('lead may not `allow`: only the person may')
    .when('allow frontend')
    .refuses('frontend waits for no permission that can be answered here')
    .when('deny --reason "not now"')
    .brings({ type: 'permission.answered', id: 'p9', decision: 'deny', reason: 'not now' })
    .when('allow')
    .refuses('nobody waits for a permission');
});
