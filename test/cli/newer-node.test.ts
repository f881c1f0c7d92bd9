import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Pty, spawn } from 'node-pty';
import { expect, onTestFinished, test, vi } from 'vitest';
import { folder, write } from './harness.ts';

/** A Node that is too old, where the machine has one; else this one, which says that it is. */
function oldNode(home: string): [node: string, ...args: string[]] {
  const system = '/usr/bin/node';
  if (existsSync(system)) {
    const version = execFileSync(system, ['--version'], { encoding: 'utf8' });
    if (Number(/\d+/.exec(version)?.[0]) < 22) return [system];
  }
  write(home, {
    'old.cjs':
      "if (!process.env.MCC_NODE_RETRY) Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } });\n",
  });
  return [process.execPath, '--require', join(home, 'old.cjs')];
}

/** bin/mcc in a terminal, begun by an old Node, with a program in the place of mcc. */
function begin(program: string) {
  const home = folder();
  write(home, { 'dist/cli.js': program, 'package.json': '{"type":"module"}' });
  mkdirSync(join(home, 'bin'));
  for (const name of ['mcc', 'newer-node.js']) copyFileSync(resolve('bin', name), join(home, 'bin', name));
  mkdirSync(join(home, 'node_modules/node/bin'), { recursive: true });
  symlinkSync(process.execPath, join(home, 'node_modules/node/bin/node'));
  const [node, ...args] = oldNode(home);
  // The shell around it tells what it makes of the end, and how the terminal was left.
  const line = `${[node, ...args, join(home, 'bin/mcc')].map((word) => `'${word}'`).join(' ')}; echo "ended $?"; stty -a | tr -s ' \\n' ' '; echo over`;
  const pty = spawn('/bin/sh', ['-c', line], {
    name: 'xterm-256color',
    encoding: null,
    cols: 200,
    rows: 24,
    cwd: home,
    env: { PATH: '/usr/bin:/bin' },
  }) as Pty & { write(keys: string): void; kill(signal: string): void };
  onTestFinished(() => pty.kill('SIGKILL'));
  let out = '';
  pty.onData((data) => {
    out += data;
  });
  return {
    pty,
    shows: (text: string | RegExp) => vi.waitFor(() => expect(out).toMatch(text), { timeout: 30_000 }),
    all: () => out,
  };
}

const screen = `
process.stdin.setRawMode(true);
process.stdin.on('data', (keys) => process.stdout.write('keys ' + keys + '\\n'));
process.on('SIGTERM', () => { process.stdout.write('told to end\\n'); process.exitCode = 7; process.stdin.setRawMode(false); process.stdin.pause(); });
process.stdout.on('resize', () => process.stdout.write('size ' + process.stdout.columns + '\\n'));
process.stdout.write('\\x1b[?1049h\\x1b[?1002hpids ' + process.ppid + ' ' + process.pid + ' ' + process.versions.node.split('.')[0] + ' open\\n');
`;

async function pids({ shows, all }: ReturnType<typeof begin>) {
  await shows('open');
  const [, wrapper, own, major] = /pids (\d+) (\d+) (\d+)/.exec(all()) ?? [];
  expect(Number(major)).toBeGreaterThanOrEqual(22);
  return { wrapper: Number(wrapper), own: Number(own) };
}

test('an old Node hands mcc to a newer one, and passes keys, sizes, signals and the exit code on', async () => {
  const it = begin(screen);
  const { wrapper } = await pids(it);
  it.pty.write('abc');
  await it.shows('keys abc');
  it.pty.resize(90, 24);
  await it.shows('size 90');
  process.kill(wrapper, 'SIGTERM');
  await it.shows('told to end');
  await it.shows(/ended 7\b/);
});

test('a screen that is killed gives the terminal back', async () => {
  const it = begin(screen);
  const { own } = await pids(it);
  process.kill(own, 'SIGKILL');
  await it.shows('over');
  expect(it.all()).toMatch(/ended 137\b/);
  const after = it.all().slice(it.all().indexOf('open'));
  for (const off of ['\x1b[?1049l', '\x1b[?1002l', '\x1b[?2004l', '\x1b[<u', '\x1b[?25h'])
    expect(after).toContain(off);
  expect(after).toMatch(/ icanon /);
  expect(after).toMatch(/ echo /);
});

test('what had no screen open is killed without a trace, and by a signal ends by that signal', async () => {
  const quiet =
    "process.stdout.write('pids ' + process.ppid + ' ' + process.pid + ' ' + process.versions.node.split('.')[0] + ' open\\n'); setInterval(() => {}, 1000);\n";
  const killed = begin(quiet);
  process.kill((await pids(killed)).own, 'SIGKILL');
  await killed.shows('over');
  expect(killed.all()).toMatch(/ended 137\b/);
  expect(killed.all()).not.toContain('\x1b[?1049l');
  const hung = begin(quiet);
  process.kill((await pids(hung)).wrapper, 'SIGHUP');
  await hung.shows(/ended 129\b/);
});
