import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { holderOf } from '../../src/io/lock.ts';
import { findMarked, isAlive, startTime } from '../../src/io/process.ts';
import { folder, installed, mcc, repository, write } from './harness.ts';

const team = 'agents:\n  lead: {kind: shell}\n  dev: {kind: shell}\narchitect: lead\n';

/** A project and how to speak to mcc in it; whatever runs is stopped when the test ends. */
function project(files: Record<string, string> = { 'agents.yaml': team }) {
  const cwd = repository(files);
  const home = installed();
  const env = { XDG_RUNTIME_DIR: folder(), SHELL: '/bin/sh' };
  const run = (...words: string[]) => mcc(words, { cwd, home, env });
  onTestFinished(async () => void (await run('down', '--force')));
  return { cwd, run, env };
}

test('up starts one supervisor, which a second call finds, and down ends it and all it made', async () => {
  const { cwd, run } = project();
  const first = await run('up', '--headless', '--json');
  expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' });
  const { pid, fresh, root } = JSON.parse(first.out);
  expect({ fresh, root }).toEqual({ fresh: true, root: cwd });
  const owner = await holderOf(join(cwd, '.mcc/run/lock'));
  expect(owner?.pid).toBe(pid);
  expect(await run('up', '--headless')).toMatchObject({
    code: 0,
    out: `the supervisor was running already, pid ${pid}\n`,
  });
  expect(JSON.parse((await run('status', '--json')).out).supervisor.pid).toBe(pid);
  expect(await run('task', 'add', 'parse dates', '--to', 'dev')).toMatchObject({ code: 0, err: '' });
  expect(await run('down', '--force')).toEqual({
    code: 0,
    out: `the supervisor (pid ${pid}) and its agents were stopped\n`,
    err: '',
  });
  expect(isAlive(pid, owner?.start ?? '')).toBe(false);
  expect(await run('down')).toEqual({ code: 0, out: 'no supervisor runs here\n', err: '' });
  expect((await run('task', 'list')).out).toContain('parse dates');
  expect(JSON.parse(readFileSync(join(cwd, '.mcc/agents.schema.json'), 'utf8')).title).toContain(
    'agents.yaml',
  );
});

test('four calls at once make one supervisor', async () => {
  const { run } = project();
  const all = await Promise.all(['a', 'b', 'c', 'd'].map(() => run('up', '--headless', '--json')));
  expect(all.map(({ code, err }) => ({ code, err }))).toEqual(all.map(() => ({ code: 0, err: '' })));
  const started = all.map(({ out }) => JSON.parse(out));
  expect(new Set(started.map(({ pid }) => pid)).size).toBe(1);
  expect(started.filter(({ fresh }) => fresh)).toHaveLength(1);
});

test('a supervisor that was started too late is ended, so that it cannot take over after `mcc down`', async () => {
  const { cwd, run, env } = project();
  // Another installation whose supervisor is still loading while this one's serves already.
  const slow = installed();
  const told = join(folder(), 'pid');
  write(slow, {
    'bin/mcc': `(await import('node:fs')).writeFileSync(${JSON.stringify(told)}, String(process.pid)); setInterval(() => {}, 1000);\n`,
  });
  const late = mcc(['up', '--headless', '--json'], { cwd, home: slow, env });
  const pid = Number(
    await vi.waitFor(() => readFileSync(told, 'utf8') || Promise.reject(), { timeout: 30_000 }),
  );
  const first = JSON.parse((await run('up', '--headless', '--json')).out);
  expect(JSON.parse((await late).out)).toMatchObject({ pid: first.pid, fresh: false });
  expect(startTime(pid)).toBeUndefined();
});

test('what stands in the way is told before anything is started', async () => {
  const { cwd, run } = project({
    'agents.yaml':
      'agents:\n  a: {kind: command, command: [no-such-program]}\n  b: {kind: command, command: [nor-this]}\n',
  });
  const { code, err } = await run('up', '--headless');
  expect(code).toBe(2);
  expect(err).toMatch(
    /^mcc: 2 things stand in the way:\n {5}`no-such-program`, which a would run, is not on your PATH\n {7}→ /,
  );
  expect(() => readFileSync(join(cwd, '.mcc/logs/supervise.log'))).toThrow('ENOENT');
});

test('what stands in the way ends the supervisor that loaded meanwhile, and nothing is begun', async () => {
  const { cwd, run } = project();
  await run('up', '--headless');
  await run('down', '--force');
  const log = () => readFileSync(join(cwd, '.mcc/events.jsonl'), 'utf8');
  const before = log();
  write(cwd, { 'agents.yaml': 'agents:\n  a: {kind: command, command: [no-such-program]}\n' });
  expect(await run('up', '--headless')).toMatchObject({
    code: 2,
    err: expect.stringContaining('no-such-program'),
  });
  expect(findMarked('MCC_ROOT', cwd)).toEqual([]);
  expect(log()).toBe(before);
});

test('a supervisor whose starter ends before it has told it to serve does not', async () => {
  const { cwd, env } = project();
  const told = { ...env, MCC_ROOT: cwd, MCC_TOLD_BY_STARTER: '1' };
  expect(await mcc(['supervise'], { cwd, env: told, input: '' })).toEqual({ code: 0, out: '', err: '' });
  expect(existsSync(join(cwd, '.mcc'))).toBe(false);
});

test('a supervisor that ends at once leaves its last words', async () => {
  const { cwd, run } = project();
  write(cwd, { '.mcc/events.jsonl': 'no event\n' });
  const { code, err } = await run('up', '--headless');
  expect(code).toBe(2);
  expect(err).toMatch(
    /^mcc: the supervisor could not start:\n {5}.*events\.jsonl:1(:1)?: expected one event as JSON on one line\nhint: restore the log/,
  );
});

test.each([
  [
    undefined,
    'xterm',
    /mcc up needs a terminal for its screen, and standard input or output is none\nhint: mcc up --plain/,
  ],
  [
    { columns: 59, rows: 40 },
    'xterm',
    /this terminal has 59×40 characters; the screen needs 60×16\nhint: make the window larger/,
  ],
  [{ columns: 80, rows: 24 }, 'dumb', /TERM=dumb says that this one cannot\nhint: mcc up --plain/],
])('without room for a screen (%j, TERM=%s) nothing is started', async (terminal, TERM, said) => {
  const { code, err } = await mcc(['up'], {
    cwd: repository({ 'agents.yaml': team }),
    terminal,
    env: { TERM },
  });
  expect(code).toBe(2);
  expect(err).toMatch(said);
});

test('an agent may not end the supervisor', async () => {
  const { cwd, run } = project();
  await run('up', '--headless');
  const home = installed();
  const { code, err } = await mcc(['down'], { cwd, home, env: { MCC_AGENT: 'dev', MCC_TOKEN: 'guessed' } });
  expect(code).toBe(1);
  expect(err).toContain('this token belongs to no running session');
});

test('a demo without room for a screen is offered in lines', async () => {
  const { code, err } = await mcc(['up', '--demo'], { cwd: folder(), env: { TERM: 'dumb' } });
  expect(code).toBe(2);
  expect(err).toContain('hint: mcc up --demo --plain, which works in lines; or mcc up --demo --headless');
});

test('up is not for agents, in whose terminals it would show itself', async () => {
  const { run, env, cwd } = project();
  for (const inside of [{ MCC_AGENT: 'dev' }, { MCC_TOKEN: 't' }, { MCC_SESSION: 's' }] as Record<
    string,
    string
  >[]) {
    const ran = await mcc(['up', '--headless'], { cwd, env: { ...env, ...inside } });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('`mcc up` is for the person') });
  }
  expect((await run('down')).out).toBe('no supervisor runs here\n');
});

test('a supervisor that runs is found although its team file is broken by now', async () => {
  const { cwd, run } = project();
  await run('up', '--headless');
  write(cwd, { 'agents.yaml': 'agents: {a: {kind: cluade}}\n' });
  const { code, out, err } = await run('up', '--headless');
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('was running already') });
  expect(err).toMatch(/^note: .*agents\.yaml:1:\d+: agents\.a\.kind: expected one of/);
  write(cwd, { 'agents.yaml': `${team}layout: gird\nkeys: {leader: nonsense-key}\n` });
  expect((await run('up', '--headless')).err).toContain('note: there is no layout `gird`');
  expect((await run('up', '--headless', '--layout', 'gird')).code).toBe(2);
});

test('down says that it waits only where it does', async () => {
  const { run } = project();
  await run('up', '--headless');
  expect((await run('down')).err).toBe('');
});

test('a supervisor that does not answer is no bug, and is ended all the same', async () => {
  const { cwd, run } = project();
  const { pid } = JSON.parse((await run('up', '--headless', '--json')).out);
  process.kill(pid, 'SIGSTOP');
  const { code, err } = await run('status');
  expect({ code, err }).toMatchObject({
    code: 1,
    err: expect.stringContaining('hint: try again; if it stays'),
  });
  expect(err).toContain('did not answer within 5 s');
  expect(await run('down', '--force')).toMatchObject({ code: 0, err: '' });
  expect(await holderOf(join(cwd, '.mcc/run/lock'))).toBeUndefined();
});
