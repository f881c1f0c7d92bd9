import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/commands/define.ts';
import { attention } from '../../src/commands/show.ts';
import { plan } from '../../src/core/plan.ts';
import { atWork, emptyPane, type Given, reported, world } from '../core/given.ts';

const way = (blocked: string | null = null, typing = false): { answer: Answer } => ({
  answer: { type: 'way', blocked, typing },
});
const handed = (id: string) =>
  ({ type: 'message.handed', id, route: 'keyboard', session: 's-backend' }) as const;
const lost = 'it was typed and sent, but the agent has not said that it took it: look at the pane';
const typed = (it: Given, pane = {}) =>
  plan(it.state, world(it, { panes: { backend: { ...emptyPane, ...pane } } })).filter(
    ({ type }) => type === 'message.type',
  ).length;

describe('a message of which nothing tells whether it arrived', () => {
  const unknown = () =>
    atWork()
      .when('send backend one')
      .when('send backend two')
      .happens(handed('m-1'), { type: 'message.held', id: 'm-1', reason: lost });

  test('stands among what waits for the person, with how to decide', () => {
    const it = unknown();
    expect(attention(it.state, it.now)).toEqual([
      { text: `m-1 for backend: ${lost}`, hint: 'mcc message show m-1' },
    ]);
    expect(it.when('message show m-1').text).toMatch(
      /decide +mcc message resolve m-1 hands it over again; --arrived/,
    );
  });

  test('is handed over again at one key, marked, and before those behind it', () => {
    const it = unknown();
    expect(typed(it)).toBe(0);
    it.when('message resolve backend', way()).brings({ type: 'message.resolved', id: 'm-1', how: 'send' });
    expect(it.text).toBe('m-1 is handed over to backend again, marked as such');
    expect(it.post('m-1')).toMatchObject({ receipt: 'queued', again: 1 });
    expect(it.post('m-1').held).toBeUndefined();
    expect(plan(it.state, world(it))).toMatchObject([{ type: 'message.type', ids: ['m-1', 'm-2'] }]);
    expect(attention(it.state, it.now)).toEqual([]);
  });

  test('counts as taken, or is dropped, where the person says so; those behind it go on', () => {
    const taken = unknown().when('message resolve m-1 --arrived', way());
    expect(taken.post('m-1').receipt).toBe('accepted');
    expect(taken.text).toBe('m-1 counts as taken; 1 message behind it');
    const dropped = unknown().when('message resolve m-1 --drop', way());
    expect(dropped.post('m-1').receipt).toBe('dropped');
    for (const it of [taken, dropped]) expect(plan(it.state, world(it))).toMatchObject([{ ids: ['m-2'] }]);
  });

  test('that was dropped stays so, whatever arrives late', () => {
    const it = unknown()
      .when('message resolve m-1 --drop', way())
      .happens(
        handed('m-1'),
        { type: 'message.held', id: 'm-1', reason: 'x' },
        { type: 'message.accepted', id: 'm-1' },
      );
    expect(it.post('m-1')).toMatchObject({ receipt: 'dropped' });
    it.when('send person ok --reply m-1', { by: 'agent:backend' });
    expect(it.post('m-1').receipt).toBe('dropped');
  });
});

describe('a message that waits in the queue', () => {
  const waiting = (reason: string) =>
    atWork().when('send backend one').happens({ type: 'message.held', id: 'm-1', reason });

  test('goes at once where only time was in its way: not while a dialog or a draft is', () => {
    const it = waiting('you are typing');
    expect(typed(it, { typedMs: 100 })).toBe(0);
    it.when('message resolve m-1', way(null)).brings({ type: 'message.resolved', id: 'm-1', how: 'send' });
    expect(typed(it, { typedMs: 100 })).toBe(1);
    expect(typed(it, { typedMs: 100, composer: 'draft' })).toBe(0);
    expect(typed(it, { typedMs: 100, composer: 'absent' })).toBe(0);
    expect(typed(it, { typedMs: 100, quietMs: 10 })).toBe(0);
    it.happens(reported('backend', 'needs-you', { reason: 'permission: Bash' }));
    expect(typed(it, { typedMs: 100 })).toBe(0);
  });

  test('goes to an agent of which nothing is known, where the composer proves to be empty', () => {
    const it = waiting('it is unknown').happens(reported('backend', 'unknown'));
    expect(typed(it)).toBe(0);
    expect(typed(it.when('message resolve backend', way(null)))).toBe(1);
  });

  test.each([
    ['a dialog is open: permission: Bash rm', 'answer it in the pane, or: mcc permissions backend'],
    ['your draft is in its composer: send it or clear it', 'mcc why backend'],
    ['it is working', 'mcc agent interrupt backend'],
    ['it does not run', 'mcc agent start backend'],
  ])('is not forced: %s', (reason, hint) => {
    waiting(reason)
      .when('message resolve m-1', way(reason))
      .refuses(`m-1 cannot be handed over: ${reason}`, hint);
  });

  test('is dropped with a word in the log', () => {
    const it = waiting('it is working').when('message resolve m-1 --drop', way('it is working'));
    it.brings({ type: 'message.resolved', id: 'm-1', how: 'drop' });
    expect(it.text).toBe('m-1 is dropped: backend does not get it');
    expect(it.when('inbox backend').text).toBe('no messages');
    expect(it.when('inbox backend --all').text).toMatch('[dropped 0 s ago]');
  });

  test('is let alone while it is being typed, and where the words fit nothing', () => {
    waiting('x')
      .when('message resolve m-1 --drop', way(null, true))
      .refuses('m-1 is being handed over right now');
    waiting('x').when('message resolve m-1 --arrived', way()).refuses('m-1 was not handed over yet');
    waiting('x').when('message resolve m-1 --drop --arrived', way()).refuses('either dropped or has arrived');
    waiting('x').when('message resolve frontend').refuses('no message waits for frontend');
    waiting('x').when('message resolve m-9').refuses('there is no agent `m-9`');
    atWork()
      .when('send backend hi')
      .happens(handed('m-1'))
      .when('message resolve m-1', way())
      .refuses('m-1 is on its way');
  });

  test('is for the person to decide about', () => {
    waiting('x').when('message resolve m-1', { by: 'agent:lead' }).refuses('only the person may');
  });
});

test('a message tells when it came to each stage, and of whom it is', () => {
  const it = atWork().when('send backend "what of dates?" --subject dates', { by: 'agent:lead' });
  it.happens({ type: 'message.held', id: 'm-1', reason: 'it is working' });
  it.happens({ type: 'message.held', id: 'm-1', reason: 'you are typing' });
  expect(it.post('m-1').times).toEqual({
    queued: '2026-01-01T00:00:02.000Z',
    held: '2026-01-01T00:00:03.000Z',
  });
  it.happens(handed('m-1')).happens({ type: 'message.requeued', id: 'm-1', reason: 'swallowed' });
  it.happens(handed('m-1')).happens({ type: 'message.accepted', id: 'm-1' });
  it.when('send lead "ISO only" --reply m-1', { by: 'agent:backend' });
  expect(it.when('message show m-1').text).toMatchInlineSnapshot(`
    "m-1  dates
    from         lead
    to           backend
    kind         note
    again        queued again 1 time
    queued       2026-01-01T00:00:06.000Z  3 s ago
    handed over  2026-01-01T00:00:07.000Z  2 s ago  by keyboard, to session s-backen
    accepted     2026-01-01T00:00:08.000Z  1 s ago
    answered     2026-01-01T00:00:09.000Z  0 s ago

    what of dates?"
  `);
  it.when('message show m-1', { by: 'agent:frontend' }).refuses('m-1 is not for you');
  it.when('message show m-9').refuses('there is no message `m-9`');
});
