import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../src/core/message.ts';
import type { BoxWatcher } from '../../src/io/box-watcher.ts';
import {
  type InboxFound,
  messageFile,
  moveToCur,
  putMessage,
  scan,
  watchInboxes,
} from '../../src/io/inbox.ts';

let root = '';
let inbox = '';
const watchers: BoxWatcher[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mcc inbox ü-'));
  inbox = join(root, 'backend');
  mkdirSync(join(inbox, 'new'), { recursive: true });
});
afterEach(async () => {
  for (const watcher of watchers.splice(0)) await watcher.close();
  rmSync(root, { recursive: true, force: true });
});

const message = (id: string, body = 'hello'): Message => ({
  id,
  from: 'architect',
  to: 'backend',
  kind: 'note',
  body,
});
const drop = (name: string, contents: unknown) =>
  writeFileSync(
    join(inbox, 'new', name),
    typeof contents === 'string' || Buffer.isBuffer(contents) ? contents : JSON.stringify(contents),
  );
const reasonOf = (name: string) => readFileSync(join(inbox, 'bad', `${name}.reason.txt`), 'utf8').trim();

describe('an inbox', () => {
  test('holds a message until it is delivered, and takes an id once', async () => {
    expect(await putMessage(inbox, message('m1', 'ü\n'))).toBe(true);
    expect(await putMessage(inbox, message('m1', 'again'))).toBe(false);
    expect((await scan(inbox)).messages).toEqual([message('m1', 'ü\n')]);
    expect(messageFile(inbox, 'm1')).toBe(join(inbox, 'new', 'm1.json'));
    expect(await moveToCur(inbox, 'm1')).toBe(true);
    expect(await moveToCur(inbox, 'm1')).toBe(false);
    expect(await putMessage(inbox, message('m1'))).toBe(false);
    expect(await scan(inbox)).toEqual({ messages: [], bad: [], unsettled: [] });
    expect(messageFile(inbox, 'm1')).toBe(join(inbox, 'cur', 'm1.json'));
    expect(readdirSync(join(inbox, 'tmp'))).toEqual([]);
  });

  test('that does not exist is empty', async () => {
    expect(await scan(join(root, 'nobody'))).toEqual({ messages: [], bad: [], unsettled: [] });
  });

  test('fills in what a hand-made message leaves out', async () => {
    drop('hello.json', { body: 'stop please' });
    expect((await scan(inbox)).messages).toEqual([
      { id: 'hello', from: 'person', to: 'backend', kind: 'note', body: 'stop please' },
    ]);
  });

  test('names a file by the id that stands in it', async () => {
    drop('from my script.json', { id: 'm7', body: 'a' });
    expect((await scan(inbox)).messages).toMatchObject([{ id: 'm7' }]);
    expect(readdirSync(join(inbox, 'new'))).toEqual(['m7.json']);
  });

  test('never writes outside of itself, whatever an id says', async () => {
    for (const id of ['../x', '.', '..', '.hidden', 'a/b', '', 'x'.repeat(65)])
      await expect(putMessage(inbox, message(id))).rejects.toThrow();
    expect(readdirSync(root)).toEqual(['backend']);
  });

  test.each([
    ['half.json', '{"body": "hel', 'expected JSON'],
    ['empty.json', '', 'expected JSON'],
    ['list.json', '[]', 'expected a message'],
    ['bodyless.json', {}, 'expected a message: it has no body'],
    ['text.json', { text: 'a' }, 'expected a message: unknown field text, did you mean body?'],
    ['typo.json', { body: 'a', subjcet: 'b' }, 'unknown field subjcet, did you mean subject?'],
    ['kind.json', { body: 'a', kind: 'shout' }, 'kind'],
    ['other.json', { body: 'a', to: 'frontend' }, 'expected a message to backend, found one to frontend'],
    ['id.json', { body: 'a', id: '../../x' }, 'id'],
    ['a b.json', { body: 'a' }, 'an id of'],
    ['when.json', { body: 'a', at: 'yesterday' }, 'at'],
    ['big.json', { body: 'ü'.repeat(140_000) }, '256 KiB'],
    ['huge.json', { body: 'x'.repeat(1_200_000) }, 'at most 1024 KiB'],
    ['latin1.json', Buffer.from('{"body":"\xfc"}', 'latin1'), 'not UTF-8'],
    ['note.txt', 'hello', 'ends in .json'],
  ])('moves %s aside with the reason', async (name, contents, reason) => {
    drop(name, contents);
    await putMessage(inbox, message('good'));
    const { messages, bad } = await scan(inbox, 0);
    expect(messages).toEqual([message('good')]);
    expect(bad).toEqual([{ name, file: join(inbox, 'bad', name), reason: expect.stringContaining(reason) }]);
    expect(reasonOf(name)).toBe(bad[0]?.reason);
    expect(existsSync(join(inbox, 'bad', name))).toBe(true);
    expect(readdirSync(join(inbox, 'new'))).toEqual(['good.json']);
  });

  test('moves a link, a pipe and a folder aside without following or waiting for them', async () => {
    symlinkSync('/etc/passwd', join(inbox, 'new', 'link.json'));
    execFileSync('mkfifo', [join(inbox, 'new', 'pipe.json')]);
    mkdirSync(join(inbox, 'new', 'folder.json'));
    const { bad } = await scan(inbox, 0);
    expect(bad.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'folder.json: expected a file',
      'link.json: expected a file, found a link',
      'pipe.json: expected a file',
    ]);
    expect(readdirSync(join(inbox, 'new'))).toEqual([]);
  });

  test('keeps both of two bad files with the same name', async () => {
    for (const contents of ['{1', '{2']) {
      drop('x.json', contents);
      await scan(inbox, 0);
    }
    expect(readFileSync(join(inbox, 'bad', 'x.json'), 'utf8')).toBe('{1');
    expect(readFileSync(join(inbox, 'bad', 'x.2.json'), 'utf8')).toBe('{2');
  });

  test('tells that an id was delivered before, or waits already', async () => {
    await putMessage(inbox, message('m1'));
    await moveToCur(inbox, 'm1');
    await putMessage(inbox, message('m2'));
    drop('m1.json', { body: 'b' });
    drop('copy.json', { id: 'm2', body: 'b' });
    const { messages, bad } = await scan(inbox, 0);
    expect(messages).toEqual([message('m2')]);
    expect(bad.map(({ reason }) => reason)).toEqual([
      'expected another id: m2.json waits already',
      'expected a new id: a message m1 was delivered before',
    ]);
  });

  test('lets be what editors write beside a file', async () => {
    for (const name of [
      '.m.json.swp',
      'm.json~',
      '4913',
      '#m.json#',
      '.#m.json',
      'm.json.tmp',
      'm.json.part',
    ])
      drop(name, 'x');
    expect(await scan(inbox, 0)).toEqual({ messages: [], bad: [], unsettled: [] });
    expect(readdirSync(join(inbox, 'new'))).toHaveLength(7);
  });

  test('does not judge a file that is still being written', async () => {
    drop('slow.json', '{"body": ');
    expect(await scan(inbox, 60_000)).toEqual({ messages: [], bad: [], unsettled: ['slow.json'] });
    appendFileSync(join(inbox, 'new', 'slow.json'), '"done"}');
    expect((await scan(inbox, 60_000)).messages).toMatchObject([{ id: 'slow', body: 'done' }]);
  });

  test('with many messages is read quickly', async () => {
    for (let count = 0; count < 1000; count++) drop(`m${count}.json`, message(`m${count}`, 'x'.repeat(1000)));
    const began = performance.now();
    expect((await scan(inbox)).messages).toHaveLength(1000);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

/** Watches the inboxes; `next` gives what is found until a condition holds. */
async function watching(settle?: number) {
  const found: InboxFound[] = [];
  let heard: () => void = () => {};
  const watcher = watchInboxes(
    root,
    (one) => {
      found.push(one);
      heard();
    },
    { ...(settle === undefined ? {} : { settle }), failed: (error) => expect.fail(error.message) },
  );
  watchers.push(watcher);
  await watcher.ready;
  const until = async (condition: () => boolean) => {
    while (!condition())
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
  };
  const ids = () => found.flatMap(({ messages }) => messages.map(({ id }) => id));
  return { found, until, ids, watcher };
}

describe('watching inboxes', () => {
  test('gives what lies there, what is delivered and what a new agent gets, each once', async () => {
    await putMessage(inbox, message('m1'));
    const { ids, until, found, watcher } = await watching();
    expect(ids()).toEqual(['m1']);
    await putMessage(inbox, message('m2'));
    await until(() => ids().includes('m2'));
    await putMessage(join(root, 'frontend'), { ...message('m3'), to: 'frontend' });
    await until(() => ids().includes('m3'));
    expect(found.at(-1)?.agent).toBe('frontend');
    drop('m4.json', { body: 'by hand' });
    await until(() => ids().includes('m4'));
    await moveToCur(inbox, 'm1');
    await watcher.rescan();
    expect(ids()).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  test('gives a message that is renamed into place, as scripts do', async () => {
    const { ids, until } = await watching();
    writeFileSync(join(root, 'draft.json'), '{"body":"a"}');
    renameSync(join(root, 'draft.json'), join(inbox, 'new', 'm1.json'));
    await until(() => ids().includes('m1'));
  });

  test('waits for a writer who is not done, and moves aside what stays wrong', async () => {
    const { ids, found, until } = await watching(100);
    drop('slow.json', '{"body": ');
    drop('wrong.json', '{"body": ');
    setImmediate(() => appendFileSync(join(inbox, 'new', 'slow.json'), '"done"}'));
    await until(() => ids().includes('slow') && found.some(({ bad }) => bad.length > 0));
    expect(found.flatMap(({ bad }) => bad.map(({ name }) => name))).toEqual(['wrong.json']);
    expect(reasonOf('wrong.json')).toContain('expected JSON');
  });

  test('notices all of many messages that come at once', async () => {
    const { ids, until } = await watching();
    await Promise.all(Array.from({ length: 200 }, (_, count) => putMessage(inbox, message(`m${count}`))));
    await until(() => ids().length >= 200);
    expect(new Set(ids()).size).toBe(200);
    expect(ids()).toHaveLength(200);
  });

  test('notices nothing any more once it is closed', async () => {
    const { ids, watcher } = await watching();
    await watcher.close();
    await putMessage(inbox, message('m1'));
    await watcher.rescan();
    expect(ids()).toEqual([]);
  });
});
