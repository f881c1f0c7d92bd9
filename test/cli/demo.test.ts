import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { holderOf, type Owner } from '../../src/io/lock.ts';
import { isAlive } from '../../src/io/process.ts';
import { folder, git, installed, mcc } from './harness.ts';

test('the demo does the whole job without a screen, and ends without a trace', async () => {
  const home = installed();
  const [runtime, temporary] = [folder(), folder()];
  const env = {
    MCC_DEMO_SPEED: '0.05',
    XDG_RUNTIME_DIR: runtime,
    TMPDIR: temporary,
    PATH: process.env.PATH,
    HOME: folder(),
  };
  const first = await mcc(['up', '--demo', '--headless', '--json'], { cwd: resolve('.'), home, env });
  expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' });
  const { root } = JSON.parse(first.out);
  const run = (...words: string[]) => mcc(words, { cwd: root, home, env });
  onTestFinished(async () => void (await run('down', '--force')));
  const tasks = async () =>
    JSON.parse((await run('status', '--json')).out).tasks as {
      id: string;
      kind: string;
      status: string;
      agent: string;
    }[];
  await vi.waitFor(
    async () => expect((await tasks())[0]).toMatchObject({ kind: 'request', status: 'done' }),
    // Dozens of processes, one after the other: measured 35 s on two cores at a load of 8. The bound only ends what hangs.
    { timeout: 150_000, interval: 500 },
  );

  expect((await tasks()).map(({ status }) => status)).toEqual(['done', 'merged', 'merged', 'merged']);
  expect(git(root, 'log', '--merges', '--format=%s').trimEnd().split('\n')).toHaveLength(3);
  expect((await run('inbox', 'person')).out).toContain('Answer to t1');
  expect((await run('log', '--type', 'task.rejected')).out).toContain('architect');
  expect(git(root, 'status', '--porcelain')).toBe('');

  expect((await run('down')).code).toBe(0);
  expect(readdirSync(runtime)).toEqual([]);
  expect(existsSync(`${root}/.mcc/run/socket`)).toBe(false);
}, 180_000);

/** A demo in lines, in a process of its own, once its supervisor runs and its agents work. */
async function begun(): Promise<{ screen: ChildProcess; temporary: string; owner: Owner }> {
  const temporary = folder();
  const screen = spawn(process.execPath, [join(installed(), 'bin/mcc'), 'up', '--demo', '--plain'], {
    cwd: resolve('.'),
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { XDG_RUNTIME_DIR: folder(), TMPDIR: temporary, PATH: process.env.PATH, HOME: folder() },
  });
  onTestFinished(() => void screen.kill('SIGKILL'));
  let out = '';
  screen.stdout.on('data', (text) => {
    out += text;
  });
  screen.stderr.resume();
  await vi.waitFor(() => expect(out).toContain('t2'), { timeout: 50_000 });
  const [name = ''] = readdirSync(temporary).filter((entry) => entry.startsWith('mcc-demo-'));
  const owner = await holderOf(join(temporary, name, '.mcc/run/lock'));
  if (!owner) throw new Error('no supervisor runs');
  return { screen, temporary, owner };
}

test.each([
  ['is killed', ['SIGKILL']],
  ['is told to end', ['SIGTERM']],
  ['loses its terminal, and is told so twice', ['SIGHUP', 'SIGHUP']],
] as const)('a demo whose screen %s ends without a trace', async (_how, signals) => {
  const { screen, temporary, owner } = await begun();
  for (const signal of signals) screen.kill(signal);
  await vi.waitFor(
    () => {
      expect(screen.exitCode ?? screen.signalCode).not.toBeNull();
      expect(isAlive(owner.pid, owner.start)).toBe(false);
      expect(readdirSync(temporary).filter((entry) => entry.startsWith('mcc-demo-'))).toEqual([]);
    },
    { timeout: 30_000, interval: 50 },
  );
});
