import { expect, test } from 'vitest';
import type { Event, Fact } from '../../src/core/event.ts';
import type { Effect } from '../../src/core/plan.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { roomForAll } from '../core/given.ts';

/** A loop with a clock that the test moves, and effects that only note down what they were asked for. */
class Loop {
  now = Date.parse('2026-01-01T00:00:00Z');
  readonly log: Event[] = [];
  readonly asked: { effect: Effect; at: number }[] = [];
  failure: Error | null = null;
  /** what the world does with an effect */
  world: (effect: Effect) => void = () => {};
  logFails: Error | null = null;
  broken: unknown;
  alarm: { at: number; ring: () => void } | null = null;
  readonly #start = this.now;
  readonly supervisor: Supervisor;

  constructor(...facts: Fact[]) {
    this.supervisor = new Supervisor({
      clock: {
        now: () => this.now,
        after: (ms, ring) => {
          const alarm = { at: this.now + ms, ring };
          this.alarm = alarm;
          return () => {
            if (this.alarm === alarm) this.alarm = null;
          };
        },
      },
      room: () => roomForAll,
      append: (events) => {
        if (this.logFails) throw this.logFails;
        this.log.push(...events);
      },
      perform: async (effect) => {
        this.asked.push({ effect, at: this.now - this.#start });
        if (this.failure) throw this.failure;
        this.world(effect);
      },
      told: () => {},
      broken: (error) => {
        this.broken = error;
      },
    });
    const agents = [{ name: 'ann', kind: 'claude', autostart: true }];
    this.tell({ type: 'team.declared', base: 'main', auto: true, gates: [], agents }, ...facts);
  }

  tell(...facts: Fact[]): this {
    this.supervisor.turn(facts, 'mcc', null);
    return this;
  }

  /** Lets what was begun come to its end; it rests when no step is left to take. */
  async rest(): Promise<this> {
    for (let quiet = 0; quiet < 3; quiet += 1) await new Promise((done) => setImmediate(done));
    return this;
  }

  /** Time passes, from alarm to alarm. */
  async pass(ms: number): Promise<this> {
    const end = this.now + ms;
    await this.rest();
    while (this.alarm && this.alarm.at <= end) {
      const { at, ring } = this.alarm;
      this.alarm = null;
      this.now = at;
      ring();
      await this.rest();
    }
    this.now = end;
    return this;
  }

  /** When effects of a kind were asked for, in ms since the start. */
  times = (type: Effect['type']): number[] =>
    this.asked.filter(({ effect }) => effect.type === type).map(({ at }) => at);
}

const commit = '1'.repeat(40);
const ready: Fact = { type: 'worktree.ready', agent: 'ann', path: '/w', branch: 'mcc/ann/work', commit };
const started = (session: string): Fact => ({
  type: 'session.started',
  agent: 'ann',
  session,
  conversation: 'c',
  pid: 1,
  start: 's',
  resumed: false,
});
const crashed = (session: string): Fact => ({
  type: 'session.exited',
  agent: 'ann',
  session,
  code: 1,
  signal: null,
  reason: 'exited',
});
const idle: Fact = { type: 'agent.reported', agent: 'ann', source: 'hook', status: 'idle' };

test('no timer runs while nothing waits for time to pass', async () => {
  const loop = new Loop(ready, started('1'), idle);
  await loop.pass(3_600_000);
  expect(loop.alarm).toBeNull();
  expect(loop.asked).toEqual([]);
});

test('a session that says nothing is looked at once more, when it is no longer believed to be starting', async () => {
  const loop = new Loop(ready, started('1'));
  await loop.rest();
  expect(loop.alarm?.at).toBe(loop.now + 20_001);
  await loop.pass(3_600_000);
  expect(loop.alarm).toBeNull();
});

test('a session that crashes is started again after 1, 4 and 16 seconds, and then no more', async () => {
  const loop = new Loop();
  loop.world = ({ type }) => {
    const session = String(loop.asked.length);
    if (type === 'session.start') loop.tell(started(session), crashed(session));
  };
  loop.tell(ready);
  await loop.pass(60_000);
  expect(loop.times('session.start')).toEqual([0, 1_001, 5_002, 21_003]);
  const letter = loop.log.find(({ type }) => type === 'message.queued');
  expect(letter).toMatchObject({
    message: { to: 'person', subject: 'ann crashed 4 times and is not started again' },
  });
  loop.supervisor.filed.set(`crashed-${loop.supervisor.state.agents.ann?.session?.id}`, 'new');
  await loop.pass(86_400_000);
  expect(loop.times('session.start')).toHaveLength(4);
  expect(loop.alarm).toBeNull();
});

test('silence with work in hand is noticed when it is due, by one timer and no looks in between', async () => {
  const loop = new Loop(ready, started('1'), idle);
  const task = { task: 't1', kind: 'work' as const, title: 'parser', text: 'parser', to: 'ann' };
  loop.tell({ type: 'task.added', ...task, needs: [], priority: 'normal', files: [] });
  loop.tell({ type: 'task.branched', task: 't1', agent: 'ann', branch: 'mcc/ann/t1', base: commit });
  const id = 'assign-t1-1';
  const take = (letter: string) => {
    loop.supervisor.filed.set(letter, 'cur');
    loop.tell(
      { type: 'message.handed', id: letter, route: 'hook' },
      { type: 'message.accepted', id: letter },
    );
  };
  take(id);
  await loop.rest();
  await loop.pass(1_000);
  expect(loop.alarm?.at).toBe(loop.now - 1_000 + 300_000 + 1);
  await loop.pass(299_500);
  const nudges = () =>
    loop.log.flatMap((event) =>
      event.type === 'message.queued' && event.message.kind === 'nudge' ? [event.at] : [],
    );
  expect(nudges()).toHaveLength(1);
  take(`nudge-1-${id}`);
  await loop.pass(590_000);
  expect(nudges()).toHaveLength(1);
  await loop.pass(20_000);
  expect(nudges()).toHaveLength(2);
});

test('an effect that fails is tried again ever more slowly, and told ever more seldom', async () => {
  const loop = new Loop(ready);
  loop.failure = Object.assign(new Error('no room'), { hint: 'make room' });
  await loop.pass(200_000);
  expect(loop.times('session.start').map((at) => Math.round(at / 1000))).toEqual([
    0, 1, 3, 7, 15, 31, 63, 123, 183,
  ]);
  const said = loop.log.filter(({ type }) => type === 'effect.failed');
  expect(said).toHaveLength(4);
  expect(said[0]).toMatchObject({ effect: 'session ann', error: 'no room', hint: 'make room' });
});

test('what cannot be delivered says why after three seconds, and says it once', async () => {
  const loop = new Loop(ready, started('1'), idle);
  const message = { id: 'm', from: 'person', to: 'ann', kind: 'note' as const, body: 'hi' };
  loop.supervisor.filed.set('m', 'new');
  const terminal = { agent: 'ann', kind: { name: 'shell' }, outputAt: 0, typedAt: 0 };
  loop.supervisor.terminals.set('ann', terminal as never);
  loop.tell({ type: 'message.queued', message });
  await loop.pass(3_600_000);
  expect(loop.log.filter(({ type }) => type === 'message.held')).toMatchObject([
    {
      id: 'm',
      reason: 'a claude takes no messages: it reads them with mcc inbox',
      at: '2026-01-01T00:00:03.001Z',
    },
  ]);
  expect(loop.alarm).toBeNull();
});

test('a task has its whole time in every round, and fails when that is over', async () => {
  const added: Fact = {
    type: 'task.added',
    task: 't1',
    kind: 'work',
    title: 'x',
    text: 'x',
    to: 'ann',
    needs: [],
    priority: 'normal',
    files: [],
    timeout: 60,
  };
  const loop = new Loop(ready, started('1'), idle, added);
  for (const id of ['assign-t1-1', 'assign-t1-2']) loop.supervisor.filed.set(id, 'new');
  loop.supervisor.results.add('t1');
  loop.tell({ type: 'task.branched', task: 't1', agent: 'ann', branch: 'mcc/ann/t1', base: commit });
  await loop.pass(50_000);
  loop.tell({ type: 'task.submitted', task: 't1', branch: 'mcc/ann/t1', commit, summary: '' });
  await loop.pass(500_000);
  loop.tell({ type: 'task.rejected', task: 't1', commit, reason: 'no' });
  await loop.pass(59_000);
  expect(loop.supervisor.state.tasks.t1?.status).toBe('working');
  await loop.pass(2_000);
  expect(loop.supervisor.state.tasks.t1).toMatchObject({
    status: 'failed',
    reason: 'it took longer than the 60 s that it may take',
  });
});

test('when the log cannot be written the turn raises that, it is told once, and nothing is done or taken any more', async () => {
  const loop = new Loop(ready);
  await loop.rest();
  loop.logFails = new Error('ENOSPC: no space left');
  expect(() => loop.tell(started('1'))).toThrow('ENOSPC');
  expect(loop.broken).toBe(loop.logFails);
  loop.logFails = null;
  expect(() => loop.tell(started('1'))).toThrow('ENOSPC');
  await loop.pass(100_000);
  expect(loop.times('session.start')).toEqual([0]);
  expect(loop.supervisor.state.agents.ann?.session).toBeUndefined();
});

test('after the end no fact is taken, and no timer is left', async () => {
  const loop = new Loop(ready, started('1'));
  await loop.rest();
  loop.supervisor.stop();
  loop.tell(crashed('1'));
  await loop.rest();
  expect(loop.alarm).toBeNull();
  expect(loop.log.map(({ type }) => type)).not.toContain('session.exited');
});

test('a fact that could not be read back from the log is refused before it is written, and nothing has happened', () => {
  const loop = new Loop();
  const before = loop.supervisor.state;
  const written = loop.log.length;
  const fact = { type: 'message.accepted', id: '' } as const;
  expect(() => loop.supervisor.turn([fact], 'mcc', 'a test')).toThrow('message.accepted: id');
  expect(loop.supervisor.state).toBe(before);
  expect(loop.log).toHaveLength(written);
});
