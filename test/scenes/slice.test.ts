import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomFrom } from '../../bench/random.ts';
import type { Event } from '../../src/core/event.ts';
import { installed } from '../cli/harness.ts';
import { chaos } from './chaos.ts';
import { flaps, judgedStates } from './flaps.ts';

/** What is run by itself with `npm run test:scenes` is tried here in small, with scripted agents. */

const judged = (...statuses: string[]) =>
  statuses.map((status, index) => ({ status, at: index * 100, reason: '' }));

test('a judged state that was never true is a flap, and so is one that comes again or does not come', () => {
  const truths = ['starting', 'idle', 'idle', 'working', 'needs-you?', 'idle'];
  expect(flaps(truths, judged('starting', 'idle', 'working', 'idle'))).toEqual([]);
  expect(flaps(truths, judged('starting', 'idle', 'working', 'needs-you', 'idle'))).toEqual([]);
  for (const wrong of [
    ['starting', 'unknown', 'idle', 'working', 'idle'],
    ['starting', 'idle', 'working', 'idle', 'working', 'idle'],
    ['starting', 'idle', 'working'],
    ['idle', 'working', 'idle'],
  ])
    expect(flaps(truths, judged(...wrong)), wrong.join()).toHaveLength(1);
});

test('the judged states of an agent are read from the log, those that only time brings too', () => {
  const stamp = (seq: number, ms: number) => ({
    v: 1 as const,
    seq,
    at: new Date(ms).toISOString(),
    by: 'mcc' as const,
    cause: null,
  });
  const spec = { name: 'ann', kind: 'claude', autostart: true };
  const log: Event[] = [
    { ...stamp(1, 0), type: 'team.declared', base: 'main', auto: true, gates: [], agents: [spec] },
    {
      ...stamp(2, 1000),
      type: 'session.started',
      agent: 'ann',
      session: 's',
      conversation: 'c',
      pid: 1,
      start: '1',
      resumed: false,
    },
  ];
  // After 20 s without a word, a start is no longer believed.
  const states = judgedStates(log, 'ann', 0, 2, 30_000).map(({ status }) => status);
  expect(states).toEqual(['starting', 'unknown']);
});

test('thirty messages to three agents in random states, while they, the screen and the supervisor are killed', async () => {
  const seed = Number(process.env.MCC_SEED ?? 5);
  const { wrong, left, deeds } = await chaos({
    messages: 30,
    agents: 3,
    seed,
    host: 'pty',
    random: randomFrom(seed),
    say: () => {},
    program: join(installed(), 'bin/mcc'),
  });
  expect({ seed, wrong, left }).toEqual({ seed, wrong: [], left: [] });
  expect(deeds.message).toBe(30);
}, 240_000);
