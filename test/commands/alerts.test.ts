import { expect, test } from 'vitest';
import { type Alerts, alertsFor, calmMs } from '../../src/commands/alerts.ts';
import type { Fact } from '../../src/core/event.ts';
import { atWork, exited, type Given, reported } from '../core/given.ts';

/** Looks as a screen does, and remembers what it told. */
function looker(it: Given) {
  let known: Alerts | null = alertsFor(null, it.state, it.now).known;
  return (...facts: Fact[]): string[] => {
    it.happens(...facts);
    const found = alertsFor(known, it.state, it.now);
    known = found.known;
    return found.news.map(({ text }) => text);
  };
}
const waits = (reason: string, more: object = {}) => reported('backend', 'needs-you', { reason, ...more });
const asked = (id: string, argument: string): Fact => ({
  type: 'permission.asked',
  id,
  agent: 'backend',
  session: 's-backend',
  tool: 'Bash',
  argument,
  input: '{}',
});

test('an agent that comes to need the person is told once, also when more is known of why', () => {
  const look = looker(atWork());
  expect(look(waits('permission prompt', { source: 'session file' }))).toEqual([
    'backend needs you: permission prompt',
  ]);
  expect(look(waits('permission: Bash ls'))).toEqual([]);
  expect(look(asked('p1', 'ls'))).toEqual([]);
  expect(look(reported('lead', 'working'))).toEqual([]);
});

test('what wavers rings once, and the same thing later rings again', () => {
  const it = atWork();
  const look = looker(it);
  expect(look(waits('it asks'))).toHaveLength(1);
  for (let times = 0; times < 5; times += 1) {
    expect(look(reported('backend', 'working'))).toEqual([]);
    expect(look(waits('it asks'))).toEqual([]);
  }
  look(reported('backend', 'working'));
  it.after(calmMs);
  expect(look(waits('it asks'))).toHaveLength(1);
});

test('the next permission is another event, however soon it comes', () => {
  const look = looker(atWork());
  expect(look(waits('permission: Bash ls'), asked('p1', 'ls'))).toHaveLength(1);
  expect(
    look({ type: 'permission.answered', id: 'p1', decision: 'allow' }, reported('backend', 'working')),
  ).toEqual([]);
  expect(look(waits('permission: Bash ls'), asked('p2', 'ls'))).toHaveLength(1);
});

test('another question is another event, and a crash is one beside it', () => {
  const look = looker(atWork());
  expect(look(waits('question: Which?'))).toHaveLength(1);
  look(reported('backend', 'working'));
  expect(look(waits('question: Where?'))).toHaveLength(1);
  look(reported('backend', 'working'));
  expect(look(exited('backend'))).toEqual(['backend crashed: code 1']);
});

test('what waited already at the first look is no news', () => {
  const it = atWork().happens(waits('it asks'));
  expect(alertsFor(null, it.state, it.now).news).toEqual([]);
});
