import { describe, expect, test } from 'vitest';
import { weigh } from '../../src/core/evidence.ts';
import { type Pane, plan, type World } from '../../src/core/plan.ts';
import { type Room, roomFacts, roomTimes } from '../../src/core/room.ts';
import { emptyPane, exited, type Given, given, reported, running, team, world } from './given.ts';

const GB = 2 ** 30;
const room = (change: Partial<Room>): Room => ({
  ...{ most: null, memory: null, suspendAfterMs: 120_000 },
  ...change,
});
const places = (most: number): Partial<World> => ({ room: room({ most }) });
/** The same after nobody has typed anywhere for long. */
const handsOff = (most: number): Partial<World> => ({
  ...places(most),
  panes: { a: { ...emptyPane, typedMs: 1_000_000 } },
});
const memory = (free: number): Partial<World> => ({ room: room({ memory: { floor: 2 * GB, free } }) });

/** Sessions that are planned, in order. */
const sessions = (it: Given, more: Partial<World>): string[] =>
  plan(it.state, world(it, more)).flatMap((effect) =>
    effect.type === 'session.start' || effect.type === 'session.stop'
      ? [`${effect.type.slice('session.'.length)} ${effect.agent}`]
      : [],
  );
const facts = (it: Given, more: Partial<World>) => roomFacts(it.state, world(it, more));
/** What time and place bring, done. */
const settle = (it: Given, more: Partial<World>) => it.happens(...facts(it, more));

const ready = (...names: string[]): Given =>
  given(
    team(names),
    ...names.map((agent) => ({
      ...{ type: 'worktree.ready' as const, agent, path: `/w/${agent}` },
      ...{ branch: `mcc/${agent}/work`, commit: '0'.repeat(40) },
    })),
  );

describe('who gets a place', () => {
  test('without limits everybody does', () => {
    expect(sessions(ready('a', 'b', 'c'), {})).toEqual(['start a', 'start b', 'start c']);
  });

  test('those with the most urgent tasks first, then those with messages, then by name', () => {
    const it = ready('a', 'b', 'c', 'd')
      .when('task add low --to c --priority low')
      .when('task add pressing --to d --priority urgent')
      .when('send b hello');
    expect(sessions(it, places(1))).toEqual(['start d']);
    expect(sessions(it, places(2))).toEqual(['start c', 'start d']);
    expect(sessions(it, places(3))).toEqual(['start b', 'start c', 'start d']);
    expect(sessions(it, places(4))).toHaveLength(4);
  });

  test('one that is being started takes a place already', () => {
    expect(sessions(ready('a', 'b'), { ...places(1), busy: new Set(['session a']) })).toEqual([]);
  });

  test('one that could not be started takes none until it is tried again', () => {
    const it = ready('a', 'b');
    const notBefore = new Map([['session a', it.now + 1_000]]);
    expect(sessions(it, { ...places(1), notBefore })).toEqual(['start b']);
  });

  test('the others say once why they wait, and so does their status', () => {
    const it = ready('a', 'b').happens(...running('a'));
    settle(it, places(1));
    expect(it.came).toMatchObject([
      { type: 'agent.waits', agent: 'b', reason: 'waiting for a place: 1 of 1 run' },
    ]);
    expect(facts(it, places(1))).toEqual([]);
    const b = it.state.agents.b;
    expect(b && weigh(b, it.now)).toMatchObject({
      status: 'starting',
      reason: 'waiting for a place: 1 of 1 run',
    });
    it.happens(exited('a', 0));
    expect(sessions(it, places(1))).toEqual(['start b']);
  });

  test('with too little free memory nobody does, and with enough one after the other', () => {
    const it = ready('a', 'b');
    expect(sessions(it, memory(GB))).toEqual([]);
    expect(facts(it, memory(GB))).toMatchObject([
      { agent: 'a', reason: 'waiting for memory: less than 2.0 GB are free' },
      { agent: 'b' },
    ]);
    expect(roomTimes(it.state, world(it, memory(GB)))).toEqual([it.now + 5_000]);
    expect(sessions(it, memory(3 * GB))).toEqual(['start a']);
    it.happens(...running('a').slice(1, 2));
    expect(sessions(it, memory(3 * GB))).toEqual([]);
    it.happens(reported('a', 'idle'));
    expect(sessions(it, memory(3 * GB))).toEqual(['start b']);
  });
});

describe('who makes room', () => {
  /** `a` runs and is idle, `b` waits for the one place. */
  const two = () => ready('a', 'b').happens(...running('a'));
  const long = 200_000;

  test('an agent that has been idle without work for long enough, for one with a task', () => {
    const it = two().when('task add parser --to b');
    expect(facts(it, handsOff(1)).map(({ type }) => type)).toEqual(['agent.waits']);
    it.after(long);
    settle(it, handsOff(1));
    expect(it.came).toContainEqual(
      expect.objectContaining({ type: 'agent.suspended', agent: 'a', reason: 'b waits for a place' }),
    );
    expect(sessions(it, handsOff(1))).toEqual(['stop a']);
    expect(facts(it, handsOff(1))).toEqual([]);
    it.happens(exited('a', 0, { reason: 'suspended' }));
    expect(it.state.agents.a).toMatchObject({ wanted: true, crashes: 0 });
    const a = it.state.agents.a;
    expect(a && weigh(a, it.now).status).toBe('suspended');
    expect(sessions(it, handsOff(1))).toEqual(['start b']);
  });

  test('not right after its turn, when the end of its transcript may not be written', () => {
    const it = ready('a')
      .happens(...running('a'))
      .when('agent suspend a');
    const since = Date.parse(it.state.agents.a?.reports.hook?.at ?? '');
    expect(sessions(it, { now: since + 2_999 })).toEqual([]);
    expect(roomTimes(it.state, world(it, { now: since + 1 }))).toEqual([since + 3_000]);
    expect(sessions(it, { now: since + 3_000 })).toEqual(['stop a']);
  });

  test('when it is time for that is known beforehand', () => {
    const it = two().when('task add parser --to b');
    const since = Date.parse(it.state.agents.a?.reports.hook?.at ?? '');
    expect(roomTimes(it.state, world(it, handsOff(1)))).toEqual([since + 120_000]);
    expect(roomTimes(it.state, world(it, {}))).toEqual([]);
  });

  test('nobody does for an agent that would only be idle too', () => {
    const it = two().after(long);
    expect(facts(it, handsOff(1)).map(({ type }) => type)).toEqual(['agent.waits']);
  });

  const kept: [string, (it: Given) => Given, Partial<Pane>][] = [
    ['works', (it) => it.happens(reported('a', 'working')), {}],
    ['has a task in hand', (it) => it.when('task add mine --to a'), {}],
    ['has a message to take', (it) => it.when('send a hello'), {}],
    ['has something running in the background', (it) => it.happens(reported('a', 'background')), {}],
    ['waits for the person', (it) => it.happens(reported('a', 'needs-you')), {}],
    ['has a draft of the person in its composer', (it) => it, { composer: 'draft' }],
    ['was typed into lately', (it) => it, { typedMs: 1_000 }],
    ['would lose its conversation', (it) => it, { keeps: false }],
  ];
  test.each(kept)('not one that %s', (_, change, pane) => {
    const it = change(two().when('task add parser --to b').after(long));
    const found = facts(it, { ...places(1), panes: { a: { ...emptyPane, typedMs: long, ...pane } } });
    expect(found.filter(({ type }) => type === 'agent.suspended')).toEqual([]);
  });

  test('where memory is short one does although nobody waits', () => {
    const it = ready('a')
      .happens(...running('a'))
      .after(long);
    const panes = { a: { ...emptyPane, typedMs: long } };
    expect(facts(it, { ...memory(3 * GB), panes })).toEqual([]);
    expect(facts(it, { ...memory(GB), panes })).toMatchObject([
      { type: 'agent.suspended', agent: 'a', reason: 'memory is short' },
    ]);
  });
});

describe('who wakes', () => {
  const asleep = () =>
    ready('a', 'b')
      .happens(...running('a'), ...running('b'))
      .when('agent suspend a')
      .happens(exited('a', 0, { reason: 'suspended' }));

  test('a suspended agent does by a message, and is started with a place of its own', () => {
    const it = asleep();
    expect(sessions(it, {})).toEqual([]);
    it.when('send a hello');
    expect(it.came).toContainEqual(expect.objectContaining({ type: 'agent.woken', agent: 'a' }));
    expect(sessions(it, {})).toEqual(['start a']);
  });

  test('it does by a task of its own, and by one that anybody may take when nobody else can', () => {
    expect(sessions(asleep().when('task add parser --to a'), {})).toEqual(['start a']);
    const it = asleep().when('task add one');
    expect(it.task('t1').agent).toBe('b');
    expect(sessions(it, {})).toEqual([]);
    it.when('task add two');
    expect(sessions(it, {})).toEqual(['start a']);
  });

  test('the person wakes and suspends; what cannot be is refused with what can', () => {
    const it = asleep();
    it.when('agent suspend a').refuses('a is suspended already', 'mcc agent wake a');
    it.when('agent wake b').refuses('b is not suspended', 'mcc why b');
    it.when('agent wake a').brings({ type: 'agent.woken', agent: 'a' });
    it.when('agent suspend a').refuses('a does not run', 'mcc agent start a');
    it.happens(reported('b', 'working'));
    it.when('agent suspend b').refuses('b is working, not idle', 'mcc agent stop b');
    it.happens(reported('b', 'idle')).when('send b hello');
    it.when('agent suspend b').refuses('b has something to do', 'mcc why b');
  });

  test('a message that comes while it is being suspended costs nothing: it ends and starts again', () => {
    const it = ready('a')
      .happens(...running('a'))
      .when('agent suspend a')
      .when('send a hello');
    expect(it.state.agents.a?.suspended).toBeUndefined();
    it.happens(exited('a', 0, { reason: 'stopped' }));
    expect(sessions(it, {})).toEqual(['start a']);
  });

  test('stopping a suspended agent keeps it out, starting it wakes it', () => {
    const it = asleep().when('agent stop a').when('send a hello');
    expect(sessions(it, {})).toEqual([]);
    it.when('agent start a');
    expect(sessions(it, {})).toEqual(['start a']);
    expect(sessions(asleep().when('agent start a'), {})).toEqual(['start a']);
  });
});
