import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ancestry,
  environHas,
  findMarked,
  isAlive,
  lookUp,
  sessionOf,
  startTime,
} from '../../src/io/process.ts';
import { descendants, killTree, membersOf, type Tree } from '../../src/io/tree.ts';

const children: ChildProcess[] = [];
const pids: number[] = [];
afterEach(() => {
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {} // ended, as it should
  }
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs a shell script in a session of its own; each line it prints names a pid, and the last one is `up`. */
async function start(script: string, env: Record<string, string> = {}) {
  const child = spawn('bash', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...env },
  });
  children.push(child);
  const printed: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line === 'up') break;
    printed.push(Number(line));
  }
  pids.push(...printed);
  const pid = child.pid ?? 0;
  return { child, pid, start: startTime(pid) ?? '', printed };
}

describe('a process', () => {
  test('is known by pid and start time, and is not alive once it ended', async () => {
    const { child, pid, start: began } = await start('echo up; exec sleep 300');
    expect(isAlive(pid, began)).toBe(true);
    expect(isAlive(pid, '1.0')).toBe(false);
    expect(sessionOf(pid)).toBe(pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(startTime(pid)).toBeUndefined();
    expect(isAlive(pid, began)).toBe(false);
  });

  test('that ended and waits to be reaped is not alive', async () => {
    const { printed } = await start('sleep 0 & echo $!; echo up; exec sleep 300');
    const pid = printed[0] ?? 0;
    await until(() => lookUp(pid)?.zombie === true);
    expect(startTime(pid)).toBeUndefined();
  });

  test('with blanks and parentheses in its name is read right', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcc name-'));
    const { printed } = await start(
      'cp "$(command -v sleep)" "$D/a) S 1 (b"; "$D/a) S 1 (b" 300 & echo $!; echo up; wait',
      { D: folder },
    );
    rmSync(folder, { recursive: true });
    const pid = printed[0] ?? 0;
    expect(lookUp(pid)?.ppid).toBe(children.at(-1)?.pid);
  });

  test('has ancestors up to the first', () => {
    const found = ancestry(process.pid);
    expect(found.slice(0, 2)).toEqual([process.pid, process.ppid]);
    expect(lookUp(found.at(-1) ?? 0)?.ppid).toBe(0);
  });

  test.each([0, -1, 1.5, Number.NaN, 999_999_999])('pid %d is none', (pid) => {
    expect(lookUp(pid)).toBeUndefined();
    expect(ancestry(pid)).toEqual([]);
    expect(environHas(pid, 'PATH')).toBe(false);
  });

  test('shows the environment it was started with', async () => {
    const mark = randomUUID();
    const { pid } = await start('echo up; exec sleep 300', { MCC_SESSION: mark });
    expect(environHas(pid, 'MCC_SESSION')).toBe(true);
    expect(environHas(pid, 'MCC_SESSION', mark)).toBe(true);
    expect(environHas(pid, 'MCC_SESSION', mark.slice(1))).toBe(false);
    expect(environHas(pid, 'MCC')).toBe(false);
    expect(findMarked('MCC_SESSION', mark)).toEqual([pid]);
  });
});

describe('a process tree', () => {
  test('holds children, theirs, and the members of the sessions these lead', async () => {
    const { pid, printed } = await start(
      `setsid bash -c 'echo $$; sleep 300 & echo $!; echo up; wait' & wait`,
    );
    expect(
      descendants(pid)
        .map((one) => one.pid)
        .sort(),
    ).toEqual(printed.sort());
  });

  test('ends whole when it is asked to, the disobedient killed after the grace', async () => {
    const {
      pid,
      start: began,
      printed,
    } = await start(
      'trap "" TERM HUP; bash -c \'trap "" TERM HUP; echo $$; echo up; while :; do sleep 300; done\'',
    );
    const before = performance.now();
    expect(await killTree({ pid, start: began }, { grace: 200 })).toEqual([]);
    expect(performance.now() - before).toBeGreaterThanOrEqual(200);
    expect(printed.map((one) => startTime(one))).toEqual([undefined]);
  });

  test('that obeys ends without waiting for the grace', async () => {
    const { pid, start: began } = await start('sleep 300 & echo $!; echo up; wait');
    const before = performance.now();
    expect(await killTree({ pid, start: began }, { grace: 30_000 })).toEqual([]);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('a daemonised grandchild that left session and tree is found by its marker', async () => {
    const mark = randomUUID();
    // Its parent, the subshell, has ended, and setsid gave it a session of its own.
    const {
      pid,
      start: began,
      printed,
    } = await start('(setsid sleep 300 & echo $!); echo up; sleep 300', {
      MCC_SESSION: mark,
    });
    const daemon = printed[0] ?? 0;
    await until(() => sessionOf(daemon) === daemon && lookUp(daemon)?.ppid !== pid);
    const tree = { pid, start: began, sessionId: pid, marker: { name: 'MCC_SESSION', value: mark } };
    const found = (one: Tree) => membersOf(one).map((member) => member.pid);
    expect(found({ pid, start: began, sessionId: pid })).not.toContain(daemon);
    expect(found(tree)).toEqual(expect.arrayContaining([pid, daemon]));
    expect(await killTree(tree, { grace: 2000 })).toEqual([]);
    expect(findMarked('MCC_SESSION', mark)).toEqual([]);
  });

  test('that starts after others were looked at in the same turn is seen all the same', async () => {
    const { pid, start: began } = await start('echo up; exec sleep 300');
    const mark = randomUUID();
    expect(membersOf({ pid, start: began })).toHaveLength(1);
    const child = spawn('sleep', ['300'], { env: { PATH: process.env.PATH, MCC_SESSION: mark } });
    children.push(child);
    const tree = { pid: 0, start: began, marker: { name: 'MCC_SESSION', value: mark } };
    expect(membersOf(tree).map((member) => member.pid)).toEqual([child.pid]);
  });

  test('ends with others in one turn', async () => {
    const trees = await Promise.all([1, 2, 3].map(() => start('sleep 300 & sleep 300 & echo up; wait')));
    const ended = await Promise.all(
      trees.map(({ pid, start: began }) => killTree({ pid, start: began, sessionId: pid }, { grace: 2000 })),
    );
    expect(ended).toEqual([[], [], []]);
    for (const { pid, start: began } of trees)
      expect(membersOf({ pid, start: began, sessionId: pid })).toEqual([]);
  });

  test('whose leader was killed is still found by its session', async () => {
    const { child, pid, start: began, printed } = await start('sleep 300 & echo $!; echo up; wait');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(startTime(printed[0] ?? 0)).toBeDefined();
    expect(membersOf({ pid, start: began })).toEqual([]);
    expect(await killTree({ pid, start: began, sessionId: pid }, { grace: 2000 })).toEqual([]);
    expect(startTime(printed[0] ?? 0)).toBeUndefined();
  });

  test('whose pid another process has now is not touched', async () => {
    const { pid, start: began, printed } = await start('sleep 300 & echo $!; echo up; wait');
    const [ticks, boot] = began.split('.');
    const earlier = `${Number(ticks) - 1}.${boot}`;
    expect(await killTree({ pid, start: earlier, sessionId: pid }, { grace: 100 })).toEqual([]);
    expect(await killTree({ pid, start: `${ticks}.00000000-0000`, sessionId: pid }, { grace: 100 })).toEqual(
      [],
    );
    expect(isAlive(pid, began)).toBe(true);
    expect(startTime(printed[0] ?? 0)).toBeDefined();
  });

  test('a stopped process hears that it shall end', async () => {
    // It stops itself only after its word, which would else never come.
    const { pid, start: began } = await start('echo up; kill -STOP $$; sleep 300');
    const state = () => execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    await until(() => state().startsWith('T'));
    expect(await killTree({ pid, start: began }, { grace: 10_000 })).toEqual([]);
  });

  test('the caller itself is never a member', () => {
    const start = startTime(process.ppid) ?? '';
    expect(membersOf({ pid: process.ppid, start }).map((one) => one.pid)).not.toContain(process.pid);
  });
});

/** Waits for a condition; the test's own timeout ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
