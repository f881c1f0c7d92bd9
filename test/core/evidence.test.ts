import { describe, expect, test } from 'vitest';
import { attention } from '../../src/commands/show.ts';
import type { Fact } from '../../src/core/event.ts';
import { isFree, levelAgain, needsPerson, weigh } from '../../src/core/evidence.ts';
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

  test('what hook or state file said last', () => {
    const file = reported('backend', 'idle', { source: 'session file' });
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

const file = (status: Parameters<typeof reported>[1], more: object = {}) =>
  reported('backend', status, { source: 'session file', ...more });
const screen = (status: Parameters<typeof reported>[1], more: object = {}) =>
  reported('backend', status, { source: 'screen', ...more });
const hook = (status: Parameters<typeof reported>[1], more: object = {}) => reported('backend', status, more);

/** What the supervisor tells again when it has stood for long enough. */
const again = (it: Given) => {
  const found = levelAgain(it.state.agents.backend!, judged(it));
  return found ? `${found.report.source} ${found.report.status} in ${found.at - it.now} ms` : null;
};

describe('a dialog', () => {
  test('of which the state file tells stays open while other tools of the turn go on', () => {
    const asks = hook('needs-you', { needs: 'permission', tool: 'Bash', argument: 'ls' });
    const it = ran(asks, file('needs-you', { needs: 'permission' }))
      .after(3_000)
      .happens(hook('working'));
    expect(says(it)).toBe('needs-you by session file');
    it.after(100).happens(file('working'));
    expect(says(it)).toBe('working by session file');
  });

  test('with no hook is seen on the screen at once, also before the program has said anything', () => {
    const trust = screen('needs-you', { needs: 'trust', reason: 'it asks whether you trust this folder' });
    expect(judged(ran(trust))).toMatchObject({ status: 'needs-you', needs: 'trust', source: 'screen' });
    const it = ran(file('idle')).after(10).happens(trust);
    expect(judged(it)).toMatchObject({ status: 'needs-you', needs: 'trust', source: 'screen' });
  });

  test('that still stands when a hook that came later has been quiet for a while is told again, and counts', () => {
    const it = ran(screen('needs-you', { reason: 'it asks' }))
      .after(100)
      .happens(hook('working'));
    expect(says(it)).toBe('working by hook');
    expect(again(it)).toBe('screen needs-you in 1500 ms');
    it.after(1_500).happens(screen('needs-you', { reason: 'it asks' }));
    expect(says(it)).toBe('needs-you (it asks) by screen');
    expect(again(it)).toBeNull();
  });

  test('that is gone from the screen is over when the hook that asked is stale', () => {
    const asks = hook('needs-you', { needs: 'permission' });
    expect(says(ran(asks).after(400).happens(screen('idle')))).toBe('needs-you by hook');
    expect(says(ran(asks).after(500).happens(screen('idle')))).toBe('idle by screen');
  });

  test('is told with what each source knows of it at that moment, and not with what was asked before', () => {
    const question = { needs: 'question', reason: 'question: Which?', options: ['Red', 'Blue'] };
    const it = ran(hook('needs-you', question))
      .after(40)
      .happens(file('needs-you', { needs: 'question', reason: 'input needed' }));
    expect(judged(it)).toMatchObject({ ...question, source: 'session file' });
    // Refused with Esc, of which no hook tells; then another dialog.
    it.after(5_000)
      .happens(file('idle'))
      .after(5_000)
      .happens(file('needs-you', { needs: 'dialog', reason: 'dialog open' }));
    expect(judged(it)).toMatchObject({ needs: 'dialog', reason: 'dialog open' });
    expect(judged(it).options).toBeUndefined();
  });
});

describe('after Esc, of which no hook tells', () => {
  test('the state file makes it idle at once', () => {
    expect(says(ran(hook('working'), file('working')).after(50).happens(file('idle')))).toBe(
      'idle by session file',
    );
  });

  test('a hook that arrives late is overruled when the state file says so again', () => {
    const it = ran(hook('working'), file('idle'))
      .after(5)
      .happens(hook('needs-you'))
      .after(5)
      .happens(hook('working'));
    expect(says(it)).toBe('working by hook');
    expect(again(it)).toBe('session file idle in 5000 ms');
    expect(says(it.after(5_000).happens(file('idle')))).toBe('idle by session file');
    expect(again(it)).toBeNull();
  });

  test('the screen makes it idle when there is no state file, unless the title says that it works', () => {
    const it = ran(hook('working')).after(400).happens(screen('idle'));
    expect(says(it)).toBe('working by hook');
    expect(again(it)).toBe('screen idle in 100 ms');
    it.after(100).happens(screen('idle'));
    expect(says(it)).toBe('idle by screen');
    it.happens(reported('backend', 'working', { source: 'title' }));
    expect(says(it)).toBe('working by hook');
  });

  test('the screen does not overrule a state file that says it works', () => {
    const it = ran(hook('working'), file('working')).after(60_000).happens(screen('idle'));
    expect(says(it)).toBe('working by hook');
    expect(again(it)).toBeNull();
  });
});

describe('an exact word of a hook', () => {
  test('stays beside a state file that only says less: a limit is idle, work in the background is busy', () => {
    const limit = { needs: 'limit', reason: 'a limit', until: '3pm' };
    expect(
      judged(ran(hook('needs-you', limit)).after(20).happens(file('idle'), screen('idle'))),
    ).toMatchObject({
      status: 'needs-you',
      ...limit,
      source: 'hook',
    });
    const agents = { tool: 'Agent', reason: 'in the background: look around' };
    const it = ran(hook('background', agents)).after(20).happens(file('working'), screen('working'));
    expect(judged(it)).toMatchObject({ status: 'background', ...agents, source: 'hook' });
    expect(again(it)).toBeNull();
    expect(isFree(judged(it))).toBe(false);
  });

  test('is over when the agent goes on', () => {
    const it = ran(hook('needs-you', { needs: 'limit' }), file('idle'))
      .after(1_000)
      .happens(hook('working'), file('working'));
    expect(says(it)).toBe('working by hook');
  });
});

test('an agent is free for messages and tasks while only a shell that it started runs on', () => {
  expect(isFree(judged(ran(file('background', { tool: 'Bash' }))))).toBe(true);
  expect(isFree(judged(ran(hook('background', { tool: 'Agent' }))))).toBe(false);
  expect(isFree(judged(ran(file('idle'))))).toBe(true);
  expect(isFree(judged(ran(file('working'))))).toBe(false);
});

describe('that it does nothing', () => {
  const still = reported('backend', 'stalled', { source: 'stillness', reason: 'nothing for 10 min' });
  test('counts while it should be working', () => {
    expect(says(ran(hook('working'), file('working'), still))).toBe(
      'stalled (nothing for 10 min) by stillness',
    );
  });

  test.each(['idle', 'needs-you', 'background'] as const)('does not count while it is %s', (status) => {
    expect(judged(ran(hook(status), still)).status).toBe(status);
  });

  test('is over when it goes on', () => {
    const it = ran(hook('working'), still, reported('backend', 'working', { source: 'stillness' }));
    expect(says(it)).toBe('working by hook');
  });
});

test('a screen on which nothing known stands says nothing', () => {
  const it = ran(screen('needs-you', { reason: 'it asks' }))
    .after(3_000)
    .happens(screen('unknown'));
  expect(says(it)).toBe('starting by process');
  expect(says(it.happens(hook('idle')))).toBe('idle by hook');
});

test('the evidence comes with age and weight, the heaviest first', () => {
  const it = ran(reported('backend', 'idle', { source: 'output' }), reported('backend', 'working')).after(
    2_000,
  );
  expect(judged(it).evidence.map(({ report, ageMs, weight }) => [report.source, ageMs, weight])).toEqual([
    ['hook', 2_000, 8],
    ['output', 2_000, 2],
  ]);
});

test('a person is needed by who asks, crashed or stalled', () => {
  expect(
    (
      ['needs-you', 'crashed', 'stalled', 'idle', 'background', 'working', 'exited', 'unknown'] as const
    ).filter(needsPerson),
  ).toEqual(['needs-you', 'crashed', 'stalled']);
});
