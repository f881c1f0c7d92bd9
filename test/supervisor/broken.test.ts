import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findMarked } from '../../src/io/process.ts';
import { readPointer } from '../../src/io/runtime.ts';
import { encodeFrame, FrameReader } from '../../src/wire/frames.ts';
import { WIRE_VERSION } from '../../src/wire/schema.ts';
import { scripted, Team } from './team.ts';

/** A small disk of its own below `.mcc`; undefined where this user may not mount one. */
function smallDisk(team: Team): string | undefined {
  const at = join(team.root, '.mcc');
  mkdirSync(at, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', at], { stdio: 'ignore' });
  if (status !== 0) return undefined;
  onTestFinished(() => void execFileSync('umount', ['-l', at]));
  return at;
}

test('a disk without room ends the supervisor in order and with a clear word, and no fact is half written', async ({
  skip,
}) => {
  const team = new Team({ agents: { bob: { kind: 'shell' } } });
  const disk = smallDisk(team);
  if (!disk) return skip('this user may not mount a small disk');
  await team.serve();
  await team.idle('bob');
  const session = team.state.agents.bob?.session?.id ?? '?';
  const ended = expect(team.ended).rejects.toThrow(/ENOSPC.*: mcc and its agents were stopped/);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(1));
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k'], { stdio: 'ignore' });
  // What is left of the log's last page may still take some.
  let said = '';
  for (let count = 0; !said.startsWith('refused') && count < 200; count += 1)
    said = await team.command('task', 'add', `task ${'x'.repeat(200)}`, '--to', 'bob');
  expect(said).toContain('ENOSPC');
  await ended;
  expect(findMarked('MCC_SESSION', session)).toEqual([]);
  expect(readdirSync(join(disk, 'run'))).toEqual([]);
  expect(readFileSync(join(disk, 'events.jsonl'), 'utf8').endsWith('}\n')).toBe(true);
});

test('a bug ends the sessions before it ends the supervisor, and is told', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: { kind: 'shell' } } }).serve();
  await team.idle('ann', 'bob');
  const sessions = Object.values(team.state.agents).map(({ session }) => session?.id ?? '?');
  const bug = new Error('nobody thought of this');
  const ended = expect(team.ended).rejects.toBe(bug);
  process.emit('uncaughtException', bug);
  await ended;
  expect(sessions.flatMap((id) => findMarked('MCC_SESSION', id))).toEqual([]);
  const log = readFileSync(join(team.root, '.mcc/events.jsonl'), 'utf8').trimEnd().split('\n');
  expect(JSON.parse(log.at(-1) ?? '')).toMatchObject({
    type: 'supervisor.stopped',
    reason: 'the supervisor broke: nobody thought of this',
  });
  expect(readFileSync(join(team.root, '.mcc/logs/mcc.log'), 'utf8')).toContain('nobody thought of this');
});

test('a supervisor whose project is removed ends by itself, with its sessions, and leaves no socket', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: { kind: 'shell' } } }).serve();
  await team.idle('ann', 'bob');
  const sessions = Object.values(team.state.agents).map(({ session }) => session?.id ?? '?');
  const ended = expect(team.ended).rejects.toThrow(/was removed.*: mcc and its agents were stopped/);
  rmSync(team.root, { recursive: true, force: true, maxRetries: 5 });
  await ended;
  expect(sessions.flatMap((id) => findMarked('MCC_SESSION', id))).toEqual([]);
  expect(readdirSync(team.env.XDG_RUNTIME_DIR ?? '')).toEqual([]);
});

test('a screen that is slow to read gets the whole terminal again instead of what it missed', async () => {
  const team = await new Team({ agents: { bob: { kind: 'shell' } } }).serve();
  await team.idle('bob');
  const slow = dial(readPointer(team.root) ?? '');
  slow.write(
    encodeFrame({ type: 'hello', wire: WIRE_VERSION, version: 'x', pid: process.pid, client: 'tui' }),
  );
  slow.write(encodeFrame({ type: 'watch', agent: 'bob', size: { cols: 80, rows: 24 } }));
  const bytes = 14_888_896;
  team.type('bob', 'seq 1 2000000; echo all is $((1 + 1)) done\r');
  await team.until('bob works', ({ agents }) => agents.bob?.reports.foreground?.status === 'working');
  await team.idle('bob');
  const reader = new FrameReader();
  let read = 0;
  let last = '';
  slow.on('data', (chunk) => {
    read += chunk.length;
    reader.take(chunk, ({ header, body }) => {
      if (header.type === 'snapshot') last = body.toString();
    });
  });
  await team.until('it sees the end', () => last.includes('all is 2 done'));
  expect(read).toBeLessThan(bytes / 2);
  slow.destroy();
});
