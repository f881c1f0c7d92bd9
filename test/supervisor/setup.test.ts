import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findMarked } from '../../src/io/process.ts';
import { gatesHolder, leaseName } from '../../src/supervisor/leases.ts';
import { git, type Spec, scripted, Team, write } from './team.ts';

const ignore = { '.gitignore': '.env\nnode_modules/\nmade\nruns\n' };
const read = (path: string) => readFileSync(path, 'utf8');

/** A team of one, whose worktree is made ready as `worktree` says. */
function prepared(worktree: Spec, more: Spec = {}): Team {
  const team = new Team({ agents: { ann: scripted() }, worktree, ...more }, ignore);
  write(team.root, { '.env': 'KEY=1\n', 'node_modules/x.js': '' });
  return team;
}

test('a worktree is made ready before its agent starts in it, with the agent’s environment and a log', async () => {
  const team = await prepared({
    copy: ['.env'],
    link: ['node_modules'],
    setup: ['cat .env > made && env | sort >> made', 'ls node_modules/ && echo "on its way" >&2'],
    ports: 1,
  }).serve();
  await team.idle('ann');
  const made = read(team.worktree('ann', 'made'));
  expect(made).toContain('KEY=1');
  expect(made).toMatch(/^MCC_PORT=2\d{4}$/m);
  expect(made).toMatch(/^AGENT_TRAITS=$/m);
  expect(made).not.toContain('MCC_TOKEN');
  expect(read(join(team.root, '.mcc/logs/setup-ann.log'))).toContain(
    '$ ls node_modules/ && echo "on its way" >&2\nx.js\non its way\n',
  );
  expect(git(team.worktree('ann'), 'status', '--porcelain')).toBe('');
  expect(team.events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['worktree.prepared', 'session.started']),
  );
});

test('set-up runs once: not at a restart, but in a worktree that was made anew, and when agents.yaml says something else', async () => {
  const team = prepared({ setup: ['echo x >> ../../runs'] });
  const runs = () => read(join(team.root, 'runs')).length / 2;
  await team.serve();
  await team.idle('ann');
  await team.command('agent', 'restart', 'ann');
  await team.until('it runs again', () => team.told('started').length === 2);
  expect(runs()).toBe(1);
  await team.command('agent', 'stop', 'ann');
  await team.until('ann has stopped', ({ agents }) => agents.ann?.session?.exit);
  rmSync(team.worktree('ann'), { recursive: true });
  await team.command('agent', 'start', 'ann');
  await team.until('it runs in a new one', () => team.told('started').length === 3);
  expect(runs()).toBe(2);
  await team.command('down', '--force');
  await team.ended;
  write(team.root, {
    'agents.yaml': JSON.stringify({
      agents: { ann: scripted() },
      worktree: { setup: ['echo y >> ../../runs'] },
    }),
  });
  await team.serve();
  await team.until('it runs once more', () => team.told('started').length === 4);
  expect(runs()).toBe(3);
});

test('a set-up that fails holds the agent, says what failed and where to look, and is tried again when the person says so', async () => {
  const team = await prepared({ setup: ['echo one; echo "no such registry" >&2; test -e ../../go'] }).serve();
  const failure = await team.until('ann has failed', ({ agents }) => agents.ann?.failure);
  expect(failure.reason).toMatch(/^set-up failed: `echo one;.*` \(exit 1\): one\nno such registry$/s);
  expect(failure.hint).toBe('look into .mcc/logs/setup-ann.log, put it right, then mcc agent start ann');
  expect(await team.command('status')).toContain('no such registry');
  expect(team.told('started')).toEqual([]);
  write(team.root, { go: '' });
  expect(await team.command('agent', 'start', 'ann')).toBe('ann starts');
  await team.idle('ann');
  expect(team.state.agents.ann?.failure).toBeUndefined();
});

test('a set-up command that takes too long is ended with all that it started', async () => {
  const team = await prepared({ setup: ['setsid sleep 1000 & sleep 1000'], timeout: 1 }).serve();
  const failure = await team.until('ann has failed', ({ agents }) => agents.ann?.failure);
  expect(failure.reason).toContain('took longer than 1 s');
  expect(findMarked('MCC_SETUP', `${team.root}:ann`)).toEqual([]);
});

test('what a set-up is at is seen while it runs, and a supervisor that goes down takes it along', async () => {
  const team = await prepared({ setup: ['touch made; sleep 1000'] }).serve();
  await team.until('it runs', () => existsSync(team.worktree('ann', 'made')));
  expect(await team.command('status')).toContain('starting');
  expect(await team.command('status')).toContain('(set-up: touch made; sleep 1000)');
  await team.command('down', '--force');
  await team.ended;
  await team.until('it is gone', () => findMarked('MCC_SETUP', `${team.root}:ann`).length === 0);
});

test('each worktree and the gates have ports of their own, which stay the same over restarts and are passed to nobody', async () => {
  const team = new Team(
    {
      agents: {
        ann: scripted(),
        bob: { kind: 'command', command: ['sleep', '1000'], worktree: { ports: ['WEB_PORT', 'DB_PORT'] } },
      },
      worktree: { ports: 2 },
    },
    ignore,
  );
  await team.serve();
  await team.idle('ann', 'bob');
  const first = team.state.leases;
  const all = [...(first.ann?.ports ?? []), ...(first.bob?.ports ?? [])];
  expect(new Set(all).size).toBe(4);
  const [web, db] = first.bob?.ports ?? [];
  const pid = team.state.agents.bob?.session?.pid;
  const environment = read(`/proc/${pid}/environ`).split('\0');
  expect(environment).toEqual(
    expect.arrayContaining([
      `MCC_PORT=${web}`,
      `MCC_PORT_1=${web}`,
      `MCC_PORT_2=${db}`,
      `WEB_PORT=${web}`,
      `DB_PORT=${db}`,
      `MCC_WORKTREE_NAME=${leaseName(team.root, 'bob')}`,
    ]),
  );
  // Somebody else's server in between changes nothing: a lease is kept until its worktree goes.
  const server = createServer();
  await new Promise<void>((done) => server.listen(all[0], '127.0.0.1', done));
  onTestFinished(() => void server.close());
  await team.command('down', '--force');
  await team.ended;
  await team.serve();
  await team.idle('ann', 'bob');
  expect(team.state.leases).toEqual(first);
  await team.command('down', '--force');
  await team.ended;
  expect((await team.mcc('prune', '--dry-run')).out).toContain(`ports ${all.join(', ')}: would be freed`);
  expect((await team.mcc('prune')).out).toContain(`ports ${all.join(', ')}: freed`);
  expect((await team.mcc('log', '-n', '2')).out).toContain('ports.freed');
  await team.serve();
  await team.idle('ann', 'bob');
  expect(team.state.leases.ann?.ports).not.toContain(all[0]);
});

test('gates have a lease of their own', async () => {
  const team = await prepared(
    { ports: ['WEB_PORT'] },
    { agents: { ann: { kind: 'shell' } }, merge: { gates: [{ name: 'port', run: 'echo port $WEB_PORT' }] } },
  ).serve();
  await team.command('task', 'add', 'work', '--to', 'ann');
  await team.until('it is under way', ({ tasks }) => tasks.t1?.status === 'working');
  team.commit('ann', { 'b.txt': '' });
  await team.command('task', 'submit', 't1');
  await team.command('approve', 't1');
  await team.until('it is merged', ({ tasks }) => tasks.t1?.status === 'merged');
  const gated = team.events.find((event) => event.type === 'merge.gated');
  const { ann, [gatesHolder]: gates } = team.state.leases;
  expect(gated).toMatchObject({ output: `port ${gates?.ports[0]}\n` });
  expect(gates?.ports).not.toEqual(ann?.ports);
});

test('a set-up command has no authority: mcc takes no command from it', async () => {
  const team = prepared({ setup: ['.mcc-call > made 2>&1; true'] });
  const mcc = `'${process.execPath}' '${join(team.home, 'bin', 'mcc')}'`;
  write(team.root, {
    'agents.yaml': JSON.stringify({
      agents: { ann: scripted() },
      worktree: { setup: [`cd ../..; ${mcc} ask "do as I say" > worktrees/ann/made 2>&1; true`] },
    }),
  });
  await team.serve();
  await team.idle('ann');
  expect(read(team.worktree('ann', 'made'))).toContain('comes from a gate or a set-up command');
});

test('a name for databases and containers is unique, and safe in all of them', () => {
  const names = ['/a/My Shop', '/b/My Shop', '/c/1 2', '/d/🚀'].flatMap((root) =>
    ['ann', 'a-very-long-name-of-an-agent-123', 'merge gates'].map((holder) => leaseName(root, holder)),
  );
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{0,62}$/);
});
