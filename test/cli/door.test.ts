import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fact } from '../../src/core/event.ts';
import { socketPath, writePointer } from '../../src/io/runtime.ts';
import { encodeFrame } from '../../src/wire/frames.ts';
import type { Hello, Result } from '../../src/wire/schema.ts';
import { listen } from '../../src/wire/server.ts';
import { folder, git, mcc, repository, write } from './harness.ts';

const declared: Fact = {
  ...{ type: 'team.declared', base: 'main', architect: 'lead', auto: true, gates: [] },
  agents: [
    { name: 'lead', kind: 'shell', autostart: true },
    { name: 'dev', kind: 'shell', autostart: true },
  ],
};
const added: Fact = {
  ...{ type: 'task.added', task: 't1', kind: 'work', title: 'parse dates', text: 'parse dates' },
  needs: [],
  priority: 'normal',
  files: [],
};
const started: Fact = {
  ...{ type: 'session.started', agent: 'dev', session: 's', conversation: 'c' },
  pid: 999_999,
  start: '1',
  resumed: false,
};

/** A project whose supervisor once ran and wrote these facts. */
function project(...facts: Fact[]): string {
  const root = repository({
    'agents.yaml': 'agents: {lead: {kind: shell}, dev: {kind: shell}}\narchitect: lead\n',
  });
  const lines = facts.map((fact, index) =>
    JSON.stringify({ v: 1, seq: index + 1, at: '2026-01-02T03:04:05.000Z', by: 'mcc', cause: null, ...fact }),
  );
  write(root, { '.mcc/events.jsonl': lines.map((line) => `${line}\n`).join('') });
  return root;
}

/** Where the project's supervisor would make its socket, with the pointer to it. */
async function socketFor(root: string): Promise<string> {
  const path = socketPath(root, { XDG_RUNTIME_DIR: folder() });
  await writePointer(root, path);
  return path;
}

type Asked = { hellos: Hello[]; words: string[][] };

/** A supervisor's end of the socket that answers every command in the same way. */
async function answering(root: string, answer: (words: string[]) => Result): Promise<Asked> {
  const asked: Asked = { hellos: [], words: [] };
  const path = await socketFor(root);
  const server = await listen(path, {
    version: 'test',
    hello: (hello) => {
      asked.hellos.push(hello);
      if (hello.token === 'wrong')
        return { reason: 'this token belongs to no running session', hint: 'start it again' };
      return { version: 'test', pid: process.pid, project: 'p', base: 'main', actor: 'person' };
    },
    frame: (client, frame) => {
      if (frame.type !== 'command') return;
      asked.words.push(frame.words);
      client.send({ type: 'result', id: frame.id, ...answer(frame.words) });
    },
  });
  onTestFinished(() => server.close('the test is over'));
  return asked;
}

describe('with a supervisor', () => {
  test('a command travels as its words, and its text is printed', async () => {
    const root = project();
    const asked = await answering(root, () => ({ ok: true, text: 't1 added', data: { task: 't1' } }));
    expect(await mcc(['task', 'add', 'parse', 'dates', '--to', 'dev'], { cwd: root })).toEqual({
      code: 0,
      out: 't1 added\n',
      err: '',
    });
    expect(asked.words).toEqual([['task', 'add', 'parse', 'dates', '--to', 'dev']]);
    expect(asked.hellos[0]).toMatchObject({ client: 'cli', pid: process.pid });
    expect(asked.hellos[0]).not.toHaveProperty('token');
    expect(JSON.parse((await mcc(['--json', 'task', 'add', 'x'], { cwd: root })).out)).toEqual({
      task: 't1',
    });
  });

  test('a refusal is one line what and one line what to do, with its exit code', async () => {
    const root = project();
    await answering(root, () => ({ ok: false, refusal: 't9 is no task', hint: 'mcc task list', code: 1 }));
    expect(await mcc(['approve', 't9'], { cwd: root })).toEqual({
      code: 1,
      out: '',
      err: 'mcc: t9 is no task\nhint: mcc task list\n',
    });
    const json = await mcc(['approve', 't9', '--json'], { cwd: root });
    expect({ ...json, out: JSON.parse(json.out) }).toEqual({
      code: 1,
      out: { refusal: 't9 is no task', hint: 'mcc task list' },
      err: '',
    });
  });

  test('an agent speaks with the token of its session, from wherever it stands', async () => {
    const root = project();
    const asked = await answering(root, () => ({ ok: true, text: '' }));
    const env = { MCC_ROOT: root, MCC_TOKEN: 'secret', MCC_AGENT: 'dev' };
    expect((await mcc(['task', 'submit'], { cwd: '/', env })).code).toBe(0);
    expect(asked.hellos[0]?.token).toBe('secret');
    expect(await mcc(['task', 'submit'], { cwd: '/', env: { ...env, MCC_TOKEN: 'wrong' } })).toEqual({
      ...{ code: 1, out: '', err: 'mcc: this token belongs to no running session\nhint: start it again\n' },
    });
  });

  test('a dash takes the text from standard input, as it is', async () => {
    const root = project();
    const asked = await answering(root, () => ({ ok: true, text: 'm-1 queued' }));
    await mcc(['send', 'dev', '-'], { cwd: root, input: 'two\n"lines"\n' });
    expect(asked.words).toEqual([['send', 'dev', 'two\n"lines"']]);
    expect(await mcc(['send', 'dev', '-'], { cwd: root })).toMatchObject({
      code: 2,
      err: expect.stringContaining('standard input'),
    });
  });

  test('a slip of the pen does not reach it', async () => {
    const root = project();
    const asked = await answering(root, () => ({ ok: true, text: '' }));
    expect(await mcc(['send', 'dev'], { cwd: root })).toMatchObject({
      code: 2,
      err: expect.stringContaining('`send` needs text'),
    });
    expect(asked.hellos).toEqual([]);
  });

  test('of another version, it says so and what to do', async () => {
    const root = project();
    const { createServer } = await import('node:net');
    const path = await socketFor(root);
    const server = createServer((socket) =>
      socket.end(
        encodeFrame({
          type: 'refused',
          reason: 'it speaks version 1, this supervisor version 2',
          hint: 'mcc down && mcc up',
          wire: 2,
          version: '9',
        }),
      ),
    );
    await new Promise<void>((done) => server.listen(path, done));
    onTestFinished(() => void server.close());
    expect(await mcc(['status'], { cwd: root })).toEqual({
      code: 1,
      out: '',
      err: 'mcc: it speaks version 1, this supervisor version 2\nhint: mcc down && mcc up\n',
    });
  });
});

describe('without a supervisor', () => {
  test('what must change something is refused with the command that starts one', async () => {
    const root = project(declared);
    for (const stale of [false, true]) {
      if (stale) await socketFor(root);
      expect(await mcc(['task', 'add', 'x'], { cwd: root })).toEqual({
        ...{
          code: 3,
          out: '',
          err: `mcc: no supervisor runs for ${root}\nhint: mcc up, or mcc up --headless\n`,
        },
      });
    }
  });

  test('status, tasks and reasons are read from the log', async () => {
    const root = project(declared, added, started);
    const { code, out } = await mcc(['status'], { cwd: root });
    expect(code).toBe(0);
    expect(out).toMatch(/^base main, supervisor not running\n/);
    expect(out).toMatch(/dev +exited .*ended with the supervisor/);
    expect(JSON.parse((await mcc(['status', '--json'], { cwd: root })).out)).toMatchObject({
      supervisor: null,
      tasks: [{ id: 't1' }],
    });
    expect((await mcc(['task', 'list'], { cwd: root })).out).toContain('parse dates');
    expect((await mcc(['task', 'show', 't1'], { cwd: join(root, '.mcc') })).out).toContain('t1  parse dates');
    expect((await mcc(['why', 'dev'], { cwd: root })).out).toContain(
      'dev is exited: ended with the supervisor',
    );
    expect(await mcc(['task', 'show', 't7'], { cwd: root })).toEqual({
      code: 1,
      out: '',
      err: 'mcc: there is no task `t7`\nhint: mcc task list\n',
    });
  });

  test('a project in which nothing ran yet has a status too', async () => {
    expect((await mcc(['status', '--json'], { cwd: repository() })).code).toBe(0);
  });

  test('outside a repository every verb says so', async () => {
    const root = folder();
    for (const words of [['status'], ['send', 'dev', 'x'], ['log']])
      expect(await mcc(words, { cwd: root })).toMatchObject({
        code: 2,
        err: expect.stringContaining('is not in a git repository'),
      });
  });

  test('a damaged log stops with its line', async () => {
    const root = project(declared);
    appendFileSync(join(root, '.mcc/events.jsonl'), '{"v":1,"seq":3}\n');
    const { code, err } = await mcc(['status'], { cwd: root });
    expect(code).toBe(2);
    expect(err).toMatch(/events\.jsonl:2(:1)?: .*\nhint: /);
  });

  test('what is done on the screen is not done in a shell', async () => {
    expect(await mcc(['pane', 'zoom'], { cwd: project() })).toMatchObject({
      code: 1,
      err: expect.stringContaining('`pane zoom` is done on the screen'),
    });
  });

  test('the project is that of the main worktree', async () => {
    const root = project(declared, added);
    git(root, 'worktree', 'add', '-q', join(root, 'worktrees/dev'), '-b', 'mcc/dev/work');
    expect((await mcc(['task', 'list'], { cwd: join(root, 'worktrees/dev') })).out).toContain('parse dates');
  });
});

describe('mcc log', () => {
  const words = async (root: string, ...more: string[]) =>
    (await mcc(['log', ...more], { cwd: root })).out.trimEnd().split('\n');

  test('prints one line an event, chosen by agent, task and type', async () => {
    const root = project(declared, added, started);
    expect(await words(root)).toHaveLength(3);
    expect((await words(root))[1]).toMatch(
      /^ {3}2 \d\d:\d\d:\d\d {2}mcc +task\.added +t1 {2}work {2}parse dates/,
    );
    expect(await words(root, '--task', 't1')).toHaveLength(1);
    expect((await words(root, '--agent', 'dev'))[0]).toContain('session.started');
    expect((await words(root, '--type', 'task'))[0]).toContain('task.added');
    expect((await words(root, '-n', '1'))[0]).toContain('session.started');
    expect(await mcc(['log', '-n', 'many'], { cwd: root })).toMatchObject({ code: 2 });
  });

  test('prints the events themselves as JSON lines', async () => {
    const root = project(declared, added);
    expect((await words(root, '--json')).map((line) => JSON.parse(line).seq)).toEqual([1, 2]);
  });
});
