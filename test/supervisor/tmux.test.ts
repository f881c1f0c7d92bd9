import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test as always, expect, onTestFinished } from 'vitest';
import { isRunning } from '../../src/core/state.ts';
import { isAlive, startTime } from '../../src/io/process.ts';
import { readPointer } from '../../src/io/runtime.ts';
import { ptyHost } from '../../src/term/pty.ts';
import { Screen } from '../../src/term/screen.ts';
import { findTmux, tmuxProblem } from '../../src/term/tmux-version.ts';
import { collect } from '../term/host-suite.ts';
import { type Spec, scripted, Team } from './team.ts';

/** Where there is no tmux, there is nothing to test. */
const test = always.skipIf(tmuxProblem(await findTmux(process.env)) !== undefined);

const spec = (more: object = {}) => ({
  host: 'tmux',
  agents: { backend: scripted(), shell: { kind: 'shell', ...more } },
});

/** A team whose tmux server does not outlive the test, however that ends. */
function teamOf(declared: Spec): Team {
  const team = new Team(declared);
  onTestFinished(async () => void (await team.mcc('down', '--force')));
  return team;
}

const folderOf = (team: Team): string => dirname(readPointer(team.root) ?? '');
const tmux = (team: Team, ...words: string[]): string =>
  execFileSync('tmux', ['-S', join(folderOf(team), '_tmux'), ...words], { encoding: 'utf8' }).trim();

/** What is the same for a session as long as it is the same one. */
const identity = (team: Team, agent: string) => {
  const { id, pid, start } = team.state.agents[agent]?.session ?? { id: '', pid: 0, start: '' };
  return { id, pid, start };
};

/** The screen of an agent as somebody sees who opens it now. */
async function screenOf(team: Team, agent: string, text: string): Promise<Screen> {
  const client = await team.connect();
  const screen = new Screen({ cols: 100, rows: 30 });
  await new Promise<void>((done) => {
    screen.onParsed(() => {
      if (screen.text().join('\n').includes(text)) done();
    });
    client.on((frame, body) => {
      if (frame.type === 'snapshot') screen.resize(frame);
      if (frame.type === 'snapshot' || frame.type === 'output') screen.write(body);
    });
    client.send({ type: 'watch', agent });
  });
  await client.close();
  return screen;
}

test('kill -9 of the supervisor costs the agents nothing: the next one has the same sessions, with screen, hooks and token', async () => {
  const team = await teamOf(spec()).up();
  await team.idle('backend', 'shell');
  team.type('shell', 'echo before-$((40+2))\r');
  await screenOf(team, 'shell', 'before-42');
  const [backend, shell] = [identity(team, 'backend'), identity(team, 'shell')];
  await team.kill();
  tmux(team, 'send-keys', '-t', '=shell:', 'echo alone-$((40+2))', 'Enter');
  expect(isAlive(backend.pid, backend.start)).toBe(true);

  await team.up();
  expect(identity(team, 'backend')).toEqual(backend);
  expect(identity(team, 'shell')).toEqual(shell);
  expect(team.state.agents.shell && isRunning(team.state.agents.shell)).toBe(true);
  const text = (await screenOf(team, 'shell', 'alone-42')).text().join('\n');
  expect(text).toContain('before-42');
  team.type('shell', 'echo after-$((40+2))\r');
  await screenOf(team, 'shell', 'after-42');
  expect(team.told('started')).toHaveLength(1);

  // Its hooks come to the new supervisor, and its token is good there.
  const id = await team.send('backend', 'are you there?');
  await team.until('the message is accepted', () =>
    ['accepted', 'answered'].includes(team.receipt(id) ?? ''),
  );
  expect(team.times(id)).toBe(1);
  const client = await team.connect({ pid: backend.pid, token: team.token('backend') });
  expect(await client.command(['status'])).toMatchObject({ ok: true });
  await client.close();
});

test('what a killed supervisor had typed and not sent is its own, not a draft of the person: the next one sends it, once', async () => {
  const team = await teamOf({ host: 'tmux', agents: { ann: scripted('deaf-3') } }).up();
  await team.idle('ann');
  const first = await team.send('ann', 'the first thing');
  await team.until('it is typed', () => team.receipt(first) === 'handed over');
  const second = await team.send('ann', 'the second thing');
  await team.kill();
  await team.up();
  await team.until('both are accepted', () =>
    [first, second].every((id) => ['accepted', 'answered'].includes(team.receipt(id) ?? '')),
  );
  expect([first, second].map(team.times)).toEqual([1, 1]);
  expect(team.told('prompt')[0]?.prompt).not.toContain('handed over again');
});

test('an agent that ended while no supervisor was there is known by how it ended, and started again', async () => {
  const team = await teamOf({ host: 'tmux', agents: { shell: { kind: 'shell' } } }).up();
  await team.idle('shell');
  const before = identity(team, 'shell');
  await team.kill();
  tmux(team, 'send-keys', '-t', '=shell:', 'exit 9', 'Enter');
  await team.until('the shell is gone', () => !isAlive(before.pid, before.start));
  await team.up();
  await team.until('it runs again', () => identity(team, 'shell').id !== before.id);
  const log = readFileSync(join(team.root, '.mcc', 'events.jsonl'), 'utf8');
  const exit = log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .find(({ type }) => type === 'session.exited');
  expect(exit).toMatchObject({ agent: 'shell', session: before.id, code: 9, signal: null });
});

test('a bug of the supervisor ends it alone: its agents go on, and the next one takes them over', async () => {
  const team = await teamOf(spec()).serve();
  await team.idle('backend', 'shell');
  const before = ['backend', 'shell'].map((agent) => identity(team, agent));
  const bug = new Error('nobody thought of this');
  const ended = expect(team.ended).rejects.toBe(bug);
  process.emit('uncaughtException', bug);
  await ended;
  for (const { pid, start } of before) expect(isAlive(pid, start)).toBe(true);
  team.ended = undefined;
  await team.up();
  expect(['backend', 'shell'].map((agent) => identity(team, agent))).toEqual(before);
  await team.idle('backend', 'shell');
});

test('mcc down ends the tmux server with all it held, also after the supervisor was killed', async () => {
  const team = await teamOf(spec()).up();
  await team.idle('backend', 'shell');
  const server = Number(tmux(team, 'display-message', '-p', '#{pid}'));
  const start = startTime(server) ?? '';
  const sessions = ['backend', 'shell'].map((agent) => identity(team, agent));
  const runtime = folderOf(team);
  expect(statSync(runtime).mode & 0o77).toBe(0);
  await team.kill();
  expect((await team.mcc('down')).code).toBe(0);
  await team.until('the server is gone', () => !isAlive(server, start));
  for (const { pid, start: since } of sessions) expect(isAlive(pid, since)).toBe(false);
  expect(existsSync(runtime)).toBe(false);

  await team.up();
  await team.idle('backend', 'shell');
  const next = Number(tmux(team, 'display-message', '-p', '#{pid}'));
  const since = startTime(next) ?? '';
  expect((await team.mcc('down')).code).toBe(0);
  await team.until('the second server is gone', () => !isAlive(next, since));
  expect(existsSync(runtime)).toBe(false);
  expect(readdirSync(join(team.root, '.mcc/run'))).toEqual([]);
});

test('attach opens the pane of an agent, also while no supervisor runs, and leaves it as it was', async () => {
  const team = await teamOf(spec()).up();
  await team.idle('shell');
  const shell = identity(team, 'shell');
  await team.kill();
  const session = ptyHost().spawn({
    file: process.execPath,
    args: [join(team.home, 'bin', 'mcc'), 'attach', 'shell'],
    cwd: team.root,
    env: { ...team.env, TERM: 'xterm-256color' },
    size: { cols: 120, rows: 40 },
  });
  const output = collect(session);
  await output.shows('shell');
  session.write(Buffer.from('echo here-$((40+2))\r'));
  await output.shows('here-42');
  tmux(team, 'detach-client', '-s', '=shell');
  expect(await output.exit).toEqual({ code: 0, signal: null });
  expect(isAlive(shell.pid, shell.start)).toBe(true);
  await team.up();
  expect(identity(team, 'shell')).toEqual(shell);
  expect((await screenOf(team, 'shell', 'here-42')).size).toEqual({ cols: 100, rows: 30 });
});

test('attach says what it cannot do', async () => {
  const team = await teamOf(spec()).up();
  await team.idle('backend');
  expect(await team.mcc('attach', 'nobody')).toMatchObject({ code: 1 });
  expect((await team.mcc('attach', 'nobody')).err).toContain('nobody has no session in tmux');
  expect((await team.mcc('attach', 'backend')).err).toContain('needs a terminal');
  await team.mcc('down', '--force');
  expect((await team.mcc('attach', 'backend')).err).toContain('no tmux server holds backend');
});
