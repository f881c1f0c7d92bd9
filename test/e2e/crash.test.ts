import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Event } from '../../src/core/event.ts';
import { holderOf } from '../../src/io/lock.ts';
import { findMarked, isAlive, startTime } from '../../src/io/process.ts';
import { readPointer } from '../../src/io/runtime.ts';
import { folder, scripted, Team } from '../supervisor/team.ts';

/** Kills the supervisor without a word, and waits until it is gone. */
async function kill9(team: Team): Promise<number> {
  const pid = team.state.supervisor?.pid ?? 0;
  const start = startTime(pid) ?? '';
  process.kill(pid, 'SIGKILL');
  await team.until('the supervisor is gone', () => !isAlive(pid, start));
  return pid;
}

/** What the log says, read as anybody would. */
const logOf = (team: Team): Event[] =>
  readFileSync(join(team.root, '.mcc/events.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('after kill -9 of the supervisor the next one proves the old processes dead, goes on with each conversation, and sets open work going', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: scripted() } }).up();
  await team.idle('ann', 'bob');
  const room = folder();
  const daemon = team.worktree('ann', 'daemon');
  await team.command(
    'task',
    'add',
    'long work',
    '--to',
    'ann',
    '--text',
    [
      `@@sh (setsid sh -c 'echo $$ > daemon; sleep 600' > /dev/null 2>&1 &)`,
      `@@wait ${join(room, 'never')}`,
    ].join('\n'),
  );
  await team.until('it works', () => existsSync(daemon) && team.receipt('assign-t1-1') === 'accepted');
  const left = Number(readFileSync(daemon, 'utf8'));
  const sessions = Object.values(team.state.agents).map(({ session }) => session?.id ?? '');
  expect(sessions.flatMap((id) => findMarked('MCC_SESSION', id)).length).toBeGreaterThanOrEqual(3);
  const old = await kill9(team);
  expect(startTime(left)).toBeDefined();
  await team.up();
  expect(team.state.supervisor?.pid).not.toBe(old);
  expect(startTime(left)).toBeUndefined();
  expect(sessions.flatMap((id) => findMarked('MCC_SESSION', id))).toEqual([]);
  const reminder = await team.until(
    'ann is told to go on',
    ({ posts, agents }) => posts[`resume-${agents.ann?.session?.id}`],
  );
  expect(reminder.message.body).toContain('Still open for you: t1 (long work, branch mcc/ann/t1)');
  await team.until('it took that', () => team.receipt(reminder.message.id) === 'accepted');
  expect(team.told('started', 'ann').map(({ id, resumed }) => ({ id, resumed }))).toEqual([
    { id: team.told('started', 'ann')[0]?.id, resumed: false },
    { id: team.told('started', 'ann')[0]?.id, resumed: true },
  ]);
  expect(team.times('assign-t1-1')).toBe(1);
  const events = logOf(team);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
});

test('what was handed over when the supervisor died is given again exactly when the transcript has no word of it', async () => {
  const team = await new Team({ agents: { ann: scripted('unsaid'), bob: scripted('deaf-1000') } }).up();
  await team.idle('ann', 'bob');
  const never = join(folder(), 'never');
  const taken = await team.send('ann', `@@wait ${never}`);
  const lost = await team.send('bob', 'hello');
  await team.until('both are handed over', () =>
    [taken, lost].every((id) => team.receipt(id) === 'handed over'),
  );
  await team.until('ann works on it', () => team.times(taken) === 1);
  await kill9(team);
  await team.up();
  expect(team.receipt(taken)).toBe('accepted');
  await team.until('bob gets it again', ({ posts }) => posts[lost]?.receipt === 'handed over');
  expect(team.times(taken)).toBe(1);
  expect(logOf(team).filter(({ type }) => type === 'message.requeued')).toMatchObject([{ id: lost }]);
});

test('a signal ends the supervisor at once but in order, and nothing is left of it', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: { kind: 'shell' } } }).up();
  await team.idle('ann', 'bob');
  await team.send('ann', `@@wait ${join(folder(), 'never')}`);
  await team.until('it works', ({ agents }) => agents.ann?.reports.hook?.status === 'working');
  const pid = team.state.supervisor?.pid ?? 0;
  const start = startTime(pid) ?? '';
  const socket = readPointer(team.root);
  process.kill(pid, 'SIGTERM');
  await team.until('it is gone', () => !isAlive(pid, start));
  for (const { session } of Object.values(team.state.agents))
    expect(findMarked('MCC_SESSION', session?.id ?? '?')).toEqual([]);
  expect(existsSync(socket ?? '')).toBe(false);
  expect(readdirSync(join(team.root, '.mcc/run'))).toEqual([]);
  expect(readdirSync(team.env.XDG_RUNTIME_DIR ?? '')).toEqual([]);
  expect(logOf(team).at(-1)).toMatchObject({ type: 'supervisor.stopped', reason: 'stopped at once' });
});

test('down waits for a turn in hand, and takes nothing new; with --force it does not wait', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).up();
  await team.idle('ann');
  const go = join(folder(), 'go');
  await team.send('ann', `@@wait ${go}\n@@sh echo done > done.txt`);
  await team.until('it works', ({ agents }) => agents.ann?.reports.hook?.status === 'working');
  const waiting = await team.send('ann', 'later');
  const down = team.mcc('down');
  await team.until('it takes nothing any more', async () => true);
  await team.until('it refuses', () => existsSync(join(team.root, '.mcc/run/socket')));
  expect(await refusal(team)).toBe('refused: the supervisor is going down');
  writeFileSync(go, '');
  expect(await down).toMatchObject({ code: 0, out: expect.stringContaining('were stopped') });
  expect(readFileSync(team.worktree('ann', 'done.txt'), 'utf8')).toBe('done\n');
  expect(team.times(waiting)).toBe(0);
  expect(readdirSync(join(team.root, '.mcc/run'))).toEqual([]);
  expect(readdirSync(team.env.XDG_RUNTIME_DIR ?? '')).toEqual([]);
  await team.up();
  await team.until('it gets what waited', () => team.receipt(waiting) === 'accepted');
  await team.send('ann', `@@wait ${join(folder(), 'never')}`);
  await team.until('it works', ({ agents }) => agents.ann?.reports.hook?.status === 'working');
  expect(await team.mcc('down', '--force')).toMatchObject({ code: 0 });
});

/** The answer to a command, once the supervisor has begun to go down. */
async function refusal(team: Team): Promise<string> {
  for (;;) {
    const said = await team.command('task', 'add', 'x', '--to', 'ann');
    if (said.startsWith('refused')) return said;
    await team.command('task', 'cancel', said.split(' ')[0] ?? '', '--reason', 'only a try');
  }
}

test('a gate that was running when the supervisor died is ended, and the merge is made anew', async () => {
  const room = folder();
  const run = `echo $$ >> '${join(room, 'runs')}'; test -e '${join(room, 'go')}' || sleep 600`;
  const shell = { kind: 'shell' };
  const team = await new Team({ agents: { ann: shell }, merge: { gates: [{ name: 'slow', run }] } }).up();
  await team.idle('ann');
  await team.command('task', 'add', 'work', '--to', 'ann');
  await team.until('it is under way', ({ tasks }) => tasks.t1?.status === 'working');
  team.commit('ann', { 'b.txt': '' });
  await team.command('task', 'submit', 't1');
  await team.command('approve', 't1');
  await team.until('the gate runs', () => existsSync(join(room, 'runs')));
  await kill9(team);
  writeFileSync(join(room, 'go'), '');
  await team.up();
  const [first] = readFileSync(join(room, 'runs'), 'utf8').split('\n').map(Number);
  expect(startTime(first ?? 0)).toBeUndefined();
  await team.until('it is merged', ({ tasks }) => tasks.t1?.status === 'merged');
  expect(existsSync(join(team.root, 'b.txt'))).toBe(true);
});

test('a torn last line of the log is put aside, said, and the rest is gone on with', async () => {
  const team = await new Team({ agents: { ann: { kind: 'shell' } } }).up();
  await team.idle('ann');
  await team.command('task', 'add', 'work', '--to', 'ann');
  await kill9(team);
  const log = join(team.root, '.mcc/events.jsonl');
  appendFileSync(log, '{"v":1,"seq":99,"at":"20');
  await team.up();
  expect(team.state.tasks.t1?.title).toBe('work');
  expect(readFileSync(join(team.root, '.mcc/logs/mcc.log'), 'utf8')).toContain(
    'the last line was not complete',
  );
  expect(readFileSync(join(team.root, '.mcc/trash/events.jsonl.torn-1'), 'utf8')).toBe(
    '{"v":1,"seq":99,"at":"20',
  );
});

test('a log with an event that this version does not know is refused with its line, and nothing is started', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).up();
  await team.idle('ann');
  await team.mcc('down', '--force');
  await team.until('it is down', () => !existsSync(join(team.root, '.mcc/run/lock')));
  const log = join(team.root, '.mcc/events.jsonl');
  const lines = readFileSync(log, 'utf8').split('\n').length;
  appendFileSync(
    log,
    `{"v":1,"seq":${lines},"at":"2026-01-01T00:00:00.000Z","by":"mcc","cause":null,"type":"from.later"}\n`,
  );
  const before = readFileSync(log, 'utf8');
  const ran = await team.mcc('up', '--headless');
  expect(ran.code).toBe(2);
  expect(ran.err).toMatch(
    new RegExp(
      `events\\.jsonl:${lines}:?\\d*: unknown event type "from.later": was it written by a newer mcc\\?`,
    ),
  );
  expect(readFileSync(log, 'utf8')).toBe(before);
  expect(await holderOf(join(team.root, '.mcc/run/lock'))).toBeUndefined();
  expect(team.told('started')).toHaveLength(1);
  truncateSync(log, Buffer.byteLength(before) - Buffer.byteLength(before.split('\n').at(-2) ?? '') - 1);
  await team.up();
});

test('a log that another program changes stops everything with a clear word, and nothing is left', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).up();
  await team.idle('ann');
  const pid = team.state.supervisor?.pid ?? 0;
  const start = startTime(pid) ?? '';
  const session = team.state.agents.ann?.session?.id ?? '?';
  const log = join(team.root, '.mcc/events.jsonl');
  appendFileSync(log, '\n');
  expect(await team.command('task', 'add', 'x', '--to', 'ann')).toContain('was changed by another program');
  await team.until('it is gone', () => !isAlive(pid, start));
  expect(findMarked('MCC_SESSION', session)).toEqual([]);
  expect(readdirSync(join(team.root, '.mcc/run'))).toEqual([]);
  expect(readdirSync(team.env.XDG_RUNTIME_DIR ?? '')).toEqual([]);
  const words = readFileSync(join(team.root, '.mcc/logs/supervise.log'), 'utf8');
  expect(words).toMatch(
    /was changed by another program: .*: mcc and its agents were stopped\nhint: look at that file, then mcc up/,
  );
  expect(words).not.toContain('bug');
});

test('rubbish on the socket closes that connection only', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).up();
  await team.idle('ann');
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(70_000, 0xff),
    Buffer.from([0, 0, 0, 1]),
  ]) {
    const socket = dial(readPointer(team.root) ?? '');
    const closed = new Promise((done) => socket.on('close', done));
    socket.on('error', () => {});
    socket.resume();
    socket.end(bytes);
    await closed;
  }
  const id = await team.send('ann', 'hello');
  await team.until('it took it', () => team.receipt(id) === 'accepted');
});

test('after kill -9 of the supervisor, mcc down ends what it left and says so, and the next goes on', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: { kind: 'shell' } } }).up();
  await team.idle('ann', 'bob');
  const runtime = team.env.XDG_RUNTIME_DIR ?? '';
  // A process that no hang-up of its terminal reaches.
  const room = join(folder(), 'pid');
  team.type('bob', `setsid sh -c 'echo $$ > "${room.replaceAll('$', '\\$')}"; exec sleep 600' &\r`);
  await team.until('it runs', () => existsSync(room) && readFileSync(room, 'utf8') !== '');
  const left = Number(readFileSync(room, 'utf8'));
  await kill9(team);
  expect(readdirSync(runtime)).toHaveLength(1);
  expect(startTime(left)).toBeDefined();
  const down = await team.mcc('down');
  expect(down).toMatchObject({ code: 0, err: '' });
  expect(down.out).toMatch(
    /^no supervisor runs here; what a killed one left of (ann, )?bob was ended; its socket was removed\n$/,
  );
  expect(startTime(left)).toBeUndefined();
  expect(readdirSync(runtime)).toEqual([]);
  expect((await team.mcc('down')).out).toBe('no supervisor runs here\n');
  await team.up();
  await team.idle('ann', 'bob');
});
