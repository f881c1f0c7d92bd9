import { expect, test } from 'vitest';
import { type Event, type Fact, parseEvent } from '../../src/core/event.ts';
import { fold, reduce } from '../../src/core/reduce.ts';
import { emptyState, pendingPosts } from '../../src/core/state.ts';
import { commit } from './given.ts';

/** A life of so many tasks: each is added, assigned, worked on, sent back once, approved and merged. */
function life(tasks: number): Event[] {
  const facts: Fact[] = [
    {
      type: 'team.declared',
      base: 'main',
      auto: true,
      gates: [],
      architect: 'lead',
      agents: ['lead', 'ann', 'bob'].map((name) => ({ name, kind: 'claude', autostart: true })),
    },
  ];
  for (let number = 1; number <= tasks; number += 1) {
    const task = `t${number}`;
    const agent = number % 2 ? 'ann' : 'bob';
    const letter = (id: string, to: string, kind: 'assignment' | 'review'): Fact => ({
      type: 'message.queued',
      message: { id, from: 'mcc', to, kind, task, body: 'x' },
    });
    facts.push(
      {
        type: 'task.added',
        task,
        kind: 'work',
        title: 'x',
        text: 'x',
        needs: [],
        priority: 'normal',
        files: [],
      },
      { type: 'task.assigned', task, agent },
      { type: 'task.branched', task, agent, branch: `mcc/${agent}/${task}`, base: commit('1') },
      letter(`assign-${task}-1`, agent, 'assignment'),
      { type: 'message.handed', id: `assign-${task}-1`, route: 'hook', session: 's' },
      { type: 'message.accepted', id: `assign-${task}-1` },
      { type: 'task.submitted', task, branch: `mcc/${agent}/${task}`, commit: commit('2'), summary: '' },
      letter(`review-${task}-1`, 'lead', 'review'),
      { type: 'task.rejected', task, commit: commit('2'), reason: 'no' },
      letter(`assign-${task}-2`, agent, 'assignment'),
      { type: 'task.submitted', task, branch: `mcc/${agent}/${task}`, commit: commit('3'), summary: '' },
      { type: 'task.approved', task, commit: commit('3') },
      { type: 'task.merged', task, commit: commit('3'), base: commit('4') },
    );
  }
  return facts.map((fact, index) =>
    parseEvent({ v: 1, seq: index + 1, at: '2026-01-01T00:00:00.000Z', by: 'mcc', cause: null, ...fact }),
  );
}

test('folding a log comes to the same as taking its events one by one, from any place on', () => {
  const events = life(20);
  const whole = events.reduce(reduce, emptyState);
  expect(fold(emptyState, events)).toEqual(whole);
  for (const place of [1, 7, 100]) {
    const before = events.slice(0, place).reduce(reduce, emptyState);
    const kept = structuredClone(before);
    expect(fold(before, events.slice(place))).toEqual(whole);
    expect(before).toEqual(kept);
  }
  expect(emptyState).toMatchObject({ seq: 0, tasks: {}, posts: {} });
});

test('what was folded is not written to afterwards', () => {
  const events = life(3);
  const first = fold(emptyState, events.slice(0, 10));
  const kept = structuredClone(first);
  reduce(first, events[10] as Event);
  fold(first, events.slice(10));
  expect(first).toEqual(kept);
});

test('the messages that wait are known anew after each event', () => {
  let state = emptyState;
  for (const event of life(1)) {
    state = reduce(state, event);
    const waiting = Object.values(state.posts).filter(({ receipt }) =>
      ['queued', 'handed over'].includes(receipt),
    );
    expect(['ann', 'lead'].flatMap((agent) => pendingPosts(state, agent))).toEqual(waiting);
  }
});

test('a log of thirty-nine thousand events folds in less time than anybody notices', () => {
  const events = life(3_000);
  const began = performance.now();
  fold(emptyState, events);
  // A bound that only a fold which grows with the square of its log exceeds: that took 16 seconds for 2,500 tasks.
  expect(performance.now() - began).toBeLessThan(3_000);
});
