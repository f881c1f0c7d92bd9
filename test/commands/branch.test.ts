import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/commands/define.ts';
import { commit, committed, way } from '../core/given.ts';

const head = (digit: string | null): Answer => ({
  type: 'head',
  commit: digit === null ? null : commit(digit),
});
const lead = (answer: Answer = head('a')) => ({ by: 'agent:lead' as const, answer });

describe('approve', () => {
  test('from an agent names the commit that was reviewed; the person approves what is there', () => {
    way
      .submitted()
      .when('approve t1', lead())
      .refuses('an approval names the commit that was reviewed', 'mcc approve t1 --commit aaaaaaaaaa');
    way
      .submitted()
      .when('approve t1', { answer: head('a') })
      .brings({ type: 'task.approved', commit: commit('a') });
  });

  test.each([
    ['another commit', 'approve t1 --commit bbbbbbb', head('a'), 'submitted is aaaaaaaaaa, not bbbbbbb'],
    ['too few digits', 'approve t1 --commit aaaaaa', head('a'), 'submitted is aaaaaaaaaa, not aaaaaa'],
    [
      'a branch that moved on',
      'approve t1 --commit aaaaaaa',
      head('b'),
      'the branch has moved on to bbbbbbbbbb',
    ],
    [
      'a branch that is gone',
      'approve t1 --commit aaaaaaa',
      head(null),
      'the branch has moved on to nothing',
    ],
    [
      'files that are not its author’s to change',
      'approve t1 --commit aaaaaaa',
      { ...head('a'), outside: ['a.ts'] } as Answer,
      't1 changes what backend may not: a.ts',
    ],
    [
      'git in trouble',
      'approve t1 --commit aaaaaaa',
      { type: 'failed', error: 'no such repository' } as Answer,
      'no such repository',
    ],
  ])('is refused for %s', (_, line, answer, refusal) => {
    way.submitted().when(line, lead(answer)).refuses(refusal);
  });

  test('takes capitals for what they are', () => {
    way.submitted().when('approve t1 --commit AAAAAAA', lead()).brings({ type: 'task.approved' });
  });

  test('is refused for what was not submitted, is approved already, or has ended', () => {
    way.working().when('approve t1 --commit aaaaaaa', lead()).refuses('t1 is working: nothing was submitted');
    way
      .approved()
      .when('approve t1 --commit aaaaaaa', lead())
      .refuses('t1 is approved already', 'mcc merge t1');
    way
      .submitted()
      .when('task cancel t1 --reason no')
      .when('approve t1', lead())
      .refuses('t1 has ended already: it is cancelled');
    way.submitted().when('approve t7', lead()).refuses('there is no task `t7`');
  });

  test('brings the word of the reviewer to the author', () => {
    way
      .submitted()
      .when('approve t1 --commit aaaaaaa --note "well done"', lead())
      .brings(
        { type: 'task.approved', note: 'well done' },
        { type: 'message.queued', message: { from: 'lead', to: 'backend', body: 'well done', task: 't1' } },
      );
  });
});

describe('reject', () => {
  test('says what to change', () => {
    way.submitted().when('reject t1', lead()).refuses('`reject` needs --reason');
    way
      .submitted()
      .when('reject t1 --reason "leap years"')
      .brings({ type: 'task.rejected', reason: 'leap years' }, { type: 'message.queued' });
  });

  test('takes an approval back, but not while it is merged', () => {
    const it = way.approved().when('reject t1 --reason "on second thought"', lead());
    expect(it.task('t1')).toMatchObject({ status: 'working', round: 2 });
    expect(it.task('t1').approval).toBeUndefined();
    way.merging().when('reject t1 --reason late', lead()).refuses('t1 is being merged');
  });
});

describe('review', () => {
  const diff: Answer = {
    type: 'diff',
    head: commit('b'),
    stat: 'M  a.ts',
    files: ['a.ts'],
    diff: '-1\n+2',
    conflicts: ['a.ts'],
  };

  test('shows author, commit, what it says, what is wrong, files and diff', () => {
    const it = way.submitted().when('review t1', { by: 'agent:frontend', answer: diff });
    expect(it.text.split('\n')).toEqual([
      't1  parser',
      `author backend, branch mcc/backend/t1, commit ${commit('a')}`,
      'says: it parses',
      '! the branch has moved on to bbbbbbbbbb: the author must submit again',
      '! conflicts with main: a.ts',
      '',
      'M  a.ts',
      '',
      '-1',
      '+2',
    ]);
    expect(it.when('review t1 --stat', { answer: diff }).text).not.toMatch('+2');
  });

  test('is refused where there is nothing to see yet', () => {
    way.working().when('review t1', { answer: diff }).refuses('t1 has nothing to review yet: it is working');
  });
});

describe('merge', () => {
  test('asks for one, or for all that are approved', () => {
    way.approved().when('merge t1').brings({ type: 'merge.requested', task: 't1' });
    way.approved().when('merge', lead()).brings({ type: 'merge.requested', task: 't1' });
  });

  test('is refused for what is not approved, is being merged, or is merged', () => {
    way.submitted().when('merge t1').refuses('t1 is not approved: it is submitted', 'mcc review t1');
    way.working().when('merge t1').refuses('t1 is not approved: it is working', 'mcc task show t1');
    way.working().when('merge').refuses('nothing is approved');
    way.merging().when('merge t1').refuses('t1 is being merged');
    way.merging().when('merge').refuses('nothing is approved');
    way
      .merging()
      .happens({ type: 'task.merged', task: 't1', commit: commit('a'), base: commit('c') })
      .when('merge t1')
      .refuses('t1 is merged already at cccccccccc');
  });

  test('what was asked for is forgotten when the work goes back', () => {
    const it = way
      .approved()
      .when('merge t1')
      .when('task submit', { by: 'agent:backend', answer: committed('t1', 'backend', 'b') });
    expect(it.task('t1').mergeAsked).toBe(false);
  });
});
