import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import pkg from '../../package.json' with { type: 'json' };
import { tellError } from '../../src/cli/report.ts';
import { folder, mcc, repository, write } from './harness.ts';

const program = resolve('src/cli.ts');
const run = (cwd: string, ...words: string[]) =>
  spawnSync(process.execPath, [program, ...words], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: '/usr/bin:/bin' },
  });

/** A project whose log is longer than a pipe holds. */
function busy(): string {
  const root = repository();
  const line = (seq: number) =>
    JSON.stringify({
      v: 1,
      seq,
      at: '2026-01-02T03:04:05.000Z',
      by: 'mcc',
      cause: null,
      type: 'supervisor.stopped',
      reason: 'x'.repeat(500),
    });
  write(root, {
    '.mcc/events.jsonl': Array.from({ length: 2000 }, (_, index) => `${line(index + 1)}\n`).join(''),
  });
  return root;
}

test('the version is told without a project, a terminal or a network', () => {
  const { stdout, status, stderr } = run('/', '--version');
  expect({ stdout, status, stderr }).toEqual({ stdout: `mcc ${pkg.version}\n`, status: 0, stderr: '' });
});

test('exit codes reach the shell, and no colour reaches a pipe', () => {
  const { status, stdout, stderr } = run(folder(), 'status');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^mcc: .* is not in a git repository\nhint: git init/);
});

test('a reader that goes away ends a verb quietly', async () => {
  const child = spawn(process.execPath, [program, 'log', '--json'], {
    cwd: busy(),
    env: { PATH: '/usr/bin:/bin' },
  });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((done) => child.once('close', done));
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

test('all of a long output arrives, in a pipe too', () => {
  expect(run(busy(), 'log', '--json').stdout.trimEnd().split('\n')).toHaveLength(2000);
});

test('the log is followed until nobody reads it', async () => {
  const root = busy();
  const child = spawn(process.execPath, [program, 'log', '-f', '-n', '1', '--json'], {
    cwd: root,
    env: { PATH: '/usr/bin:/bin' },
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const printed = (seq: number) =>
    vi.waitFor(() => expect(out).toContain(`"seq":${seq},`), { timeout: 30_000 });
  await printed(2000);
  appendFileSync(
    `${root}/.mcc/events.jsonl`,
    `${JSON.stringify({ v: 1, seq: 2001, at: '2026-01-02T03:04:06.000Z', by: 'mcc', cause: null, type: 'supervisor.stopped', reason: 'again' })}\n`,
  );
  await printed(2001);
  child.kill('SIGTERM');
  expect(out.trimEnd().split('\n')).toHaveLength(2);
});

/** What a person reads of an error. */
function told(error: unknown): { code: number; err: string } {
  let err = '';
  const shell = {
    version: '1.2.3',
    colour: false,
    out: () => {},
    err: (text: string) => {
      err += text;
    },
  };
  return { code: tellError(shell as any, error, false), err };
}

test('a bug prints its stack and where the log is', () => {
  const { code, err } = told(new TypeError('undefined is not a function'));
  expect(code).toBe(70);
  expect(err).toMatch(/^mcc: this is a bug in mcc 1\.2\.3\nTypeError: undefined is not a function\n +at /);
  expect(err).toContain('.mcc/logs/mcc.log');
});

test('a full disk or a missing right is no bug', () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write '/x/agents.yaml'"), {
    code: 'ENOSPC',
    syscall: 'write',
    path: '/x/agents.yaml',
  });
  expect(told(full)).toEqual({
    code: 2,
    err: 'mcc: ENOSPC: no space left on device (/x/agents.yaml)\nhint: the disk is full: make room and try again\n',
  });
});

test('colours are used where the shell allows them', async () => {
  expect((await mcc(['help'], { cwd: '/', colour: true })).out).toContain('\u001b[1mWork\u001b[22m');
  expect((await mcc(['help'], { cwd: '/' })).out).not.toContain('\u001b');
});

/** All files of src that loading a file loads with it. */
function loaded(...starts: string[]): string[] {
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, target = ''] of text.matchAll(
      /(?:^|\n)(?:import|export)(?! type)[^;]*?from '(\.[^']+\.ts)'/g,
    ))
      visit(resolve(dirname(file), target));
  };
  for (const start of starts) visit(resolve(start));
  return [...reached].map((file) => relative('src', file));
}

test('only a supervisor loads the screen', () => {
  const others = readdirSync('src/cli').filter((name) => name !== 'seat.ts');
  expect(loaded('src/cli/seat.ts')).toContain('tui/mount.ts');
  expect(loaded(...others.map((name) => `src/cli/${name}`))).not.toContain('tui/mount.ts');
});

test('who sits at the screen of a supervisor loads no emulator, no command and no reader of the team file', () => {
  const files = loaded('src/cli.ts', 'src/cli/main.ts', 'src/cli/up.ts', 'src/cli/screen.ts');
  expect(files).toContain('wire/client.ts');
  for (const file of ['term/screen.ts', 'commands/index.ts', 'io/config.ts', 'io/run.ts'])
    expect(files).not.toContain(file);
});
