import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquire, holderOf } from '../../src/io/lock.ts';
import { startTime } from '../../src/io/process.ts';

let folder = '';
let path = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcc lock-'));
  path = join(folder, 'run', 'lock');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const me = { pid: process.pid, start: startTime(process.pid) ?? '' };

/** A real process that takes the lock at every line it is given, and says how that went. */
function contender() {
  const script = `
    import { acquire } from ${JSON.stringify(join(process.cwd(), 'src/io/lock.ts'))};
    import { createInterface } from 'node:readline';
    let lock;
    console.log('up');
    for await (const line of createInterface(process.stdin)) {
      if (line === 'acquire') { lock = await acquire(process.argv[1]); console.log(lock.release ? 'won' : 'held by ' + lock.held.pid); }
      if (line === 'release') { await lock.release(); console.log('released'); }
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const hear = async () => (await lines.next()).value as string;
  const ask = (line: string) => {
    child.stdin.write(`${line}\n`);
    return hear();
  };
  return { child, hear, ask };
}

test('a lock is held until it is given back, and then leaves nothing', async () => {
  const first = await acquire(path);
  expect(await acquire(path)).toEqual({ held: me });
  expect(await holderOf(path)).toEqual(me);
  await first.release?.();
  expect(await holderOf(path)).toBeUndefined();
  expect(readdirSync(join(folder, 'run'))).toEqual([]);
  const second = await acquire(path);
  expect(second.held).toBeUndefined();
  await second.release?.();
});

test('giving a lock back twice does not open that of the next owner', async () => {
  const first = await acquire(path);
  await first.release?.();
  const second = await acquire(path);
  await first.release?.();
  expect(await acquire(path)).toEqual({ held: me });
  await second.release?.();
});

test.each([
  ['a pid that is gone', () => `999999999@${me.start}@0a`],
  ['a pid that another process has now', () => `${process.pid}@1.${me.start.split('.')[1]}@0a`],
  ['an earlier boot', () => `${process.pid}@${me.start.split('.')[0]}.00000000-0000@0a`],
])('a lock left by %s is taken over', async (_what, name) => {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, name()), '');
  expect(await holderOf(path)).toBeUndefined();
  const lock = await acquire(path);
  expect(lock.held).toBeUndefined();
  await lock.release?.();
});

test('a lock whose taker died before it was whole is free', async () => {
  mkdirSync(path, { recursive: true });
  expect((await acquire(path)).held).toBeUndefined();
});

test('something else in the place of the lock is told, not removed', async () => {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'notes.txt'), '');
  await expect(acquire(path)).rejects.toThrow('no lock');
  expect(readdirSync(path)).toEqual(['notes.txt']);
});

test('of eight processes that race for a stale lock, round after round, exactly one wins', async () => {
  const racers = Array.from({ length: 8 }, contender);
  for (const racer of racers) expect(await racer.hear()).toBe('up');
  for (let round = 0; round < 25; round++) {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, `999999999@1.stale@${round.toString(16)}`), '');
    const said = await Promise.all(racers.map((racer) => racer.ask('acquire')));
    const winners = racers.filter((_, index) => said[index] === 'won');
    expect(winners).toHaveLength(1);
    const winner = winners[0]!;
    expect(said.filter((line) => line === `held by ${winner.child.pid}`)).toHaveLength(7);
    expect(await winner.ask('release')).toBe('released');
  }
  expect(readdirSync(join(folder, 'run'))).toEqual([]);
});

test('a process that is killed while it holds the lock does not keep it', async () => {
  const holder = contender();
  await holder.hear();
  expect(await holder.ask('acquire')).toBe('won');
  expect(await acquire(path)).toEqual({ held: expect.objectContaining({ pid: holder.child.pid }) });
  holder.child.kill('SIGKILL');
  await once(holder.child, 'exit');
  const lock = await acquire(path);
  expect(lock.held).toBeUndefined();
  await lock.release?.();
});
