import { describe, expect, test } from 'vitest';
import { atWork, branched, commit, committed, exited, given, merged, running, team, way } from './given.ts';

const head = (digit: string) => ({ type: 'head' as const, commit: commit(digit) });

describe('the whole way of a task', () => {
  test('from its words to the base branch, and on to what needs it', () => {
    atWork()
      .when('task add "date parser" --to backend --text "ISO 8601 only"')
      .brings(
        { type: 'task.added', task: 't1', title: 'date parser', to: 'backend', text: 'ISO 8601 only' },
        { type: 'task.assigned', task: 't1', agent: 'backend' },
      )
      .when('task add "page that uses it" --to frontend --needs t1')
      .brings({ type: 'task.added', task: 't2', needs: ['t1'] })
      .happens(branched('t1', 'backend'))
      .brings(
        { type: 'task.branched' },
        { type: 'message.queued', message: { id: 'assign-t1-1', to: 'backend', kind: 'assignment' } },
      )
      .when('task submit --summary "parses dates"', {
        by: 'agent:backend',
        answer: committed('t1', 'backend', 'a'),
      })
      .brings(
        { type: 'task.submitted', task: 't1', commit: commit('a'), branch: 'mcc/backend/t1' },
        { type: 'message.queued', message: { id: 'review-t1-1', to: 'lead', kind: 'review' } },
      )
      .when('approve t1 --commit aaaaaaaaaa', { by: 'agent:lead', answer: head('a') })
      .brings({ type: 'task.approved', task: 't1', commit: commit('a') })
      .happens({ type: 'merge.started', task: 't1', commit: commit('a'), base: commit('0') })
      .brings({ type: 'merge.started' })
      .happens(merged('t1', 'a', 'b'))
      .brings({ type: 'task.merged' }, { type: 'task.assigned', task: 't2', agent: 'frontend' });
  });

  test('the letters close themselves: an assignment by its submission, a review by its verdict', () => {
    const it = way.approved();
    expect(it.post('assign-t1-1').receipt).toBe('answered');
    expect(it.post('review-t1-1').receipt).toBe('answered');
  });

  test('the assignment tells the work, what it builds on, the branch and how to hand it in', () => {
    const it = way
      .approved()
      .when(
        'task add "page that uses it" --to frontend --needs t1 --files src/page.ts --text "a page of dates"',
      )
      .happens(merged('t1', 'a', 'b'), branched('t2', 'frontend'));
    expect(it.post('assign-t2-1').message.body).toBe(
      [
        'Task t2: page that uses it',
        'a page of dates',
        'Files: src/page.ts',
        'Builds on: t1 (parser: it parses)',
        'Your branch is mcc/frontend/t2, started from 0000000000. Commit there, then: mcc task submit t2 --summary "<what you did>". If nothing needs to change: mcc task done t2 --result "<why>".',
      ].join('\n'),
    );
  });

  test('the review message names the very command that approves it', () => {
    const it = way.submitted();
    const said = it.post('review-t1-1').message.body.match(/mcc (approve t1 --commit \w+)/)?.[1] ?? '';
    it.when(said, { by: 'agent:lead', answer: head('a') }).brings({ type: 'task.approved' });
  });
});

describe('assignment', () => {
  const free = () =>
    atWork().happens(
      exited('backend', 0, { reason: 'stopped' }),
      exited('frontend', 0, { reason: 'stopped' }),
    );

  test('goes to the most urgent first, and first come first served among equals', () => {
    free()
      .when('task add one')
      .when('task add two')
      .when('task add three --priority urgent')
      .happens(...running('backend', 's-2'))
      .brings(
        { type: 'worktree.ready' },
        { type: 'session.started' },
        { type: 'agent.reported' },
        { type: 'task.assigned', task: 't3', agent: 'backend' },
      )
      .happens(...running('frontend', 's-3'))
      .brings(
        { type: 'worktree.ready' },
        { type: 'session.started' },
        { type: 'agent.reported' },
        { type: 'task.assigned', task: 't1' },
      );
  });

  test('without a name takes the free agent with the fewest tasks so far, never the architect', () => {
    const it = atWork().when('task add one').when('task add two').when('task add three');
    expect([it.task('t1').agent, it.task('t2').agent, it.task('t3').agent]).toEqual([
      'backend',
      'frontend',
      undefined,
    ]);
    it.when('task done t2 --result "nothing to do"').brings(
      { type: 'task.done' },
      { type: 'task.assigned', task: 't3', agent: 'frontend' },
    );
  });

  test('of two that are free takes the one that has done less', () => {
    atWork()
      .when('task add one')
      .when('task done t1 --result x')
      .when('task add two')
      .brings({ type: 'task.added' }, { type: 'task.assigned', task: 't2', agent: 'frontend' });
  });

  test('gives an agent one task at a time: what it has submitted still occupies it', () => {
    way.submitted().when('task add next --to backend').brings({ type: 'task.added', task: 't2' });
  });

  test('waits for an agent that does not run', () => {
    given(team()).when('task add one --to backend').brings({ type: 'task.added' });
  });

  test('a shell gets only what names it', () => {
    const shell = { agents: [{ name: 'sh', kind: 'shell', autostart: true }] };
    given(team(['sh'], shell), ...running('sh'))
      .when('task add one')
      .brings({ type: 'task.added' })
      .when('task add two --to sh')
      .brings({ type: 'task.added' }, { type: 'task.assigned', task: 't2', agent: 'sh' });
  });

  test('a request goes to the architect at once, running or not, and does not occupy it', () => {
    given(team())
      .when('ask "a dark theme"')
      .brings(
        { type: 'task.added', kind: 'request', to: 'lead' },
        { type: 'task.assigned', task: 't1', agent: 'lead' },
        { type: 'message.queued', message: { id: 'assign-t1-1', to: 'lead' } },
      )
      .happens(...running('lead'))
      .when('task add "plan it" --to lead')
      .brings({ type: 'task.added' }, { type: 'task.assigned', task: 't2', agent: 'lead' });
  });
});

describe('a request', () => {
  const asked = () =>
    atWork()
      .when('ask "a dark theme"')
      .when('task add "the colours" --to backend --parent t1', { by: 'agent:lead' })
      .when('task add "the switch" --to frontend --parent t1 --needs t2', { by: 'agent:lead' });

  test('is digested when its tasks have ended, answered by the architect, and told to who asked', () => {
    asked()
      .when('task done t2 --result "were there"')
      .brings({ type: 'task.done' }, { type: 'task.assigned', task: 't3' })
      .when('task done t3 --result "is in"')
      .brings(
        { type: 'task.done' },
        { type: 'message.queued', message: { kind: 'digest', to: 'lead', task: 't1' } },
      )
      .when('task done t1 --result "press d"', { by: 'agent:lead' })
      .brings(
        { type: 'task.done' },
        { type: 'message.queued', message: { id: 'answer-t1', to: 'person', body: 'press d' } },
      );
  });

  test('is digested when what is left of it can never start, and again when that changed', () => {
    const it = asked()
      .when('task fail t2 --reason "no colours"', { by: 'agent:backend' })
      .brings(
        { type: 'task.failed' },
        {
          type: 'message.queued',
          message: { id: 'digest-t1-2-1', subject: 'Request t1: no task can go on' },
        },
        { type: 'message.queued', message: { id: 'failed-t2', to: 'lead' } },
      );
    expect(it.post('digest-t1-2-1').message.body).toMatch(
      '- t3 the switch: cannot start, it needs t2, which is failed',
    );
    it.when('task move t3 --needs ""', { by: 'agent:lead' })
      .brings({ type: 'task.changed' }, { type: 'task.assigned', task: 't3' })
      .when('task done t3 --result "without colours"')
      .brings({ type: 'task.done' }, { type: 'message.queued', message: { id: 'digest-t1-2-2' } });
  });

  test('is not digested anew for what the architect itself cancels after a digest', () => {
    asked()
      .when('task fail t2 --reason "no colours"', { by: 'agent:backend' })
      .when('task cancel t3 --reason "then not"', { by: 'agent:lead' })
      .brings({ type: 'task.cancelled' });
  });

  test('that was answered withdraws the digest that nobody has read yet', () => {
    const it = asked()
      .when('task done t2 --result x')
      .when('task done t3 --result y')
      .when('task done t1 --result z', { by: 'agent:lead' });
    expect(it.post('digest-t1-2-2').receipt).toBe('answered');
  });
});

describe('rounds', () => {
  test('what was rejected goes back with the reason, on the same branch, and comes back as a new review', () => {
    const it = way
      .submitted()
      .when('reject t1 --reason "leap years"', { by: 'agent:lead' })
      .brings(
        { type: 'task.rejected', task: 't1', commit: commit('a') },
        { type: 'message.queued', message: { id: 'assign-t1-2', to: 'backend' } },
      );
    expect(it.post('assign-t1-2').message.body).toMatch('was sent back by the reviewer: leap years');
    expect(it.task('t1')).toMatchObject({ status: 'working', round: 2, branch: 'mcc/backend/t1' });
    it.when('task submit', { by: 'agent:backend', answer: committed('t1', 'backend', 'b') }).brings(
      { type: 'task.submitted', commit: commit('b') },
      { type: 'message.queued', message: { id: 'review-t1-2', to: 'lead' } },
    );
  });

  test('a conflict goes back with its files and the way to resolve it', () => {
    const it = way.merging().happens({
      type: 'task.returned',
      task: 't1',
      commit: commit('a'),
      reason: 'conflict',
      detail: 'both changed it',
      files: ['src/a.ts'],
    });
    it.brings(
      { type: 'task.returned' },
      { type: 'message.queued', message: { id: 'assign-t1-2', to: 'backend' } },
    );
    expect(it.post('assign-t1-2').message.body).toMatch(
      /conflicts.*\nFiles: src\/a\.ts\nMerge main into mcc\/backend\/t1/,
    );
    expect(it.state.merging).toBeNull();
    expect(it.task('t1').approval).toBeUndefined();
  });

  test('a gate that failed goes back with its output, and the gates of the round stay to be seen', () => {
    const it = way.merging().happens(
      { type: 'merge.gated', task: 't1', gate: 'test', ok: false, ms: 1200, output: '1 failed' },
      {
        type: 'task.returned',
        task: 't1',
        commit: commit('a'),
        reason: 'gates',
        detail: 'gate test failed: 1 failed',
        files: [],
      },
    );
    expect(it.task('t1')).toMatchObject({
      status: 'working',
      gates: [{ gate: 'test', ok: false, ms: 1200 }],
    });
    expect(it.post('assign-t1-2').message.body).toMatch(
      'failed a gate on the merged result: gate test failed: 1 failed',
    );
  });
});

describe('an approval is bound to its commit', () => {
  const moved = (digit: string, branch = 'mcc/backend/t1') => ({
    type: 'worktree.moved' as const,
    agent: 'backend',
    branch,
    commit: commit(digit),
    dirty: 0,
    ahead: 2,
    behind: 0,
    insertions: 1,
    deletions: 0,
  });

  test('a branch that moves on loses it, and its author is told to submit again', () => {
    way
      .approved()
      .happens(moved('b'))
      .brings(
        { type: 'worktree.moved' },
        { type: 'task.returned', reason: 'moved', commit: commit('a') },
        { type: 'message.queued', message: { id: 'assign-t1-2', to: 'backend' } },
      );
  });

  test('what was seen of the worktree before the submission does not count against it', () => {
    const it = way.submitted();
    expect(it.state.agents.backend?.worktree?.commit).toBe(commit('a'));
    it.when('approve t1 --commit aaaaaaa', { by: 'agent:lead', answer: head('a') }).brings({
      type: 'task.approved',
    });
  });

  test('an agent that looks at another branch loses nothing', () => {
    way.approved().happens(moved('b', 'mcc/backend/work')).brings({ type: 'worktree.moved' });
  });

  test('while it is being merged a later commit takes nothing back', () => {
    way.merging().happens(moved('b')).brings({ type: 'worktree.moved' });
  });

  test('submitting anew takes it back and asks for a new review', () => {
    const it = way
      .approved()
      .when('task submit', { by: 'agent:backend', answer: committed('t1', 'backend', 'b') })
      .brings(
        { type: 'task.submitted', commit: commit('b') },
        { type: 'message.queued', message: { id: 'review-t1-2' } },
      );
    expect(it.task('t1')).toMatchObject({ status: 'submitted', round: 2 });
    expect(it.task('t1').approval).toBeUndefined();
  });

  test('submitting anew before the review replaces the review that waits', () => {
    const it = way
      .submitted()
      .when('task submit', { by: 'agent:backend', answer: committed('t1', 'backend', 'b') });
    expect([it.post('review-t1-1').receipt, it.post('review-t1-2').receipt]).toEqual(['answered', 'queued']);
  });

  test('a merge that reports back on a commit which is not approved any more changes nothing', () => {
    const it = way
      .approved()
      .when('task submit', { by: 'agent:backend', answer: committed('t1', 'backend', 'b') })
      .happens({
        type: 'task.returned',
        task: 't1',
        commit: commit('a'),
        reason: 'moved',
        detail: 'late',
        files: [],
      })
      .brings({ type: 'task.returned' });
    expect(it.task('t1')).toMatchObject({ status: 'submitted', commit: commit('b') });
  });
});

describe('what ends otherwise', () => {
  test('a task that failed is told to the architect with what it blocks, whoever added it', () => {
    const it = atWork()
      .when('task add one --to backend', { by: 'agent:lead' })
      .when('task add two --needs t1', { by: 'agent:lead' })
      .when('task fail t1 --reason "no such API"', { by: 'agent:backend' })
      .brings(
        { type: 'task.failed' },
        { type: 'message.queued', message: { id: 'failed-t1', to: 'lead', kind: 'report' } },
      );
    expect(it.post('failed-t1').message.body).toMatch('Blocked by it: t2 (two).');
  });

  test('the architect is not told what it did itself', () => {
    atWork()
      .when('task add one --to backend')
      .when('task fail t1 --reason "not possible"', { by: 'agent:lead' })
      .brings({ type: 'task.failed' });
  });

  test('without an architect, and when the architect itself fails, the person is told', () => {
    given(team(['backend']), ...running('backend'))
      .when('task add one --to backend')
      .when('task fail --reason "no"', { by: 'agent:backend' })
      .brings(
        { type: 'task.failed' },
        { type: 'message.queued', message: { id: 'failed-t1', to: 'person' } },
      );
    atWork()
      .when('ask "the moon"')
      .when('task fail --reason "too far"', { by: 'agent:lead' })
      .brings(
        { type: 'task.failed' },
        { type: 'message.queued', message: { id: 'failed-t1', to: 'person' } },
      );
  });

  test('an agent in the middle of a task that is taken back is told to stop', () => {
    way
      .working()
      .happens(
        { type: 'message.handed', id: 'assign-t1-1', route: 'keyboard' },
        { type: 'message.accepted', id: 'assign-t1-1' },
      )
      .when('task cancel t1 --reason "not wanted"', { by: 'agent:lead' })
      .brings(
        { type: 'task.cancelled' },
        { type: 'message.queued', message: { id: 'off-t1', to: 'backend' } },
      );
  });

  test('an assignment that was not delivered yet is withdrawn with its task', () => {
    const it = way.working().when('task cancel t1 --reason "not wanted"').brings({ type: 'task.cancelled' });
    expect(it.post('assign-t1-1').receipt).toBe('answered');
  });

  test('what an effect still brings does not bring a cancelled task back', () => {
    const it = atWork()
      .when('task add one --to backend')
      .when('task cancel t1 --reason "not wanted"')
      .happens(branched('t1', 'backend'))
      .brings({ type: 'task.branched' });
    expect(it.task('t1').status).toBe('cancelled');
    expect(it.state.agents.backend?.worktree?.branch).toBe('mcc/backend/t1');
  });

  test('what is on the base branch is merged, even if the task was taken back meanwhile', () => {
    const it = way
      .merging()
      .happens({ type: 'task.cancelled', task: 't1', reason: 'too late' }, merged('t1', 'a', 'b'));
    expect(it.task('t1')).toMatchObject({ status: 'merged', merged: commit('b') });
    expect(it.state.baseCommit).toBe(commit('b'));
  });

  test('a task that was taken back has no approval left for a merge in hand to rest on', () => {
    const it = way.approved().happens({ type: 'task.cancelled', task: 't1', reason: 'no' });
    expect(it.task('t1').approval).toBeUndefined();
  });
});

describe('a session that begins anew', () => {
  const took = (id: string) => [
    { type: 'message.handed' as const, id, route: 'hook' as const },
    { type: 'message.accepted' as const, id },
  ];
  const again = (agent: string, resumed: boolean) => [
    exited(agent, 1),
    {
      type: 'session.started' as const,
      agent,
      session: 'again',
      conversation: 'c',
      pid: 2,
      start: '2',
      resumed,
    },
  ];

  test('is told once what is still open for it', () => {
    const it = way
      .working()
      .happens(...took('assign-t1-1'))
      .after(5_000)
      .happens(...again('backend', true));
    it.brings(
      { type: 'session.exited' },
      { type: 'session.started' },
      { type: 'message.queued', message: { id: 'resume-again', to: 'backend', kind: 'nudge' } },
    );
    expect(it.post('resume-again').message.body).toMatch(
      'Still open for you: t1 (parser, branch mcc/backend/t1)',
    );
  });

  test('is not reminded of what it was told itself', () => {
    way
      .working()
      .happens(...took('assign-t1-1'))
      .brings({ type: 'message.handed' }, { type: 'message.accepted' });
  });

  test('without its conversation is told so, and where the task stands in full', () => {
    const it = way
      .working()
      .happens(...took('assign-t1-1'))
      .after(5_000)
      .happens(...again('backend', false));
    expect(it.post('resume-again').message.body).toMatch('without its conversation: `mcc task show <task>`');
  });

  test('gets no reminder of what it was not told yet: the assignment itself comes', () => {
    way
      .working()
      .after(5_000)
      .happens(...again('backend', true))
      .brings({ type: 'session.exited' }, { type: 'session.started' });
  });

  test('of the architect is reminded of the reviews it had taken', () => {
    const it = way
      .submitted()
      .happens(...took('review-t1-1'))
      .after(5_000)
      .happens(...again('lead', true));
    expect(it.post('resume-again').message.body).toMatch(
      'Waiting for your review: t1 (parser): mcc review t1.',
    );
  });
});
