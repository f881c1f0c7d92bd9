import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/core/event.ts';
import { branchOf, holding, type Pane, plan, type World } from '../../src/core/plan.ts';
import { restartAt } from '../../src/core/restart.ts';
import {
  atWork,
  branched,
  commit,
  emptyPane,
  exited,
  type Given,
  given,
  reported,
  running,
  team,
  way,
  world,
} from './given.ts';

/** The effects in words: `session.start backend`. */
const planned = (it: Given, more: Partial<World> = {}): string[] =>
  plan(it.state, world(it, more)).map(({ type, key, ...rest }) =>
    [type, ...Object.values(rest).filter((value) => typeof value === 'string' && !value.includes('/'))].join(
      ' ',
    ),
  );
const pane = (more: Partial<Pane>) => ({ panes: { backend: { ...emptyPane, ...more } } });

describe('sessions', () => {
  test('the worktree is made before the session starts', () => {
    const it = given(team(['backend']));
    expect(planned(it)).toEqual(['worktree.make backend']);
    it.happens({
      type: 'worktree.ready',
      agent: 'backend',
      path: '/w',
      branch: 'mcc/backend/work',
      commit: commit('0'),
    });
    expect(planned(it)).toEqual(['session.start backend']);
  });

  test('an agent that was told not to start by itself waits to be started', () => {
    const it = given(team(['backend'], { agents: [{ name: 'backend', kind: 'claude', autostart: false }] }));
    expect(planned(it)).toEqual([]);
    expect(planned(it.when('agent start backend'))).toEqual(['worktree.make backend']);
  });

  test('after a crash it starts again in 1, 4 and 16 seconds, and then no more until it is started by hand', () => {
    const it = given(team(['backend']), ...running('backend', 's-0'));
    const waits = [1, 2, 3, 4].map((session) => {
      it.happens(exited('backend', 1, { session: `s-${session - 1}` }));
      const agent = it.state.agents.backend!;
      const wait = restartAt(agent) === null ? null : restartAt(agent)! - it.now;
      if (wait === null) return 'never';
      expect(planned(it.after(wait - 1))).toEqual([]);
      expect(planned(it.after(1))).toEqual(['session.start backend']);
      it.happens(...running('backend', `s-${session}`));
      return `${wait / 1000} s`;
    });
    expect(waits).toEqual(['1 s', '4 s', '16 s', 'never']);
    expect(planned(it.after(3_600_000))).toEqual([]);
    expect(planned(it.when('agent start backend'))).toEqual(['session.start backend']);
  });

  test('crashes are forgotten after a turn that ended well, not after a start that came to its prompt', () => {
    const it = given(
      team(['backend']),
      ...running('backend', 's-0'),
      exited('backend', 1, { session: 's-0' }),
    );
    it.happens(...running('backend', 's-1'));
    expect(it.state.agents.backend?.crashes).toBe(1);
    it.happens(reported('backend', 'working'), reported('backend', 'idle'));
    expect(it.state.agents.backend?.crashes).toBe(0);
  });

  test('a crash that is told twice counts once', () => {
    const it = given(
      team(['backend']),
      ...running('backend'),
      exited('backend'),
      exited('backend', null, { reason: 'its supervisor died' }),
    );
    expect(it.state.agents.backend).toMatchObject({ crashes: 1, session: { exit: { code: 1 } } });
  });

  test('who leaves with code 0 stays out until started again', () => {
    const it = given(team(['backend']), ...running('backend'), exited('backend', 0));
    expect(planned(it.after(60_000))).toEqual([]);
    expect(planned(it.when('agent start backend'))).toEqual(['session.start backend']);
  });

  test('a session that ended with its supervisor starts again at once', () => {
    const it = given(
      team(['backend']),
      ...running('backend'),
      exited('backend', null, { reason: 'its supervisor died' }),
    );
    expect(planned(it)).toEqual(['session.start backend']);
  });

  test('stop ends it and it stays out; restart ends it and it starts again', () => {
    const stopped = given(team(['backend']), ...running('backend')).when('agent stop backend');
    expect(planned(stopped)).toEqual(['session.stop backend']);
    expect(planned(stopped.happens(exited('backend', 0, { reason: 'stopped' })))).toEqual([]);
    const anew = given(team(['backend']), ...running('backend')).when('agent restart backend');
    expect(planned(anew)).toEqual(['session.stop backend']);
    // However it ended: that it should run was said after.
    expect(planned(anew.happens(exited('backend', 0)))).toEqual(['session.start backend']);
    expect(planned(anew.happens(...running('backend', 'next')))).toEqual([]);
  });

  test('an agent that was taken out of the file is stopped; its history stays', () => {
    const it = atWork().happens(team(['lead', 'backend']));
    expect(planned(it)).toEqual(['session.stop frontend']);
    expect(it.state.agents.frontend).toMatchObject({ declared: false, session: { id: 's-frontend' } });
    it.happens(exited('frontend', 0, { reason: 'stopped' }), team());
    expect(planned(it)).toEqual(['session.start frontend']);
  });

  test('what was stopped by hand stays stopped when the file is read again', () => {
    const it = atWork()
      .when('agent stop frontend')
      .happens(exited('frontend', 0, { reason: 'stopped' }), team());
    expect(planned(it)).toEqual([]);
  });
});

describe('branches', () => {
  const assigned = () => atWork().when('task add one --to backend');

  test('a task gets its branch between turns only', () => {
    const at = (status: Parameters<typeof reported>[1]) =>
      planned(assigned().happens(reported('backend', status)));
    expect(at('idle')).toEqual(['branch.start t1 backend']);
    expect(at('unknown')).toEqual(['branch.start t1 backend']);
    for (const status of ['working', 'needs-you', 'starting'] as const) expect(at(status)).toEqual([]);
  });

  test('each agent has a folder of branches of its own', () => {
    expect([branchOf('backend', 't3'), branchOf('backend')]).toEqual(['mcc/backend/t3', 'mcc/backend/work']);
    expect(plan(assigned().state, world(assigned()))).toMatchObject([{ branch: 'mcc/backend/t1' }]);
  });

  test('a worktree is touched by one effect at a time', () => {
    expect(planned(assigned(), { busy: new Set(['worktree backend']) })).toEqual([]);
  });
});

describe('typing', () => {
  const told = () => atWork().when('send backend hello');

  test('all that waits is typed at once, in the order it came', () => {
    const it = told().when('send backend "and this"');
    expect(plan(it.state, world(it))).toEqual([
      { type: 'message.type', key: 'typing backend', agent: 'backend', ids: ['m-1', 'm-2'] },
    ]);
  });

  test.each<[string, Partial<Pane>, Fact[], string | null]>([
    ['idle, empty, quiet and hands off', {}, [], null],
    ['at work', {}, [reported('backend', 'working')], 'it is working'],
    [
      'in a dialog',
      {},
      [reported('backend', 'needs-you', { reason: 'permission: Bash' })],
      'a dialog is open: permission: Bash',
    ],
    ['not known', {}, [reported('backend', 'unknown')], 'it is unknown'],
    ['with a draft', { composer: 'draft' }, [], 'your draft is in its composer: send it or clear it'],
    ['with no composer to be seen', { composer: 'absent' }, [], 'its composer is not on the screen'],
    [
      'of a kind that has none',
      { composer: 'none' },
      [],
      'a claude takes no messages: it reads them with mcc inbox',
    ],
    ['typed into 2.9 s ago', { typedMs: 2_900 }, [], 'you are typing'],
    ['still drawing', { quietMs: 299 }, [], 'its screen is still changing'],
    ['not running', {}, [exited('backend')], 'it does not run'],
  ])('an agent %s: %j', (_, more, facts, reason) => {
    const it = told().happens(...facts);
    expect(holding(it.state, world(it, pane(more)), 'backend')).toBe(reason);
    expect(planned(it, pane(more))).toEqual(reason === null ? ['message.type backend'] : []);
  });

  test('nothing is typed while something handed over is not accepted; after it is, the rest follows', () => {
    const it = told()
      .happens({ type: 'message.handed', id: 'm-1', route: 'keyboard', session: 's-backend' })
      .when('send backend more');
    expect(planned(it)).toEqual([]);
    expect(planned(it.happens({ type: 'message.accepted', id: 'm-1' }))).toEqual(['message.type backend']);
  });

  test('what could not be handed over goes back into the queue, in its old place', () => {
    const it = told()
      .when('send backend more')
      .happens(
        { type: 'message.handed', id: 'm-1', route: 'keyboard' },
        { type: 'message.requeued', id: 'm-1', reason: 'the session ended' },
      );
    expect(plan(it.state, world(it))).toMatchObject([{ ids: ['m-1', 'm-2'] }]);
  });

  test('no pane, no typing; and names that every object has are no panes', () => {
    expect(planned(told(), { panes: {} })).toEqual([]);
    expect(holding(told().state, world(told(), { panes: {} }), 'constructor')).toBe('it does not run');
  });
});

describe('files', () => {
  test('a message has its file in new/ while it waits and in cur/ after', () => {
    const it = atWork().when('send backend hello');
    const filed = (where?: 'new' | 'cur') => ({
      filed: new Map(where ? [['m-1', where] as const] : []),
      panes: {},
    });
    expect(planned(it, filed())).toEqual(['message.file m-1']);
    expect(planned(it, filed('new'))).toEqual([]);
    it.happens({ type: 'message.handed', id: 'm-1', route: 'hook' });
    expect(planned(it, filed('new'))).toEqual([]);
    it.happens({ type: 'message.accepted', id: 'm-1' });
    expect(planned(it, filed('new'))).toEqual(['message.shelve m-1']);
    expect(planned(it, filed('cur'))).toEqual([]);
  });

  test('a task that ended has its result file written, once', () => {
    const it = atWork().when('task add one --to backend');
    expect(planned(it, { results: new Set() })).not.toContain('result.write t1');
    it.when('task done t1 --result "was there"');
    expect(planned(it, { results: new Set() })).toEqual(['result.write t1']);
    expect(planned(it)).toEqual([]);
  });
});

describe('the merge queue', () => {
  const both = (auto = true) =>
    atWork({ auto })
      .when('task add one --to backend --priority low')
      .when('task add two --to frontend')
      .happens(branched('t1', 'backend'), branched('t2', 'frontend'))
      .happens(
        ...(['t1', 't2'] as const).flatMap((task, index): Fact[] => [
          {
            type: 'task.submitted',
            task,
            branch: `mcc/${['backend', 'frontend'][index]}/${task}`,
            commit: commit('a'),
            summary: '',
          },
          { type: 'task.approved', task, commit: commit('a') },
        ]),
      );
  const quiet = { panes: {} };

  test('merges one at a time, the more urgent first', () => {
    expect(planned(both(), quiet)).toEqual(['merge.run t2']);
    expect(planned(both(), { ...quiet, busy: new Set(['merge t2']) })).toEqual([]);
    expect(
      planned(
        both().happens({ type: 'merge.started', task: 't2', commit: commit('a'), base: commit('0') }),
        quiet,
      ),
    ).toEqual([]);
  });

  test('with merge.auto off waits to be asked', () => {
    expect(planned(both(false), quiet)).toEqual([]);
    expect(planned(both(false).when('merge t1'), quiet)).toEqual(['merge.run t1']);
    expect(planned(both(false).when('merge'), quiet)).toEqual(['merge.run t2']);
  });

  test('what git holds up until later does not hold up the others', () => {
    const it = both().happens(
      { type: 'merge.started', task: 't2', commit: commit('a'), base: commit('0') },
      { type: 'merge.held', task: 't2', reason: 'your changes to a.ts are in the way' },
    );
    expect(it.task('t2')).toMatchObject({ status: 'approved', held: 'your changes to a.ts are in the way' });
    const later = { ...quiet, notBefore: new Map([['merge t2', it.now + 1]]) };
    expect(planned(it, later)).toEqual(['merge.run t1']);
    expect(planned(it.after(1), later)).toEqual(['merge.run t2']);
  });

  test('a supervisor that starts takes up the merge that the last one had in hand', () => {
    const it = way.merging().happens({ type: 'supervisor.started', pid: 2, version: '1' });
    expect(it.state.merging).toBeNull();
    expect(planned(it, quiet)).toEqual(['merge.run t1']);
  });
});

describe('any effect', () => {
  test('is not planned while it is in hand, nor before its time', () => {
    const it = given(team(['backend']));
    expect(planned(it, { busy: new Set(['worktree backend']) })).toEqual([]);
    expect(planned(it, { notBefore: new Map([['worktree backend', it.now + 1]]) })).toEqual([]);
    expect(planned(it, { notBefore: new Map([['worktree backend', it.now]]) })).toEqual([
      'worktree.make backend',
    ]);
  });

  test('going down, nothing new is begun: only files are still written', () => {
    const it = way
      .approved()
      .when('send frontend hello')
      .when('task add two --to frontend')
      .happens(exited('lead', null, { reason: 'lost' }));
    expect(planned(it)).toEqual([
      'session.start lead',
      'message.type frontend',
      'branch.start t2 frontend',
      'merge.run t1',
    ]);
    expect(planned(it, { draining: true, filed: new Map() })).toEqual([
      'message.file assign-t1-1',
      'message.file review-t1-1',
      'message.file m-4',
    ]);
  });
});
