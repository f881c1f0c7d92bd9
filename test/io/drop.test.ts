import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DropFound, scanDrop, takeUp, watchDrops } from '../../src/io/drop.ts';

let root = '';
let box = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mcc drop-'));
  box = join(root, 'backend');
  mkdirSync(box);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const drop = (name: string, contents: unknown) => writeFileSync(join(box, name), JSON.stringify(contents));

test('a task file needs no more than a title', async () => {
  drop('parser.json', { title: 'write a parser' });
  expect(await scanDrop(box)).toEqual({
    agent: 'backend',
    bad: [],
    tasks: [
      {
        file: join(box, 'parser.json'),
        task: {
          id: 'parser',
          to: 'backend',
          title: 'write a parser',
          text: '',
          needs: [],
          priority: 'normal',
          files: [],
        },
      },
    ],
  });
});

test('the fields of earlier systems are understood', async () => {
  drop('any.json', {
    task_id: 'T-1',
    worker: 'backend',
    description: 'Write the parser.\nIt reads dates.',
    dependencies: ['T-0', 't3'],
    timeout: 1799.5,
    priority: 2,
    status: 'pending',
    created_by: 'architect',
    metadata: {},
  });
  expect((await scanDrop(box)).tasks[0]?.task).toEqual({
    id: 'T-1',
    to: 'backend',
    title: 'Write the parser.',
    text: 'Write the parser.\nIt reads dates.',
    needs: ['T-0', 't3'],
    priority: 'high',
    files: [],
    timeout: 1800,
  });
});

test.each([
  [0, 'low'],
  [1, 'normal'],
  [2, 'high'],
  [3, 'urgent'],
  [10, 'urgent'],
  ['low', 'low'],
  ['urgent', 'urgent'],
])('priority %j is %s', async (given, priority) => {
  drop('a.json', { title: 'a', priority: given });
  expect((await scanDrop(box)).tasks[0]?.task.priority).toBe(priority);
});

test('needs may be one text, with commas or blanks', async () => {
  drop('a.json', { title: 'a', needs: 't1, t2' });
  expect((await scanDrop(box)).tasks[0]?.task.needs).toEqual(['t1', 't2']);
});

test.each([
  ['nothing to do', {}, 'neither a title nor a text'],
  ['a list', [], 'an object with a title'],
  ['another agent', { title: 'a', assigned_to: 'frontend' }, 'for backend, found one for frontend'],
  ['an unknown priority', { title: 'a', priority: 'asap' }, 'one of low, normal, high, urgent, or a number'],
  ['a negative timeout', { title: 'a', timeout: -1 }, 'timeout'],
  [
    'a misspelt field',
    { title: 'a', dependancies: ['t1'] },
    'unknown field dependancies, did you mean dependencies?',
  ],
  [
    'a field given twice',
    { title: 'a', needs: ['t1'], dependencies: [] },
    'needs and dependencies say the same',
  ],
])('%s is moved aside with the reason', async (_what, contents, reason) => {
  drop('a.json', contents);
  const { tasks, bad } = await scanDrop(box, 0);
  expect(tasks).toEqual([]);
  expect(bad[0]?.reason).toContain(reason);
  expect(readdirSync(join(box, 'bad'))).toEqual(['a.json', 'a.json.reason.txt']);
});

test('a task that was taken up does not come again, and its name may be used again', async () => {
  for (let count = 0; count < 2; count++) {
    drop('a.json', { title: `a ${count}` });
    const [one] = (await scanDrop(box)).tasks;
    expect(one?.task.title).toBe(`a ${count}`);
    await takeUp(box, one?.file ?? '');
  }
  expect((await scanDrop(box)).tasks).toEqual([]);
  expect(readdirSync(join(box, 'cur')).sort()).toEqual(['a.2.json', 'a.json']);
});

test('a watched drop box tells of each task once and leaves what was taken up alone', async () => {
  const found: DropFound[] = [];
  let heard: () => void = () => {};
  const watcher = watchDrops(root, (one) => {
    found.push(one);
    heard();
  });
  await watcher.ready;
  const came = new Promise<void>((resolve) => {
    heard = resolve;
  });
  drop('a.json', { title: 'a' });
  await came;
  const [one] = found[0]?.tasks ?? [];
  await takeUp(box, one?.file ?? '');
  await watcher.rescan();
  await watcher.close();
  expect(found).toHaveLength(1);
  expect(existsSync(join(box, 'cur', 'a.json'))).toBe(true);
});
