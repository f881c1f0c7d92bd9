import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
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
    { timeout: 50_000, interval: 100 },
  );

  expect((await tasks()).map(({ status }) => status)).toEqual(['done', 'merged', 'merged', 'merged']);
  expect(git(root, 'log', '--merges', '--format=%s').trimEnd().split('\n')).toHaveLength(3);
  expect((await run('inbox', 'person')).out).toContain('Answer to t1');
  expect((await run('log', '--type', 'task.rejected')).out).toContain('architect');
  expect(git(root, 'status', '--porcelain')).toBe('');

  expect((await run('down')).code).toBe(0);
  expect(readdirSync(runtime)).toEqual([]);
  expect(existsSync(`${root}/.mcc/run/socket`)).toBe(false);
});
