import { describe, expect, test } from 'vitest';
import { attention } from '../../src/commands/show.ts';
import { nudgeDefaults } from '../../src/core/message-settings.ts';
import { overdue } from '../../src/core/nudge.ts';
import { plan } from '../../src/core/plan.ts';
import { atWork, branched, committed, exited, type Given, reported, running, way, world } from './given.ts';

const minute = 60_000;
const took = (id: string) =>
  [
    { type: 'message.handed', id, route: 'hook' },
    { type: 'message.accepted', id },
  ] as const;

/** Time passes, and what is due meanwhile happens: which letters, and after how many minutes of this. */
function pass(it: Given, minutes: number, taking = true): string[] {
  const begin = it.now;
  const came: string[] = [];
  for (let left = minutes; left > 0; left -= 1) {
    it.after(minute);
    for (const name of Object.keys(it.state.agents)) {
      const agent = it.state.agents[name];
      const due = agent && overdue(it.state, agent, it.now);
      if (!due || due.at > it.now || due.fact.type !== 'message.queued') continue;
      const { id, to } = due.fact.message;
      came.push(`${Math.round((it.now - begin) / minute)} min: ${id} → ${to}`);
      it.happens(due.fact);
      if (taking && to !== 'person') it.happens(...took(id));
    }
  }
  return came;
}

const silent = (more = {}) =>
  atWork(more)
    .when('task add parser --to backend')
    .happens(branched('t1', 'backend'))
    .happens(...took('assign-t1-1'), reported('backend', 'working'), reported('backend', 'idle'));

describe('an agent that is idle with work in hand', () => {
  test('is reminded, again after twice the time; then the architect hears of it, then the person', () => {
    const it = silent();
    expect(pass(it, 120)).toEqual([
      '5 min: nudge-1-assign-t1-1 → backend',
      '15 min: nudge-2-assign-t1-1 → backend',
      '35 min: silent-assign-t1-1 → lead',
      '55 min: silent-you-assign-t1-1 → person',
    ]);
    expect(it.post('nudge-1-assign-t1-1').message).toMatchObject({
      from: 'mcc',
      kind: 'nudge',
      body: expect.stringMatching(
        /^You have been idle for 5 min with t1 \(parser\) in hand.*mcc task submit t1.*\n.*mcc send lead/,
      ),
    });
    expect(attention(it.state, it.now)).toMatchObject([
      { text: '1 message for you, from mcc: backend is silent with t1 in hand' },
    ]);
  });

  test('is let alone while it works, waits for the person, or has handed its work in', () => {
    for (const status of ['working', 'needs-you', 'unknown'] as const)
      expect(pass(silent().happens(reported('backend', status)), 60)).toEqual([]);
    const it = silent().when('task submit t1 --summary done', {
      by: 'agent:backend',
      answer: committed('t1', 'backend', 'a'),
    });
    expect(pass(it, 60)).toEqual([]);
    expect(pass(atWork(), 60)).toEqual([]);
  });

  test('is let alone while something waits for it, and before it has the work', () => {
    expect(pass(silent().when('send backend hi'), 60)).toEqual([]);
    expect(pass(way.working(), 60)).toEqual([]);
  });

  test('is let alone while what it asked waits to be read; from then on it is counted', () => {
    const it = silent().when('send person "may I add zod?"', { by: 'agent:backend' });
    const id =
      it.came.flatMap((event) => (event.type === 'message.queued' ? [event.message.id] : []))[0] ?? '';
    expect(pass(it, 60)).toEqual([]);
    it.when(`inbox ${id}`);
    expect(pass(it, 10)).toEqual(['5 min: nudge-1-assign-t1-1 → backend']);
  });

  test('is counted from its last word on: what it does in between puts everything off', () => {
    const it = silent();
    expect(pass(it, 4)).toEqual([]);
    it.happens(reported('backend', 'working')).after(minute).happens(reported('backend', 'idle'));
    expect(pass(it, 4)).toEqual([]);
    expect(pass(it, 2)).toEqual(['1 min: nudge-1-assign-t1-1 → backend']);
  });

  test('a reminder that does not reach it is no reason for another: the architect hears of it', () => {
    expect(pass(silent(), 60, false)).toEqual([
      '5 min: nudge-1-assign-t1-1 → backend',
      '15 min: silent-assign-t1-1 → lead',
      '25 min: silent-you-assign-t1-1 → person',
    ]);
  });

  test('begins anew with each round, and a reminder that was still on its way is not delivered any more', () => {
    const it = silent();
    pass(it, 5, false);
    it.when('task submit t1 --summary done', {
      by: 'agent:backend',
      answer: committed('t1', 'backend', 'a'),
    });
    expect(it.post('nudge-1-assign-t1-1').receipt).toBe('answered');
    it.when('reject t1 --reason no', { by: 'agent:lead' }).happens(...took('assign-t1-2'));
    expect(pass(it, 6)).toEqual(['5 min: nudge-1-assign-t1-2 → backend']);
  });

  test('is reminded when and as often as the team says, or never', () => {
    expect(pass(silent({ nudge: { after: 0, times: 2 } }), 600)).toEqual([]);
    expect(pass(silent({ nudge: { ...nudgeDefaults, after: 120, times: 1 } }), 30)).toEqual([
      '2 min: nudge-1-assign-t1-1 → backend',
      '6 min: silent-assign-t1-1 → lead',
      '10 min: silent-you-assign-t1-1 → person',
    ]);
  });
});

describe('the architect', () => {
  test('is reminded of a review, and then the person hears of it', () => {
    const it = way
      .submitted()
      .happens(...took('review-t1-1'), reported('lead', 'working'), reported('lead', 'idle'));
    expect(pass(it, 60)).toEqual([
      '5 min: nudge-1-review-t1-1 → lead',
      '15 min: nudge-2-review-t1-1 → lead',
      '35 min: silent-you-review-t1-1 → person',
    ]);
    expect(it.post('nudge-1-review-t1-1').message.body).toMatch('t1 (parser) waits for your review');
  });

  test('is reminded of a request of which no part is under way, and not of one that is worked on', () => {
    const it = atWork()
      .when('ask "a theme"')
      .happens(...took('assign-t1-1'), reported('lead', 'working'), reported('lead', 'idle'));
    const under = pass(it, 6);
    expect(under).toEqual(['5 min: nudge-1-assign-t1-1 → lead']);
    it.when('task add dark --to backend --parent t1', { by: 'agent:lead' });
    expect(pass(it, 60)).toEqual([]);
  });
});

describe('an agent that crashes again and again', () => {
  const crash = (it: Given, times = 4, name = 'backend') => {
    for (let count = 0; count < times; count += 1) {
      const session = `s-${name}-${count}`;
      it.happens(...running(name, session)).happens(exited(name, 1, { session }));
    }
    return it;
  };
  const busy = () => atWork().happens(exited('frontend', 0, { reason: 'stopped' }));

  test('keeps its work while it is started again, and gives it back after that; the architect is asked', () => {
    const it = busy()
      .when('task add parser')
      .happens(branched('t1', 'backend'))
      .happens(...took('assign-t1-1'), exited('backend', 1));
    crash(it, 2);
    expect(it.task('t1')).toMatchObject({ status: 'working', agent: 'backend' });
    it.happens(...running('backend', 'last')).happens(exited('backend', 1, { session: 'last' }));
    it.brings(
      { type: 'session.exited' },
      { type: 'task.released', task: 't1', agent: 'backend', reason: 'backend crashed 4 times' },
      { type: 'message.queued', message: { id: 'crashed-last', to: 'lead', kind: 'report' } },
    );
    expect(it.task('t1')).toMatchObject({
      status: 'open',
      round: 2,
      before: { agent: 'backend', branch: 'mcc/backend/t1' },
    });
    expect(it.post('crashed-last').message.body).toBe(
      [
        'backend crashed 4 times in a row, the last time with code 1. It is not started again by itself.',
        't1 (parser) is open again; what was committed is on mcc/backend/t1.',
        'Try once more: mcc agent start backend. Or give its work to another: mcc task move <task> --to <agent>.',
      ].join('\n'),
    );
    expect(attention(it.state, it.now).map(({ hint }) => hint)).toContain('mcc agent start backend');
  });

  test('has its work taken over by whoever is free, who is told where it was begun; and it hears of it', () => {
    const it = crash(
      atWork()
        .when('task add parser')
        .happens(branched('t1', 'backend'))
        .happens(...took('assign-t1-1')),
      4,
    );
    expect(it.task('t1')).toMatchObject({ status: 'assigned', agent: 'frontend' });
    expect(it.post('crashed-s-backend-3').message.body).toMatch('t1 (parser) is with frontend now');
    it.happens(branched('t1', 'frontend'));
    expect(it.post('assign-t1-2').message).toMatchObject({
      to: 'frontend',
      body: expect.stringMatching(
        'backend began it: what it committed is on mcc/backend/t1; take over what is good.',
      ),
    });
    expect(it.post('over-t1-2').message).toMatchObject({
      to: 'backend',
      body: expect.stringMatching('frontend has it now'),
    });
  });

  test('is not set going by what was meant for the sessions in between', () => {
    const it = way.working().happens(...took('assign-t1-1'), exited('backend', 1));
    it.happens(...running('backend', 's-1', true));
    expect(it.post('resume-s-1').receipt).toBe('queued');
    it.happens(exited('backend', 1, { session: 's-1' })).happens(...running('backend', 's-2', true));
    expect([it.post('resume-s-1').receipt, it.post('resume-s-2').receipt]).toEqual(['answered', 'queued']);
  });

  test('that was named for its work waits to be started, or for the work to be moved, by the architect too', () => {
    const it = crash(way.working(), 4);
    expect(it.task('t1')).toMatchObject({ status: 'open', to: 'backend' });
    expect(it.post('crashed-s-backend-3').message.body).toMatch('t1 (parser) waits for backend');
    it.when('task move t1 --to frontend', { by: 'agent:lead' });
    expect(it.task('t1').agent).toBe('frontend');
    it.when('agent start backend', { by: 'agent:lead' });
    expect(plan(it.state, world(it)).map(({ type }) => type)).toContain('session.start');
  });

  test('as the architect: the person is asked', () => {
    const it = crash(atWork(), 4, 'lead');
    expect(it.post('crashed-s-lead-3').message.to).toBe('person');
  });

  test('with what it has handed in keeps that', () => {
    expect(crash(way.submitted(), 4).task('t1')).toMatchObject({ status: 'submitted', agent: 'backend' });
  });
});
