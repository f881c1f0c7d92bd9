import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { messageSchema } from '../../src/core/message.ts';
import { dropKind } from '../../src/io/drop.ts';
import { inboxKind } from '../../src/io/inbox.ts';
import { folder } from './harness.ts';

const page = readFileSync('docs/messages.md', 'utf8');
const [, messages = '', tasks = ''] = page.split(/^## /m);
const examples = (part: string): unknown[] =>
  [...part.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text));

test('the message and task files of the docs are understood', () => {
  const box = folder();
  expect(examples(messages).map((value) => inboxKind.read(value, 'x', `${box}/backend`).body)).toHaveLength(
    2,
  );
  const read = examples(tasks).map((value) =>
    dropKind.read(value, 'x', `${box}/${(value as { to?: string }).to ?? 'backend'}`),
  );
  expect(read.map(({ title }) => title)).toEqual(['Parse ISO dates', 'Show dates in the list']);
  const fields = (part: string) => [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name).sort();
  expect(fields(messages)).toEqual(Object.keys(messageSchema.shape).sort());
  expect(fields(tasks)).toEqual(
    Object.keys(read[0] ?? {})
      .concat('timeout')
      .sort(),
  );
});
