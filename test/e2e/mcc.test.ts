import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive, startTime } from '../../src/io/process.ts';
import { git, scripted, Team } from '../supervisor/team.ts';

test('a program that is not installed is told before anything is started or made', async () => {
  const team = new Team({ agents: { ann: { kind: 'claude' }, bob: { kind: 'shell' } } });
  team.env.PATH = '/usr/bin:/bin';
  const ran = await team.mcc('up', '--headless');
  expect(ran.code).toBe(2);
  expect(ran.err).toContain('`claude`, which ann would run, is not on your PATH');
  expect(ran.err).toContain('npm install -g @anthropic-ai/claude-code');
  expect(existsSync(join(team.root, 'worktrees'))).toBe(false);
  expect(existsSync(join(team.root, '.mcc/events.jsonl'))).toBe(false);
});

test('a lock and a socket that a crash left are recognised as stale', async () => {
  const team = new Team({ agents: { bob: { kind: 'shell' } } });
  const run = join(team.root, '.mcc/run');
  mkdirSync(join(run, 'lock'), { recursive: true });
  // This very pid lives, but it is not the process that took the lock: it started at another time.
  writeFileSync(join(run, 'lock', `${process.pid}@1.0f3a9c1e-88d2@1b9d6bcd`), '');
  const room = join(team.env.XDG_RUNTIME_DIR ?? '', 'gone');
  writeFileSync(join(run, 'socket'), `${room}/socket\n`);
  await team.up();
  expect(await team.command('status')).toContain('supervisor pid');
});

test('two at once make one supervisor, whoever comes first', async () => {
  const team = new Team({ agents: { bob: { kind: 'shell' } } });
  const both = await Promise.all([
    team.mcc('up', '--headless', '--json'),
    team.mcc('up', '--headless', '--json'),
  ]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const pids = both.map(({ out }) => JSON.parse(out).pid);
  expect(new Set(pids).size).toBe(1);
  await team.follow();
  expect(
    readFileSync(join(team.root, '.mcc/events.jsonl'), 'utf8').match(/"supervisor.started"/g),
  ).toHaveLength(1);
});

test('mcc leaves nothing but worktrees, branches and its own folder, and changes no tracked file', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: { kind: 'shell' } } }).up();
  await team.idle('ann', 'bob');
  const pids = Object.values(team.state.agents).map(({ session }) => session?.pid ?? 0);
  const pid = team.state.supervisor?.pid ?? 0;
  const start = startTime(pid) ?? '';
  expect((await team.mcc('down')).code).toBe(0);
  expect(isAlive(pid, start)).toBe(false);
  expect(pids.map(startTime)).toEqual(pids.map(() => undefined));
  expect(git(team.root, 'status', '--porcelain', '--ignored')).toBe('!! .mcc/\n!! worktrees/');
  expect(git(team.root, 'branch', '--format=%(refname:short)').split('\n').toSorted()).toEqual([
    'main',
    'mcc/ann/work',
    'mcc/bob/work',
  ]);
  expect(git(team.root, 'stash', 'list')).toBe('');
});

test('what mcc.log has no room for stops nothing', async ({ skip }) => {
  const team = new Team({ agents: { bob: { kind: 'shell' } } });
  if (!existsSync('/dev/full')) skip();
  mkdirSync(join(team.root, '.mcc/logs'), { recursive: true });
  // mcc.log on a full disk: what it cannot note must not stop it.
  symlinkSync('/dev/full', join(team.root, '.mcc/logs/mcc.log'));
  await team.up();
  await team.idle('bob');
  expect(await team.command('task', 'add', 'x', '--to', 'bob')).toBe('t1 added');
});
