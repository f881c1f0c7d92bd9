import { describe, expect, test } from 'vitest';
import { plan } from '../../src/core/plan.ts';
import { atWork, exited, given, reported, team, way, world } from '../core/given.ts';

const receipts = (it: ReturnType<typeof atWork>, ...ids: string[]) => ids.map((id) => it.post(id).receipt);

describe('a message', () => {
  test('goes from queued over handed and accepted to answered by a reply', () => {
    const it = atWork()
      .when('send backend "may I?" --task x', { by: 'agent:lead' })
      .refuses('there is no task `x`');
    it.when('send backend "what of dates?"', { by: 'agent:lead' }).brings({
      type: 'message.queued',
      message: { id: 'm-2', from: 'lead', to: 'backend', kind: 'note', body: 'what of dates?' },
    });
    expect(receipts(it, 'm-2')).toEqual(['queued']);
    it.happens({ type: 'message.handed', id: 'm-2', route: 'hook', session: 's-backend' });
    expect(it.post('m-2')).toMatchObject({ receipt: 'handed over', route: 'hook', session: 's-backend' });
    it.happens({ type: 'message.accepted', id: 'm-2' });
    expect(receipts(it, 'm-2')).toEqual(['accepted']);
    it.when('send lead "ISO only" --reply m-2', { by: 'agent:backend' }).brings(
      { type: 'message.queued', message: { id: 'm-3', reply_to: 'm-2' } },
      { type: 'message.answered', id: 'm-2', reply: 'm-3' },
    );
    expect(receipts(it, 'm-2', 'm-3')).toEqual(['answered', 'queued']);
  });

  test('that was answered stays so, whatever arrives late', () => {
    const it = atWork()
      .when('send backend hi', { by: 'agent:lead' })
      .when('send lead "hi too" --reply m-1', { by: 'agent:backend' })
      .happens(
        { type: 'message.handed', id: 'm-1', route: 'keyboard' },
        { type: 'message.accepted', id: 'm-1' },
        { type: 'message.requeued', id: 'm-1', reason: 'late' },
        { type: 'message.held', id: 'm-1', reason: 'late' },
      );
    expect(it.post('m-1')).toMatchObject({ receipt: 'answered' });
    expect(it.post('m-1').held).toBeUndefined();
  });

  test('from a file is not answered for another by naming it', () => {
    const it = atWork()
      .when('send backend hi', { by: 'agent:lead' })
      .happens({
        type: 'message.queued',
        message: { id: 'forged', from: 'frontend', to: 'lead', kind: 'note', body: 'x', reply_to: 'm-1' },
      });
    expect(receipts(it, 'm-1')).toEqual(['queued']);
  });

  test('of an id that is there already changes nothing: exactly once', () => {
    const it = atWork().when('send backend hi');
    it.happens({
      type: 'message.queued',
      message: { id: 'm-1', from: 'lead', to: 'backend', kind: 'note', body: 'other' },
    });
    expect(it.post('m-1').message.body).toBe('hi');
  });

  test('may have an id that every object has a member of', () => {
    const message = { id: 'constructor', from: 'person', to: 'backend', kind: 'note' as const, body: 'hi' };
    const it = atWork().happens(
      { type: 'message.queued', message },
      { type: 'message.queued', message: { ...message, id: '__proto__' } },
    );
    expect(it.post('constructor').message.body).toBe('hi');
    expect(Object.keys(it.state.posts)).toEqual(['constructor', '__proto__']);
  });

  test('says why it waits, and no longer once it was handed over', () => {
    const it = atWork()
      .when('send backend hi')
      .happens({ type: 'message.held', id: 'm-1', reason: 'you are typing' });
    expect(it.when('inbox').text).toBe('m-1  person → backend  [queued 1 s ago, held: you are typing]  hi');
    it.happens({ type: 'message.handed', id: 'm-1', route: 'keyboard' });
    expect(it.when('inbox').text).toBe('m-1  person → backend  [handed over 0 s ago]  hi');
  });

  test.each([
    ['send bakend hi', 'there is no agent `bakend`: did you mean `backend`?'],
    ['send constructor hi', 'there is no agent `constructor`'],
    ['send backend', '`send` needs text'],
    ['send backend " "', 'a message needs words'],
    [`send backend hi --subject ${'s'.repeat(501)}`, 'a subject has at most 500 characters'],
    ['send backend hi --task toString', 'there is no task `toString`'],
    ['send backend hi --reply valueOf', 'there is no message `valueOf`'],
  ])('is refused: %.40s', (line, refusal) => {
    atWork().when(line).refuses(refusal);
  });

  test('to an agent that was taken out of the file is refused', () => {
    atWork()
      .happens(team(['lead', 'backend']))
      .when('send frontend hi')
      .refuses('frontend is no longer in agents.yaml');
  });
});

describe('the inbox', () => {
  test('of an agent: reading it is taking it', () => {
    const it = atWork()
      .when('send backend "first"')
      .when('send backend second')
      .when('inbox', { by: 'agent:backend' });
    it.brings(
      { type: 'message.handed', id: 'm-1', route: 'read' },
      { type: 'message.accepted', id: 'm-1' },
      { type: 'message.handed', id: 'm-2', route: 'read' },
      { type: 'message.accepted', id: 'm-2' },
    );
    expect(it.text).toMatch('m-1  person → backend  [queued 1 s ago]  first\nfirst');
    it.when('inbox', { by: 'agent:backend' }).brings();
    expect(it.text).toBe('no messages');
    expect(it.when('inbox --all', { by: 'agent:backend' }).text).toMatch('[accepted 0 s ago]  first');
  });

  test('one message that is read by its id is taken by its reader only', () => {
    const it = atWork().when('send backend hello', { by: 'agent:lead' });
    it.when('inbox m-1', { by: 'agent:lead' }).brings();
    it.when('inbox m-1').brings();
    it.when('inbox m-1', { by: 'agent:backend' }).brings(
      { type: 'message.handed', id: 'm-1' },
      { type: 'message.accepted', id: 'm-1' },
    );
  });

  test('of everybody is shown to the person, who takes only its own', () => {
    const it = atWork().when('send backend one').when('send person two', { by: 'agent:backend' });
    it.when('inbox').brings();
    expect(it.text.split('\n')).toEqual([
      'm-1  person → backend  [queued 1 s ago]  one',
      'm-2  backend → person  [queued 0 s ago]  two',
    ]);
    it.when('inbox person').brings(
      { type: 'message.handed', id: 'm-2' },
      { type: 'message.accepted', id: 'm-2' },
    );
  });

  test('what waits for the person stands among what waits, until it is read', () => {
    const it = atWork().when('send person "may I add zod?"', { by: 'agent:backend' }).when('status');
    expect(it.text).toMatch('1 message for you, from backend: may I add zod?  → mcc inbox person');
    expect(it.when('inbox person').when('status').text).not.toMatch('for you, from');
  });
});

describe('a nudge', () => {
  test('names the task in hand, and is not piled up', () => {
    way
      .working()
      .when('nudge backend')
      .brings({
        type: 'message.queued',
        message: {
          kind: 'nudge',
          to: 'backend',
          task: 't1',
          body: expect.stringMatching(/^How does t1 \(parser\) stand/),
        },
      })
      .when('nudge backend "faster"')
      .refuses('a nudge for backend is still on its way', 'mcc why backend');
  });

  test('carries the words that were given', () => {
    given(team())
      .when('nudge frontend the tests first')
      .brings({ type: 'message.queued', message: { body: 'the tests first' } });
  });
});

describe('a broadcast', () => {
  const to = (it: ReturnType<typeof atWork>) =>
    it.came.flatMap((event) => (event.type === 'message.queued' ? [event.message.to] : []));

  test('goes to all that run, but to its writer and to shells', () => {
    const it = atWork().when('broadcast "the API moved"');
    expect(to(it)).toEqual(['lead', 'backend', 'frontend']);
    expect(it.data).toEqual({ ids: ['m-1-1', 'm-1-2', 'm-1-3'] });
    expect(to(it.when('broadcast hi', { by: 'agent:lead' }))).toEqual(['backend', 'frontend']);
  });

  test('goes to those that are named, each once, or to none', () => {
    const it = atWork().when('broadcast hi --to backend,lead,backend');
    expect(to(it)).toEqual(['backend', 'lead']);
    it.when('broadcast hi --to backend,lea').refuses('there is no agent `lea`: did you mean `lead`?');
    it.when('broadcast hi --task t9').refuses('there is no task `t9`');
    it.when('broadcast hi', { by: 'agent:backend' }).refuses('only the person or lead may');
    given(team()).when('broadcast hi').refuses('no agent runs that could read it');
  });
});

describe('to end a turn first', () => {
  test('is asked for with the message, by the person and the architect alone', () => {
    const it = atWork().happens(reported('backend', 'working'));
    it.when('send backend stop --now', { by: 'agent:frontend' }).refuses('frontend may not interrupt');
    it.when('send backend stop --now', { by: 'agent:lead' }).brings(
      { type: 'message.queued' },
      { type: 'agent.interrupting', agent: 'backend' },
    );
    it.when('send backend again --now').brings({ type: 'message.queued' });
    it.when('send frontend hi --now').brings({ type: 'message.queued' });
  });

  test('is planned once, by the one writer of the keyboard, also while mcc goes down', () => {
    const it = atWork().happens(reported('backend', 'working')).when('agent interrupt backend');
    const planned = (more = {}) => plan(it.state, world(it, more)).map(({ type, key }) => `${type}: ${key}`);
    expect(planned()).toEqual(['turn.interrupt: typing backend']);
    expect(planned({ draining: true })).toEqual(['turn.interrupt: typing backend']);
    it.when('agent interrupt backend').refuses('backend is being interrupted already');
    it.when('agent interrupt lead', { by: 'agent:lead' }).refuses(
      'your own turn ends when you say nothing more',
    );
    it.happens({
      type: 'agent.interrupted',
      agent: 'backend',
      session: 's-backend',
      outcome: 'its turn has ended',
    });
    expect(planned()).toEqual([]);
    it.when('agent interrupt backend').happens(exited('backend', 1));
    expect(it.state.agents.backend?.interrupting).toBeUndefined();
  });
});
