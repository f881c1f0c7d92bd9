import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readCast } from '../../src/term/cast.ts';
import { Playback } from '../../src/term/playback.ts';
import { ptyHost } from '../../src/term/pty.ts';
import { Screen } from '../../src/term/screen.ts';
import { folder, git, installed, mcc, repository } from './harness.ts';

/** Shows what it is told to by the lines of a file, and then what is typed. */
const shower = `agents:
  ann: {kind: command, command: [sh, -c, "printf '\\\\033]2;a title\\\\007\\\\033[1;31mred\\\\033[m and 世界\\\\n'; tail -n +1 -f \\"$MCC_ROOT/said\\""]}
  bob: {kind: shell, autostart: false}
`;

/** A running team, and how to speak to mcc in it. */
async function team() {
  const cwd = repository({ 'agents.yaml': shower, said: 'ready\n', '.gitignore': 'said\n' });
  const home = installed();
  const env = { XDG_RUNTIME_DIR: folder(), SHELL: '/bin/sh' };
  const run = (...words: string[]) => mcc(words, { cwd, home, env });
  onTestFinished(async () => void (await run('down', '--force')));
  expect(await run('up', '--headless')).toMatchObject({ code: 0, err: '' });
  const says = (text: string) => writeFileSync(join(cwd, 'said'), text, { flag: 'a' });
  const shows = (text: string) =>
    vi.waitFor(async () => expect((await run('capture', 'ann')).out).toContain(text), { timeout: 30_000 });
  await shows('ready');
  return { cwd, home, env, run, says, shows };
}

test('capture prints what a pane shows, plain, in colour, as a picture, as a page and as data', async () => {
  const { run, cwd } = await team();
  expect(await run('capture', 'ann')).toEqual({ code: 0, out: 'red and 世界\nready\n', err: '' });
  expect((await run('capture', '1', '--ansi')).out).toBe('\x1b[1;31mred\x1b[m and 世界\nready\n');
  expect((await run('capture', 'ann', '--svg')).out).toContain('<title>ann: a title</title>');
  expect((await run('capture', 'ann', '--html')).out).toContain('font-weight:bold">red</span>');
  expect(JSON.parse((await run('capture', 'ann', '--json')).out)).toEqual({
    ...{ agent: 'ann', format: 'text', cols: 100, rows: 30, title: 'a title' },
    cursor: { x: 0, y: 2, visible: true },
    text: 'red and 世界\nready\n',
  });
  expect(await run('capture', 'ann', '--svg', '--out', 'ann.svg')).toEqual({
    code: 0,
    out: '',
    err: 'ann.svg: the screen of ann, 100×30\n',
  });
  expect(readFileSync(join(cwd, 'ann.svg'), 'utf8')).toBe((await run('capture', 'ann', '--svg')).out);
});

test('capture has the history when that is asked for, and the last screen of a session that ended', async () => {
  const { run, says, shows } = await team();
  const lines = Array.from({ length: 100 }, (_, index) => `row ${index}\n`).join('');
  says(lines);
  await shows('row 99');
  expect((await run('capture', 'ann')).out).toBe(lines.slice(lines.indexOf('row 71')));
  expect((await run('capture', 'ann', '--history')).out).toBe(`red and 世界\nready\n${lines}`);
  await run('agent', 'stop', 'ann');
  await vi.waitFor(async () => expect((await run('capture', 'ann')).err).toContain('ann runs no more'), {
    timeout: 30_000,
  });
  expect((await run('capture', 'ann')).out).toContain('row 99');
  expect(await run('record', 'ann')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('has no session'),
  });
});

test('capture and record are refused with the way out', async () => {
  const { run, cwd, home, env } = await team();
  expect(await run('capture', 'bob')).toEqual({
    code: 1,
    out: '',
    err: 'mcc: bob has no session, so there is no screen of it\nhint: mcc agent start bob\n',
  });
  expect((await run('capture', 'anne')).err).toContain('there is no agent `anne`: did you mean `ann`?');
  expect((await run('capture', '7')).err).toContain('there is no agent `7`');
  expect(await run('capture', 'ann', '--svg', '--ansi')).toMatchObject({ code: 2 });
  expect((await run('record', 'ann', '--seconds', 'soon')).err).toContain(
    'needs a number above 0, not "soon"',
  );
  expect((await run('record', 'ann', 'agents.yaml')).err).toContain('agents.yaml is there already');
  expect(readFileSync(join(cwd, 'agents.yaml'), 'utf8')).toBe(shower);
  const agent = { ...env, MCC_AGENT: 'ann', MCC_TOKEN: 'guessed' };
  expect((await mcc(['capture', 'ann'], { cwd, home, env: agent })).err).toContain(
    'belongs to no running session',
  );
  await run('down', '--force');
  expect(await run('capture', 'ann')).toMatchObject({
    code: 3,
    err: expect.stringContaining('hint: mcc up'),
  });
  expect(await run('record', 'ann')).toMatchObject({ code: 3 });
});

test('an agent may not look at terminals, not even its own', async () => {
  const { run, cwd } = await team();
  const pid = JSON.parse((await run('status', '--json')).out).agents[0].pid;
  const inner = Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const env = { ...inner, PATH: '/usr/bin:/bin' };
  for (const verb of ['capture', 'record'])
    expect(await mcc([verb, 'ann'], { cwd, env })).toEqual({
      code: 1,
      out: '',
      err: 'mcc: terminals are for the person alone\nhint: mcc send person "…"\n',
    });
});

test('record keeps what the pane shows until Ctrl-C, secrets masked, for the person’s eyes alone', async () => {
  const { cwd, env, says } = await team();
  const child = spawn(process.execPath, [resolve('src/cli.ts'), 'record', 'ann'], {
    cwd,
    env: { ...env, PATH: '/usr/bin:/bin', MY_TOKEN: 'tok-12345678' },
  });
  let err = '';
  let out = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const code = new Promise((done) => child.once('close', done));
  await vi.waitFor(() => expect(err).toContain('recording ann into'), { timeout: 30_000 });
  const name = /into (.*\.mcc\/casts\/ann-\d{8}-\d{6}\.cast);/.exec(err)?.[1] ?? '';
  const file = resolve(cwd, name);
  says('later tok-12345678 end\n');
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain(' end'), { timeout: 30_000 });
  child.kill('SIGINT');
  expect(await code).toBe(0);
  expect(out).toMatch(/\.cast: \d+\.\d s of ann, 1 secret masked\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('tok-');
  const playback = new Playback(readCast(text, name));
  expect(playback.screen.text().slice(0, 3)).toEqual(['red and 世界', 'ready', '']);
  playback.advance(1e6);
  expect(playback.screen.text()[2]).toBe(`later ${'•'.repeat(12)} end`);
  expect(git(cwd, 'status', '--porcelain')).toBe('');
});

test('record ends with its time and with the supervisor, and says so', async () => {
  const { run, cwd } = await team();
  const timed = await run('record', 'ann', 'short.cast', '--seconds', '0.05', '--json');
  expect(JSON.parse(timed.out)).toMatchObject({
    agent: 'ann',
    file: join(cwd, 'short.cast'),
    events: 1,
    masked: 0,
  });
  const open = run('record', 'ann', 'long.cast');
  await vi.waitFor(() => expect(readFileSync(join(cwd, 'long.cast'), 'utf8')).toContain('ready'), {
    timeout: 30_000,
  });
  await run('down', '--force');
  expect(await open).toMatchObject({ code: 0, err: expect.stringContaining('the supervisor was stopped') });
});

/** `mcc play` in a terminal of its own. */
function play(file: string, size = { cols: 60, rows: 6 }) {
  const screen = new Screen(size, { answer: (bytes) => session.write(Buffer.from(bytes)) });
  const session = ptyHost().spawn({
    file: process.execPath,
    args: ['--no-warnings', resolve('src/cli.ts'), 'play', file],
    cwd: folder(),
    env: { PATH: '/usr/bin:/bin', TERM: 'xterm-256color', HOME: '/' },
    size,
  });
  let bytes = '';
  session.onData((data) => {
    bytes += Buffer.from(data).toString('latin1');
    screen.write(data);
  });
  const exit = new Promise<{ code: number | null }>((done) => session.onExit(done));
  onTestFinished(async () => {
    session.kill('SIGKILL');
    await exit;
  });
  const shows = (text: string) =>
    vi.waitFor(
      () => {
        screen.flush();
        expect(screen.text().join('\n')).toContain(text);
      },
      { timeout: 30_000 },
    );
  return {
    screen,
    session,
    exit,
    shows,
    type: (keys: string) => session.write(Buffer.from(keys)),
    bytes: () => bytes,
  };
}

const cast = (...events: unknown[]) => {
  const file = join(folder(), 'x.cast');
  const lines = [{ version: 2, width: 30, height: 4 }, ...events];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
};

test('play shows a recording, takes keys, and leaves the terminal as it was', async () => {
  const file = cast([0, 'o', 'first'], [1e6, 'o', '\r\nlast']);
  const { shows, type, screen, exit } = play(file);
  await shows('first');
  await shows('x.cast  0:00 / 16666:40  1×  playing');
  type(' ');
  await shows('paused');
  type('>>\x1b[A');
  await shows('8×  paused');
  type('\x1b[D,');
  await shows('2×  paused');
  type('q');
  expect(await exit).toMatchObject({ code: 0 });
  screen.flush();
  expect(screen.modes).toEqual(new Screen(screen.size).modes);
  expect(screen.cursor.visible).toBe(true);
});

test('play stays at the end, and plays again', async () => {
  const { shows, type, exit } = play(cast([0, 'o', 'one'], [0.001, 'o', ' two']));
  await shows('one two');
  await shows('ended, space plays it again');
  type(' ');
  await shows('ended');
  type('\x1b');
  expect(await exit).toMatchObject({ code: 0 });
});

test('nothing of a recording but its picture reaches the terminal', async () => {
  const evil = '\x1b]52;c;aGk=\x07\x1b]2;title\x07\x07\x1b[?1003h\x1b[c\x1b[>1u\x1bP$q"p\x1b\\shown';
  const { shows, type, exit, bytes } = play(cast([0, 'o', evil], [0.01, 'r', '10x2']));
  await shows('shown');
  await shows('ended');
  type('q');
  expect(await exit).toMatchObject({ code: 0 });
  expect(bytes()).not.toMatch(/\]52|title|\x07|1003|\[c|\[>1u|\x1bP/);
});

test('a signal ends play with the terminal restored', async () => {
  const { shows, session, screen, exit } = play(cast([0, 'o', 'on']));
  await shows('on');
  process.kill(session.pid, 'SIGTERM');
  await exit;
  screen.flush();
  expect(screen.modes).toEqual(new Screen(screen.size).modes);
});

test('play refuses what it cannot play before it takes the terminal', async () => {
  const cwd = folder();
  const terminal = { columns: 80, rows: 24 };
  writeFileSync(join(cwd, 'bad.cast'), '{"version":2,"width":80,"height":24}\n[1,"o"]\n[2,"o","x"]\n');
  const bad = await mcc(['play', 'bad.cast'], { cwd, terminal });
  expect(bad).toMatchObject({ code: 2, out: '' });
  expect(bad.err).toMatch(/bad\.cast:2:1: expected an event, \[seconds, "o", "text"\]\nhint: /);
  expect(await mcc(['play', 'none.cast'], { cwd, terminal })).toMatchObject({ code: 2 });
  expect((await mcc(['play', '.'], { cwd, terminal })).err).toContain('no regular file');
  expect((await mcc(['play', 'bad.cast', '--speed', '0'], { cwd, terminal })).err).toContain(
    '--speed needs a number',
  );
  writeFileSync(join(cwd, 'good.cast'), '{"version":2,"width":80,"height":24}\n');
  expect(await mcc(['play', 'good.cast'], { cwd })).toMatchObject({
    code: 2,
    err: expect.stringContaining('terminal'),
  });
});
