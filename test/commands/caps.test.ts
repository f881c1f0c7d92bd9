import { describe, expect, test } from 'vitest';
import { messageDefaults } from '../../src/core/message-settings.ts';
import { atWork, branched, committed, type Given } from '../core/given.ts';

const caps = (more: Partial<typeof messageDefaults>) => atWork({ messages: { ...messageDefaults, ...more } });
const from = (agent: string) => ({ by: `agent:${agent}` }) as const;

/** The message of the last step is handed to its reader, who takes it. */
function taken(it: Given): Given {
  const id = it.came.flatMap((event) => (event.type === 'message.queued' ? [event.message.id] : []))[0] ?? '';
  return it.happens({ type: 'message.handed', id, route: 'hook' }, { type: 'message.accepted', id });
}

/** Two agents that answer each other so many times. */
function chat(it: Given, times: number, a = 'backend', b = 'frontend'): Given {
  for (let turn = 0; turn < times; turn += 1) {
    const [writer, reader] = turn % 2 === 0 ? [a, b] : [b, a];
    taken(it.when(`send ${reader} turn ${turn}`, from(writer)).after(60_000));
  }
  return it;
}

describe('how fast an agent may write', () => {
  test('is counted over a minute, for all its readers together', () => {
    const it = caps({ per_minute: 3, pair_per_minute: 2 });
    it.when('send lead 1', from('backend')).when('send frontend 2', from('backend'));
    it.when('send person 3', from('backend')).brings({ type: 'message.queued' });
    it.when('send lead 4', from('backend')).refuses(
      'backend has sent 3 messages within a minute, which is the most',
      'put what is left into one message, later',
    );
    it.after(60_000).when('send lead 5', from('backend')).brings({ type: 'message.queued' });
  });

  test('is counted for each reader too, and not for the person', () => {
    const it = caps({ pair_per_minute: 2 })
      .when('send lead 1', from('backend'))
      .when('send lead 2', from('backend'));
    it.when('send lead 3', from('backend')).refuses('backend has sent lead 2 messages within a minute');
    it.when('send frontend 3', from('backend')).brings({ type: 'message.queued' });
    for (let count = 0; count < 30; count += 1)
      it.when(`send lead ${count}`).brings({ type: 'message.queued' });
  });
});

describe('how often agents may answer each other', () => {
  test('is counted from message to message, and refused at the most', () => {
    const it = chat(caps({ hops: 4 }), 4);
    expect(Object.values(it.state.posts).map(({ message }) => message.hops ?? 1)).toEqual([1, 2, 3, 4]);
    it.when('send frontend "and one more"', from('backend')).refuses(
      'agents have answered each other 4 times here, without a word of the person or a step of a task',
      'mcc send lead',
    );
    it.when('send lead help', from('backend')).refuses('agents have answered each other', 'mcc send person');
    it.when('send person help', from('backend')).brings({ type: 'message.queued' });
  });

  test('goes round in circles of three as well', () => {
    const it = caps({ hops: 3 });
    for (const [writer, reader] of [
      ['backend', 'frontend'],
      ['frontend', 'lead'],
      ['lead', 'backend'],
    ] as const)
      taken(it.when(`send ${reader} x`, from(writer)));
    it.when('send frontend x', from('backend')).refuses('agents have answered each other 3 times');
  });

  test('begins anew with a word of the person, and with a step of a task, but not with a reminder', () => {
    const person = chat(caps({ hops: 4 }), 4);
    taken(person.when('nudge backend'));
    expect(person.when('send frontend go', from('backend')).came).toHaveLength(1);
    const architect = chat(caps({ hops: 4 }), 4);
    taken(architect.when('nudge backend', from('lead')));
    architect.when('send frontend go', from('backend')).refuses('answered each other');
    const task = chat(caps({ hops: 4 }), 4)
      .when('task add parser --to backend')
      .happens(branched('t1', 'backend'));
    task
      .when('task submit --summary done', { ...from('backend'), answer: committed('t1', 'backend', 'a') })
      .when('send frontend "it parses"', from('backend'))
      .brings({ type: 'message.queued' });
  });

  test('what was not handed over yet led to nothing', () => {
    const it = caps({ hops: 1 }).when('send backend hi', from('frontend'));
    it.when('send frontend hi', from('backend')).brings({ type: 'message.queued' });
  });
});

test('what is too long for a message is refused with where it belongs', () => {
  caps({ longest: 10 })
    .when('send lead "eleven chars"', from('backend'))
    .refuses('at most 10 characters, this has 12', 'write it to a file')
    .when('send lead "eleven chars"')
    .brings({ type: 'message.queued' });
});
