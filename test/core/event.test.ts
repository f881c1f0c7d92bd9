import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../src/core/event.ts';
import { commit } from './given.ts';

const stamp = { v: 1, seq: 1, at: '2026-01-01T00:00:00.000Z', by: 'person', cause: null };
const base = { ...stamp, type: 'base.moved', commit: commit('a') };

test('an event is read as it was written', () => {
  expect(parseEvent(base)).toEqual(base);
  expect(
    parseEvent({ ...base, by: 'agent:backend', cause: 'merge t1', commit: 'a'.repeat(64) }),
  ).toMatchObject({ by: 'agent:backend' });
});

describe('refused is', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'a type that is not known',
      { ...base, type: 'base.jumped' },
      /^unknown event type "base\.jumped": was it written by a newer mcc\?$/,
    ],
    ['a type that every object has', { ...base, type: 'constructor' }, /^unknown event type "constructor"/],
    ['what is no object', 'base.moved', /^unknown event type ""/],
    ['nothing', null, /^unknown event type ""/],
    ['a version to come', { ...base, v: 2 }, /^base\.moved: v: /],
    ['a number that is no place in the log', { ...base, seq: 0 }, /^base\.moved: seq: /],
    ['a time without a zone', { ...base, at: '2026-01-01T00:00:00' }, /^base\.moved: at: /],
    ['an actor that is none', { ...base, by: 'backend' }, /^base\.moved: by: /],
    ['an agent without a name', { ...base, by: 'agent:' }, /^base\.moved: by: /],
    ['a missing field', { ...stamp, type: 'base.moved' }, /^base\.moved: commit: /],
    ['a commit in short', { ...base, commit: 'aaaaaaa' }, /^base\.moved: commit: a full commit id$/],
    ['a field that the type does not have', { ...base, note: 'x' }, /^base\.moved: .*note/],
    [
      'a message that does not fit into a file',
      {
        ...stamp,
        type: 'message.queued',
        message: { id: '../up', from: 'mcc', to: 'a', kind: 'note', body: '' },
      },
      /^message\.queued: message\.id: an id of 1 to 64 letters/,
    ],
  ])('%s', (_, value, reason) => expect(() => parseEvent(value)).toThrow(reason));
});
