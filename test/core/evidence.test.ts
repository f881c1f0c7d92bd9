import { describe, expect, test } from 'vitest';
import { attention } from '../../src/commands/show.ts';
import type { Fact } from '../../src/core/event.ts';
import { needsPerson, weigh } from '../../src/core/evidence.ts';
import { exited, type Given, given, reported, running, team } from './given.ts';

const [worktree, session] = running('backend') as [Fact, Fact];
const ran = (...facts: Fact[]): Given => given(team(['backend']), worktree, session, ...facts);
const judged = (it: Given) => weigh(it.state.agents.backend!, it.now);
const says = (it: Given): string => {
  const { status, reason, source } = judged(it);
  return `${status}${reason ? ` (${reason})` : ''} by ${source}`;
};

describe('an agent is', () => {
  test('starting once it is wanted, and not started otherwise', () => {
    expect(says(given(team(['backend'])))).toBe('starting by process');
    expect(says(given(team(['backend'])).when('agent stop backend'))).toBe('exited (not started) by process');
  });

  test('unknown, for the reason, when it could not be started, and that waits for the person until it could', () => {
    const failed: Fact = {
      type: 'effect.failed',
      effect: 'worktree backend',
      error: 'no\n room',
      hint: 'df',
    };
    const it = given(team(['backend']), failed);
    expect(says(it)).toBe('unknown (could not be started: no room) by process');
    const waits = () => attention(it.state, it.now).map(({ text, hint }) => `${text} → ${hint}`);
    expect(waits()).toEqual(['backend could not be started: no room → df']);
    it.happens(worktree, { type: 'effect.failed', effect: 'session backend', error: 'no pty' });
    expect(waits()).toEqual(['backend could not be started: no pty → mcc why backend']);
    it.happens(session);
    expect(waits()).toEqual([]);
    expect(says(it)).toBe('starting by process');
    // A branch that could not be made is the trouble of its task.
    it.happens({ type: 'effect.failed', effect: 'worktree backend', error: 'no branch' });
    expect(waits()).toEqual([]);
  });

  test('starting for 20 seconds of silence, and unknown after', () => {
    expect(says(ran().after(19_999))).toBe('starting by process');
    expect(says(ran().after(20_000))).toBe(
      'unknown (it runs, but has said nothing since it started: look at its pane) by process',
    );
  });

  test('what it says itself, however long ago', () => {
    expect(says(ran(reported('backend', 'working')).after(3_600_000))).toBe('working by hook');
  });

  test('what the heavier source says, and of two alike what the newer says', () => {
    const screen = reported('backend', 'needs-you', { source: 'screen', reason: 'it asks' });
    const file = reported('backend', 'idle', { source: 'session file' });
    expect(says(ran(reported('backend', 'working')).after(1000).happens(screen))).toBe('working by hook');
    expect(says(ran(reported('backend', 'working')).after(1000).happens(file))).toBe('idle by session file');
    expect(says(ran(file).after(1000).happens(reported('backend', 'working')))).toBe('working by hook');
  });

  test('in need of you for the reason that any source which agrees can name', () => {
    const hook = reported('backend', 'needs-you', { reason: 'permission: Bash' });
    const waiting = reported('backend', 'needs-you', { source: 'session file' });
    expect(says(ran(hook).after(500).happens(waiting))).toBe('needs-you (permission: Bash) by session file');
    const idle = reported('backend', 'idle', { source: 'session file' });
    expect(says(ran(hook).after(500).happens(idle))).toBe('idle by session file');
  });

  test.each<[string, Fact, string]>([
    ['a code other than 0', exited('backend', 1), 'crashed (code 1) by process'],
    ['a code that nobody knows', exited('backend', null), 'crashed (code ?) by process'],
    ['a signal, whatever the code', exited('backend', 0, { signal: 9 }), 'crashed (signal 9) by process'],
    ['code 0', exited('backend', 0, { signal: 0 }), 'exited (code 0) by process'],
    [
      'a code that mcc asked for',
      exited('backend', 143, { reason: 'stopped' }),
      'exited (stopped) by process',
    ],
  ])('judged by its exit before all that it said: %s', (_, exit, expected) => {
    expect(says(ran(reported('backend', 'working'), exit))).toBe(expected);
  });

  test('judged anew in each session: what the last one said does not count', () => {
    const it = ran(reported('backend', 'working'), exited('backend'), { ...session, session: 's-2' } as Fact);
    expect(says(it)).toBe('starting by process');
  });

  test('not judged by another session’s exit', () => {
    expect(says(ran(reported('backend', 'idle'), exited('backend', 1, { session: 'older' })))).toBe(
      'idle by hook',
    );
  });
});

test('the evidence comes with age and weight, the heaviest first', () => {
  const it = ran(reported('backend', 'idle', { source: 'output' }), reported('backend', 'working')).after(
    2_000,
  );
  expect(judged(it).evidence.map(({ report, ageMs, weight }) => [report.source, ageMs, weight])).toEqual([
    ['hook', 2_000, 3],
    ['output', 2_000, 1],
  ]);
});

test('a person is needed by who asks, crashed or stalled', () => {
  expect(
    (['needs-you', 'crashed', 'stalled', 'idle', 'working', 'exited', 'unknown'] as const).filter(
      needsPerson,
    ),
  ).toEqual(['needs-you', 'crashed', 'stalled']);
});
