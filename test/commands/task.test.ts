import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/commands/define.ts';
import { longestText } from '../../src/core/message.ts';
import { atWork, branched, commit, committed, exited, given, running, team, way } from '../core/given.ts';

const backend = { by: 'agent:backend' as const };
const at = (more: Partial<Extract<Answer, { type: 'worktree' }>> = {}) => ({
  ...backend,
  answer: { ...(committed('t1', 'backend', 'a') as Extract<Answer, { type: 'worktree' }>), ...more },
});

describe('task add', () => {
  test('takes everything that was named', () => {
    given(team())
      .when('task add first')
      .when(
        'task add second --to backend --needs t1,t1 --text "in full" --files a.ts,b.ts --priority high --timeout 90.5',
      )
      .brings({
        type: 'task.added',
        task: 't2',
        kind: 'work',
        title: 'second',
        text: 'in full',
        to: 'backend',
        needs: ['t1'],
        files: ['a.ts', 'b.ts'],
        priority: 'high',
        timeout: 91,
      });
  });

  test('keeps a long title whole in the text, and no control characters in the title', () => {
    const long = 'word '.repeat(40).trim();
    given(team())
      .when(`task add ${long}`)
      .brings({ type: 'task.added', title: `${long.slice(0, 119)}…`, text: long })
      .when('task add "two\nlines \u001b[2J\u0007 end"')
      .brings({ type: 'task.added', title: 'two lines [2J end' });
  });

  test.each([
    ['task add', '`task add` needs title'],
    ['task add "\u001b"', 'a task needs a title'],
    ['task add x --to bakend', 'there is no agent `bakend`: did you mean `backend`?'],
    ['task add x --to toString', 'there is no agent `toString`'],
    ['task add x --needs t9', 'there is no task `t9`'],
    ['task add x --needs constructor', 'there is no task `constructor`'],
    ['task add x --parent t9', 'there is no task `t9`'],
    ['task add x --priority hihg', '--priority is one of low, normal, high, urgent, not "hihg"'],
    ['task add x --timeout 0', '--timeout is in seconds, at least 1'],
    [`task add ${'x'.repeat(4_001)}`, 'a title has at most 4,000 characters'],
  ])('is refused: %.40s', (line, refusal) => {
    given(team()).when(line).refuses(refusal);
  });

  test('is refused below what has ended, or for whoever is gone from the file', () => {
    given(team())
      .when('task add one')
      .when('task done t1 --result x')
      .when('task add two --parent t1')
      .refuses('t1 has ended already: it is done')
      .happens(team(['lead']))
      .when('task add three --to backend')
      .refuses('backend is no longer in agents.yaml');
  });

  test('a task may need what has ended', () => {
    atWork()
      .when('task add one')
      .when('task done t1 --result x')
      .when('task add two --needs t1')
      .brings({ type: 'task.added' }, { type: 'task.assigned', task: 't2' });
  });
});

test('no task may need what ended without finishing: it could never start', () => {
  given(team())
    .when('task add one')
    .when('task add two')
    .when('task cancel t1 --reason no')
    .when('task add three --needs t1')
    .refuses('t1 is cancelled: what needs it could never start', 'mcc task show t1')
    .when('task move t2 --needs t1')
    .refuses('t1 is cancelled');
});

describe('no circle of tasks', () => {
  const chain = () =>
    given(team()).when('task add one').when('task add two --needs t1').when('task add three --needs t2');

  test.each([
    ['task move t1 --needs t1', 't1 waits for t1 itself'],
    ['task move t1 --needs t2', 't2 waits for t1 itself'],
    ['task move t1 --needs t3', 't3 waits for t1 itself'],
  ])('%s', (line, refusal) => {
    chain().when(line).refuses(refusal);
  });

  test('what has ended closes no circle', () => {
    chain()
      .when('task done t2 --result x')
      .when('task move t1 --needs t3')
      .brings({ type: 'task.changed', needs: ['t3'] });
  });

  test('nor by way of a request, which waits for its tasks', () => {
    given(team())
      .when('ask "all of it"')
      .when('task add part --parent t1 --needs t1')
      .refuses('t1 waits for its tasks, so none of them may need t1')
      .when('task add part --parent t1')
      .when('task add after --needs t1')
      .when('task move t2 --needs t3')
      .refuses('t3 waits for t2 itself')
      .when('task add more --parent t1 --needs t3')
      .refuses('none of them may need t3');
  });

  test('one that stands in the log all the same is blocked, not endless', () => {
    const it = given(team())
      .when('task add one')
      .when('task add two --needs t1')
      .happens({ type: 'task.changed', task: 't1', needs: ['t2'] })
      .when('status');
    expect(it.text).toMatch(/t1 +blocked.*\nt2 +blocked/);
    expect(it.text).toMatch('t1 can never start: what it needs did not finish');
  });

  test('a board on which everything needs everything before it is looked through in time', () => {
    const it = given(team());
    for (let id = 1; id <= 60; id += 1) {
      const needs = Array.from({ length: id - 1 }, (_, index) => `t${index + 1}`);
      it.happens({
        type: 'task.added',
        task: `t${id}`,
        kind: 'work',
        title: 'x',
        text: 'x',
        needs,
        priority: 'normal',
        files: [],
      });
    }
    it.when('task cancel t1 --reason no').when('task list');
    expect(it.text.match(/blocked/g)).toHaveLength(59);
  });
});

describe('task submit', () => {
  test('without a name means the work in hand', () => {
    way
      .working()
      .when('task submit --summary done', at())
      .brings(
        { type: 'task.submitted', task: 't1', commit: commit('a'), summary: 'done' },
        { type: 'message.queued' },
      );
  });

  test.each<[string, Partial<Extract<Answer, { type: 'worktree' }>>, string]>([
    ['with changes that are not committed', { dirty: 2 }, '2 files with uncommitted changes'],
    ['with nothing committed', { commit: commit('0'), ahead: 0 }, 'nothing is committed on mcc/backend/t1'],
    [
      'from another branch',
      { branch: 'main' },
      "the worktree is on main, the task's branch is mcc/backend/t1",
    ],
    [
      'with files that are not its own to change',
      { outside: ['a.ts', 'b.ts'] },
      't1 changes what backend may not: a.ts, b.ts',
    ],
    ['with a detached HEAD', { branch: '' }, 'the worktree is on no branch'],
  ])('is refused %s', (_, more, refusal) => {
    way.working().when('task submit', at(more)).refuses(refusal);
  });

  test('is refused where git does not answer, with what git said', () => {
    way
      .working()
      .when('task submit', { ...backend, answer: { type: 'failed', error: 'index.lock is there' } })
      .refuses('index.lock is there');
  });

  test('is refused a second time at the same commit', () => {
    way.submitted().when('task submit', at()).refuses('t1 is submitted already at this commit');
    way.approved().when('task submit', at()).refuses('t1 is approved already at this commit');
  });

  test('is refused for a request, before there is a branch, while it is merged, and after the end', () => {
    atWork()
      .when('ask x')
      .when('task submit t1', { by: 'agent:lead', answer: at().answer })
      .refuses('t1 is a request', 'mcc task done t1');
    atWork().when('task add one --to backend').when('task submit', at()).refuses('t1 has no branch yet');
    way
      .merging()
      .when('task submit', at({ commit: commit('b') }))
      .refuses('t1 is being merged');
    way
      .working()
      .when('task cancel t1 --reason no')
      .when('task submit t1', at())
      .refuses('t1 has ended already: it is cancelled');
    atWork().when('task submit', at()).refuses('backend has no task in hand');
  });
});

describe('task done, fail and cancel', () => {
  test('cancel takes the open parts of a request with it', () => {
    given(team())
      .when('ask a page')
      .when('task add one --parent t1')
      .when('task add two --parent t2')
      .when('task add three')
      .when('task done t3 --result x')
      .when('task cancel t1 --reason no')
      .brings(
        { type: 'task.cancelled', task: 't1', reason: 'no' },
        { type: 'task.cancelled', task: 't2', reason: 'no' },
      )
      .when('task cancel t4 --reason no')
      .brings({ type: 'task.cancelled', task: 't4' });
  });

  test('done by its agent leaves nothing behind that was committed', () => {
    way
      .working()
      .when('task done --result "nothing to do"', at())
      .refuses('1 commit on mcc/backend/t1 would be left behind', 'mcc task submit t1');
    way
      .working()
      .when('task done --result "nothing to do"', at({ ahead: 0 }))
      .brings({ type: 'task.done', result: 'nothing to do' });
    way.working().when('task done t1 --result "did it by hand"').brings({ type: 'task.done' });
  });

  test('what was submitted is not done by saying so', () => {
    way.submitted().when('task done --result x', at()).refuses('t1 is on its way to the base branch');
  });

  test('say why', () => {
    way
      .working()
      .when('task fail', backend)
      .refuses('`task fail` needs --reason')
      .when('task fail --reason " "', backend)
      .refuses('needs --reason');
    way
      .working()
      .when('task fail --reason "no API"', backend)
      .brings({ type: 'task.failed', reason: 'no API' }, { type: 'message.queued' });
  });

  test('nothing ends while it is merged', () => {
    for (const line of ['task done t1 --result x', 'task fail t1 --reason x', 'task cancel t1 --reason x']) {
      way.merging().when(line).refuses('t1 is being merged: wait for the gates');
    }
  });

  test('the person names the task', () => {
    way.working().when('task done --result x').refuses('which task?', 'mcc task list');
  });
});

describe('task move', () => {
  test('changes what has not begun', () => {
    atWork()
      .when('task add one --to backend')
      .when('task add two --needs t1')
      .when('task move t2 --to frontend --priority urgent --needs ""')
      .brings(
        { type: 'task.changed', task: 't2', to: 'frontend', priority: 'urgent', needs: [] },
        { type: 'task.assigned', task: 't2', agent: 'frontend' },
      );
  });

  test.each([
    ['task move t1', 'nothing to change was named'],
    ['task move t1 --to frontend', "t1 is in backend's hands already"],
    ['task move t1 --needs t2', 't1 has been started: it is working'],
    ['task move t2 --needs t9', 'there is no task `t9`'],
    ['task move t9 --to backend', 'there is no task `t9`'],
    ['task move t2 --to nobody', 'there is no agent `nobody`'],
  ])('is refused: %s', (line, refusal) => {
    way.working().when('task add two --to backend').when(line).refuses(refusal);
  });
});

describe('the pages', () => {
  test('task list shows the open ones by urgency, task show one of them whole', () => {
    const it = way
      .submitted()
      .when('task add "page" --to frontend --needs t1 --priority high')
      .when('task add gone')
      .when('task cancel t3 --reason no')
      .when('task list');
    expect(it.text.split('\n')).toEqual([
      't2   waits for t1 frontend   page',
      't1   submitted    backend    parser',
      '(1 ended: mcc task list --all)',
    ]);
    expect(it.when('task show t1').text.split('\n')).toEqual([
      't1  parser',
      'status    submitted',
      'agent     backend',
      'from      person',
      'priority  normal',
      'branch    mcc/backend/t1',
      `commit    ${commit('a')}`,
      'summary   it parses',
    ]);
    it.when('task show hasOwnProperty').refuses('there is no task `hasOwnProperty`');
  });

  test('status names what waits for you, with the command that resolves it', () => {
    const it = atWork({ auto: false })
      .when('task add one --to backend')
      .happens(branched('t1', 'backend'))
      .when('task submit', at())
      .when('approve t1', { answer: { type: 'head', commit: commit('a') } })
      .when('task add two --to frontend')
      .when('agent stop frontend')
      .happens(exited('lead', 1))
      .when('status');
    expect(it.text.split('\n').slice(-4)).toEqual([
      'waits for you:',
      '  lead crashed: code 1  → mcc agent start lead',
      '  t1 is approved: one  → mcc merge t1',
      '  t2 waits for frontend, which is stopped  → mcc agent start frontend',
    ]);
  });

  test('status names a task whose agent is no longer in the file', () => {
    const it = way
      .working()
      .happens(team(['lead', 'frontend']))
      .when('status');
    expect(it.text).toMatch('t1 waits for backend, which is no longer in agents.yaml  → mcc task cancel t1');
  });

  test('status names what nobody takes because nobody who may is started', () => {
    const it = atWork()
      .when('agent stop backend')
      .when('agent stop frontend')
      .when('task add one')
      .when('task add two')
      .when('status');
    expect(it.text).toMatch(
      '2 tasks wait for an agent, and none is started that takes them  → mcc agent start backend',
    );
  });

  test('without an architect the review is the person’s', () => {
    const it = given(team(['backend']), ...running('backend'))
      .when('task add one --to backend')
      .happens(branched('t1', 'backend'))
      .when('task submit', at())
      .brings({ type: 'task.submitted' })
      .when('status');
    expect(it.text).toMatch('t1 waits for your review: one  → mcc review t1');
  });

  test('ask without an architect is refused', () => {
    given(team(['backend']))
      .when('ask x')
      .refuses('agents.yaml names no architect');
  });
});

test('the longest texts that are taken make letters that the log takes', () => {
  const long = 'ü'.repeat(longestText);
  const it = atWork().when('ask "it all"');
  for (let child = 0; child < 6; child += 1)
    it.when(`task add part --parent t1 --text ${long} --to backend`, { by: 'agent:lead' });
  it.happens(branched('t2', 'backend'));
  expect(it.post('assign-t2-1').message.body.length).toBeLessThan(longestText + 100);
  for (let child = 2; child < 8; child += 1)
    it.when(`task fail t${child} --reason ${long}`, { by: 'agent:lead' });
  expect(it.post('digest-t1-6-6').message.body.length).toBeLessThan(6 * 600 + 1_000);
  it.when(`task done t1 --result ${long}`, { by: 'agent:lead' });
  expect(it.post('answer-t1').message.body).toBe(long);
});
