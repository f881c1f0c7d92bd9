import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test as always, expect, onTestFinished } from 'vitest';
import { isAlive, startTime } from '../../src/io/process.ts';
import { readPointer } from '../../src/io/runtime.ts';
import { findTmux, tmuxProblem } from '../../src/term/tmux-version.ts';
import { scripted, Team } from './team.ts';

/** Where there is no tmux, there is nothing to test. */
const test = always.skipIf(tmuxProblem(await findTmux(process.env)) !== undefined);

/** A team on tmux that runs and is idle. */
async function running(): Promise<Team> {
  const team = new Team({ host: 'tmux', agents: { backend: scripted(), shell: { kind: 'shell' } } });
  onTestFinished(async () => void (await team.mcc('down', '--force')));
  await team.up();
  await team.idle('backend', 'shell');
  return team;
}

const socketOf = (team: Team): string => join(dirname(readPointer(team.root) ?? ''), '_tmux');

const identities = (team: Team) =>
  ['backend', 'shell'].map((agent) => {
    const { id, pid, start } = team.state.agents[agent]?.session ?? { id: '', pid: 0, start: '' };
    return { id, pid, start };
  });

/** Its hooks and its token are good. */
async function answers(team: Team): Promise<void> {
  const id = await team.send('backend', 'are you there?');
  await team.until('the message is accepted', () =>
    ['accepted', 'answered'].includes(team.receipt(id) ?? ''),
  );
}

test('a tmux socket that somebody removed is made anew: the next supervisor takes all sessions over', async () => {
  const team = await running();
  const before = identities(team);
  await team.kill();
  rmSync(socketOf(team));
  await team.up();
  expect(identities(team)).toEqual(before);
  expect(existsSync(socketOf(team))).toBe(true);
  await answers(team);
});

test('it is made anew for mcc attach, and for mcc down of what was left behind', async () => {
  const team = await running();
  rmSync(socketOf(team));
  expect((await team.mcc('attach', 'backend')).err).toContain('needs a terminal');
  const server = Number(
    execFileSync('tmux', ['-S', socketOf(team), 'display-message', '-p', '#{pid}'], { encoding: 'utf8' }),
  );
  const start = startTime(server) ?? '';
  await team.kill();
  rmSync(socketOf(team));
  expect((await team.mcc('down')).code).toBe(0);
  await team.until('the server is gone', () => !isAlive(server, start));
});

test('a supervisor in another environment finds what the one before left where that was', async () => {
  const team = await running();
  const before = identities(team);
  await team.kill();
  delete team.env.XDG_RUNTIME_DIR;
  await team.up();
  expect(identities(team)).toEqual(before);
  await answers(team);
});

/** What the sessions were left with, as another version of mcc would have written it. */
function leftAs(team: Team, change: (kept: Record<string, unknown>) => object): void {
  const path = join(team.root, '.mcc/run/tokens.json');
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
}

test('what an older mcc left is taken over by a newer one', async () => {
  const team = await running();
  const before = identities(team);
  const version = team.state.supervisor?.version ?? '';
  await team.kill();
  leftAs(team, ({ sessions, ...about }) => {
    expect(about).toEqual({ format: 1, version });
    return { sessions };
  });
  const log = join(team.root, '.mcc/events.jsonl');
  writeFileSync(log, readFileSync(log, 'utf8').replaceAll(`"version":"${version}"`, '"version":"0.0.0-old"'));
  await team.up();
  expect(identities(team)).toEqual(before);
  await answers(team);
});

test('what a newer mcc left in a form that is not known is not guessed at: the sessions begin again with their conversations', async () => {
  const team = await running();
  await answers(team);
  await team.idle('backend');
  const before = identities(team);
  await team.kill();
  leftAs(team, (kept) => ({ ...kept, format: 2 }));
  await team.up();
  await team.idle('backend', 'shell');
  expect(before.filter(({ pid, start }) => isAlive(pid, start))).toEqual([]);
  expect(team.told('started').map(({ resumed }) => resumed)).toEqual([false, true]);
});

test('modes that may have changed while nobody watched are called unknown, until the program sets one', async () => {
  const team = await running();
  expect(await team.command('why', 'shell')).not.toContain('modes');
  await team.kill();
  await team.up();
  expect(await team.command('why', 'shell')).toContain('unknown since it was away');
  team.type('shell', "printf '\\033[6 q\\n'\r");
  await seen(team);
});

/** Waits until `why` no longer calls the modes unknown. */
async function seen(team: Team): Promise<void> {
  while ((await team.command('why', 'shell')).includes('unknown since')) await new Promise(setImmediate);
}
