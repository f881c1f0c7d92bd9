import { describe, expect, test } from 'vitest';
import { attention, standing, taskPage } from '../../src/commands/show.ts';
import {
  type Event,
  type Fact,
  type FactOf,
  type FactType,
  factTypes,
  parseEvent,
  priorities,
  resolutions,
  statuses,
} from '../../src/core/event.ts';
import { weigh } from '../../src/core/evidence.ts';
import { follow } from '../../src/core/follow.ts';
import { messageKinds } from '../../src/core/message.ts';
import { plan } from '../../src/core/plan.ts';
import { reduce } from '../../src/core/reduce.ts';
import { emptyState, type State } from '../../src/core/state.ts';
import { commit, emptyPane, roomForAll, seeded, start } from './given.ts';

/** Seeds stand in the names of the tests; MCC_SEED adds one. */
const seeds = [1, 2, 3, 4, 5, ...(process.env.MCC_SEED ? [Number(process.env.MCC_SEED)] : [])];

type Makers = { [T in FactType]: () => Omit<FactOf<T>, 'type'> };

/** Facts that fit their schemas and nothing else: in any order, about what is there and what is not. */
function makers(random: () => number): Makers {
  const among = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const maybe = <K extends string, T>(key: K, make: () => T): { [P in K]?: T } =>
    random() < 0.5 ? ({ [key]: make() } as { [P in K]?: T }) : {};
  const agent = () => among('lead', 'backend', 'frontend', 'ghost', 'constructor');
  const task = () => among('t1', 't2', 't3', 't4', 't5', 't6', 'toString');
  const hash = () => commit(among('0', 'a', 'b', 'c'));
  const id = () => among('m-1', 'm-2', 'm-3', 'assign-t1-1', 'review-t2-1', '__proto__', 'valueOf');
  const session = () => among('s-1', 's-2', 's-3');
  const some = <T>(make: () => T): T[] => Array.from({ length: Math.floor(random() * 3) }, make);
  const count = () => Math.floor(random() * 5);
  const text = () => among('', 'words', 'zwei\nZeilen', '\u001b[31m');
  const branch = () => `mcc/${agent()}/${task()}`;
  return {
    'team.declared': () => ({
      base: 'main',
      ...maybe('architect', agent),
      auto: random() < 0.5,
      gates: some(() => 'test'),
      agents: ['lead', 'backend', 'frontend', 'constructor']
        .filter(() => random() < 0.8)
        .map((name) => ({
          name,
          kind: among('claude', 'shell'),
          autostart: random() < 0.8,
          ...maybe('description', text),
          ...maybe('settings', () => among('{}', '{"setup":["npm ci"]}')),
        })),
    }),
    'supervisor.started': () => ({ pid: 1, version: '1' }),
    'supervisor.stopped': () => ({ reason: text() }),
    'base.moved': () => ({ commit: hash() }),
    'agent.wanted': () => ({ agent: agent() }),
    'agent.unwanted': () => ({ agent: agent(), reason: text() }),
    'agent.restarting': () => ({ agent: agent() }),
    'agent.interrupting': () => ({ agent: agent() }),
    'agent.interrupted': () => ({ agent: agent(), session: session(), outcome: text() }),
    'agent.reported': () => ({
      agent: agent(),
      source: among('hook', 'session file', 'screen', 'toString'),
      status: among(...statuses),
      ...maybe('reason', text),
    }),
    'permission.asked': () => ({
      id: among('p1', 'p2', '__proto__'),
      agent: agent(),
      session: session(),
      tool: among('Bash', 'Write'),
      ...maybe('argument', text),
      input: text(),
    }),
    'permission.answered': () => ({
      id: among('p1', 'p2', 'toString'),
      decision: among('allow', 'deny'),
      ...maybe('reason', text),
      ...maybe('rule', text),
    }),
    'permission.ended': () => ({ id: among('p1', 'p2'), how: text() }),
    'permission.granted': () => ({ task: task(), rule: text() }),
    'worktree.ready': () => ({ agent: agent(), path: '/w', branch: branch(), commit: hash() }),
    'worktree.prepared': () => ({ agent: agent(), settings: among('{}', 'other') }),
    'worktree.unprepared': () => ({ agent: agent(), settings: '{}', reason: text(), hint: text() }),
    'agent.waits': () => ({ agent: agent(), reason: text() }),
    'agent.suspended': () => ({ agent: agent(), reason: text() }),
    'agent.woken': () => ({ agent: agent(), reason: text() }),
    'limit.exceeded': () => ({
      agent: agent(),
      limit: among('memory', 'cpu', 'processes'),
      used: 2,
      most: 1,
      ...maybe('ended', text),
    }),
    'limit.kept': () => ({ agent: agent(), limit: among('memory', 'cpu', 'processes') }),
    'ports.leased': () => ({ holder: agent(), name: 'shop_1', ports: some(() => 20_000) }),
    'ports.freed': () => ({ holder: agent() }),
    'worktree.moved': () => ({
      agent: agent(),
      branch: branch(),
      commit: hash(),
      dirty: count(),
      ahead: count(),
      behind: count(),
      insertions: count(),
      deletions: count(),
    }),
    'session.started': () => ({
      agent: agent(),
      session: session(),
      conversation: 'c',
      pid: 1,
      start: '1',
      resumed: random() < 0.5,
      ...maybe('said', text),
    }),
    'session.exited': () => ({
      agent: agent(),
      session: session(),
      code: among(0, 1, null),
      signal: among(null, 0, 9),
      reason: among('exited', 'stopped'),
    }),
    'session.renewed': () => ({ agent: agent(), conversation: 'd' }),
    'task.added': () => ({
      task: task(),
      kind: among('work', 'request'),
      title: 'title',
      text: text(),
      ...maybe('to', agent),
      needs: some(task),
      priority: among(...priorities),
      ...maybe('parent', task),
      files: some(() => 'a.ts'),
      ...maybe('timeout', () => 1),
      ...maybe('alias', () => 'parser'),
    }),
    'task.assigned': () => ({ task: task(), agent: agent() }),
    'task.released': () => ({ task: task(), agent: agent(), reason: text() }),
    'task.branched': () => ({ task: task(), agent: agent(), branch: branch(), base: hash() }),
    'task.held': () => ({ task: task(), reason: text() }),
    'task.submitted': () => ({ task: task(), branch: branch(), commit: hash(), summary: text() }),
    'task.approved': () => ({ task: task(), commit: hash(), ...maybe('note', text) }),
    'task.rejected': () => ({ task: task(), ...maybe('commit', hash), reason: text() }),
    'task.returned': () => ({
      task: task(),
      commit: hash(),
      reason: among('conflict', 'gates', 'moved', 'git'),
      detail: text(),
      files: some(() => 'a.ts'),
    }),
    'task.merged': () => ({ task: task(), commit: hash(), base: hash() }),
    'task.done': () => ({ task: task(), result: text() }),
    'task.failed': () => ({ task: task(), reason: text() }),
    'task.cancelled': () => ({ task: task(), reason: text() }),
    'task.changed': () => ({
      task: task(),
      ...maybe('to', agent),
      ...maybe('priority', () => among(...priorities)),
      ...maybe('needs', () => some(task)),
    }),
    'merge.requested': () => ({ task: task() }),
    'merge.started': () => ({ task: task(), commit: hash(), base: hash() }),
    'merge.gated': () => ({ task: task(), gate: 'test', ok: random() < 0.5, ms: count(), output: text() }),
    'merge.held': () => ({ task: task(), reason: text() }),
    'message.queued': () => ({
      message: {
        id: id(),
        from: among('person', agent()),
        to: among('person', agent()),
        kind: among(...messageKinds),
        body: text(),
        ...maybe('task', task),
        ...maybe('reply_to', id),
      },
    }),
    'message.handed': () => ({
      id: id(),
      route: among('keyboard', 'hook', 'read'),
      ...maybe('session', session),
    }),
    'message.accepted': () => ({ id: id() }),
    'message.requeued': () => ({ id: id(), reason: text() }),
    'message.answered': () => ({ id: id(), reply: id() }),
    'message.resolved': () => ({ id: id(), how: among(...resolutions) }),
    'message.held': () => ({ id: id(), reason: text() }),
    'foreign.changed': () => ({
      where: agent(),
      files: among([], ['a.ts']),
      suspects: [agent()],
      ...maybe('tool', text),
      ...maybe('vague', () => random() < 0.5),
    }),
    'file.refused': () => ({ file: 'x.json', reason: text() }),
    'effect.failed': () => ({ effect: 'x', error: text(), ...maybe('hint', text) }),
  };
}

const stamped = (state: State, fact: Fact, random: () => number): Event =>
  parseEvent({
    v: 1,
    seq: state.seq + 1,
    at: new Date(start + state.seq * 500).toISOString(),
    by: ['person', 'mcc', 'agent:lead', 'agent:backend'][Math.floor(random() * 4)],
    cause: null,
    ...fact,
  });

/** Folds what follows until nothing does; says how many rounds it took. */
function settle(state: State, random: () => number): { state: State; rounds: number } {
  let now = state;
  for (let rounds = 0; ; rounds += 1) {
    const facts = follow(now);
    if (facts.length === 0) return { state: now, rounds };
    if (rounds > 20) throw new Error(`facts follow without end: ${JSON.stringify(facts)}`);
    for (const fact of facts) now = reduce(now, stamped(now, fact, random));
  }
}

/** Everything that is drawn or done from a state can be. */
function look(state: State): void {
  const now = start + state.seq * 500;
  for (const agent of Object.values(state.agents)) weigh(agent, now);
  for (const task of Object.values(state.tasks)) {
    standing(state, task);
    taskPage(state, task);
  }
  attention(state, now);
  const panes = Object.fromEntries(Object.keys(state.agents).map((name) => [name, emptyPane]));
  const world = {
    now,
    busy: new Set<string>(),
    notBefore: new Map(),
    filed: new Map(),
    results: new Set<string>(),
    panes,
    room: roomForAll,
    draining: false,
  };
  plan(state, world);
}

/** Freezes what is new, so that a change in place throws. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

describe.each(seeds)('any facts in any order (seed %i)', (seed) => {
  test('fold, come to an end, can be looked at, and survive a trip as JSON', () => {
    const random = seeded(seed);
    const make = makers(random);
    const seen = new Set<FactType>();
    let state = emptyState;
    for (let step = 0; step < 2_000; step += 1) {
      // A fresh start now and then: within a few hundred facts every task has ended.
      if (step % 200 === 0) state = emptyState;
      const type = factTypes[step % 200 === 0 ? 0 : Math.floor(random() * factTypes.length)] as FactType;
      seen.add(type);
      const event = stamped(state, { type, ...make[type]() } as Fact, random);
      freeze(state);
      const after = reduce(state, event);
      expect(after.seq).toBe(event.seq);
      state = settle(after, random).state;
      look(state);
      if (step % 20 === 0) expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    }
    expect([...seen].sort()).toEqual([...factTypes].sort());
  });
});

test('an event about something unknown changes nothing but the place in the log', () => {
  const random = seeded(1);
  const make = makers(random);
  const about = factTypes.filter(
    (type) =>
      /^(agent|session|worktree|task|message)\./.test(type) &&
      !['task.added', 'message.queued', 'task.merged'].includes(type),
  );
  for (const type of about) {
    const event = stamped(emptyState, { type, ...make[type]() } as Fact, random);
    expect(reduce(emptyState, event), type).toEqual({ ...emptyState, seq: 1 });
  }
});

test('of failures and refused files the last fifty are kept', () => {
  const facts = Array.from(
    { length: 60 },
    (_, at): Fact => ({ type: 'effect.failed', effect: `e${at}`, error: 'x' }),
  );
  const { notes } = facts.reduce((state, fact) => reduce(state, stamped(state, fact, seeded(1))), emptyState);
  expect([notes.length, notes[0]?.text, notes.at(-1)?.text]).toEqual([50, 'e10: x', 'e59: x']);
});
