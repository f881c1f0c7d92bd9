/// <reference types="node-pty" />
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import xterm from '@xterm/headless';
import { afterEach, expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import type { Report } from '../../src/agents/define.ts';
import { teamSchema } from '../../src/core/team.ts';
import { rowsOf } from '../claude/rows.ts';
import { given } from './given.ts';

type Pty = typeof import('@lydell/node-pty');
const { spawn }: Pty = createRequire(import.meta.url)('node-pty');
const agentFile = resolve('examples/demo-team/agent.mjs');

/** Stands in for mcc: answers what the script asks, and writes down what it was told. */
const mcc = (log: string) => `#!/bin/sh
echo "$*" >> '${log}'
case "$*" in
  "task show t2 --json") echo '{"id":"t2","title":"Parse durations","text":"","agent":"backend","status":"working","findings":[]}' ;;
  "task list --json") echo '[{"id":"t2","title":"Parse durations","agent":"backend","status":"working"}]' ;;
esac
`;

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0).reverse()) close();
});

async function start(name = 'backend', speed = '0.02') {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'mcc-demo-')));
  const worktree = join(top, 'worktree');
  cpSync('examples/demo-team/project', worktree, { recursive: true });
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', worktree, ...words], { stdio: 'pipe', encoding: 'utf8' });
  git('init', '-q');
  git('config', 'user.name', 'Demo');
  git('config', 'user.email', 'demo@example.org');
  git('add', '.');
  git('commit', '-qm', 'Start');
  const bodies: any[] = [];
  const reports: Report[] = [];
  const hooks = { answer: (_: any): unknown => ({}) };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    bodies.push(body);
    const report = claude.hook(body);
    if (report) reports.push(report);
    response.end(JSON.stringify((await hooks.answer(body)) ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const folder = join(top, 'session');
  const log = join(top, 'mcc.log');
  const bin = join(folder, 'bin');
  const { architect: _, ...team } = teamSchema.parse({
    architect: 'architect',
    agents: {
      architect: {},
      [name]: { command: [process.execPath, agentFile], pass_env: ['MCC_DEMO_SPEED'] },
    },
  });
  const spec = team.agents[name];
  if (!spec) throw new Error('no spec');
  const input = given({
    ...{ agent: name, spec, team: { ...team, architect: 'architect' }, worktree, root: top, folder, bin },
    config: join(folder, 'config'),
    tmp: join(top, 'tmp'),
    hookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`,
    environment: { PATH: process.env.PATH, HOME: top, MCC_DEMO_SPEED: speed },
  });
  const launch = claude.launch(input);
  for (const file of [...launch.files, { path: join(bin, 'mcc'), text: mcc(log), mode: 0o755 }]) {
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, file.text);
    chmodSync(file.path, file.mode);
  }
  const terminal = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  const pty = spawn(launch.file, launch.args, { cols: 80, rows: 24, cwd: worktree, env: launch.env });
  pty.onData((data) => terminal.write(data));
  let exit: number | null = null;
  pty.onExit((how) => (exit = how.exitCode));
  open.push(() => {
    if (exit === null) pty.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
    rmSync(top, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  const text = () => rowsOf(terminal).map((row) => row.cells.join('').trimEnd());
  const until = async (what: string, holds: () => unknown) => {
    const end = Date.now() + 15_000;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`waited for: ${what}\n${text().join('\n')}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  const composer = () => claude.composer?.(rowsOf(terminal));
  const status = () => {
    const files = readdirSync(join(input.config, 'sessions')).filter((file) => file.endsWith('.json'));
    return files[0]
      ? JSON.parse(readFileSync(join(input.config, 'sessions', files[0]), 'utf8')).status
      : undefined;
  };
  const submit = async (words: string) => {
    for (const { bytes } of claude.typing?.(words) ?? []) pty.write(bytes);
    await until('a draft', () => composer()?.state === 'draft');
    pty.write('\r');
  };
  await until('an idle session', () => existsSync(join(input.config, 'sessions')) && status() === 'idle');
  await until('an empty composer', () => composer()?.state === 'empty');
  return {
    git,
    pty,
    terminal,
    text,
    until,
    composer,
    status,
    submit,
    bodies,
    reports,
    hooks,
    worktree,
    log,
    input,
    exit: () => exit,
  };
}

test('a demo agent is started by the claude kind and proves its composer as the real CLI does', async () => {
  const agent = await start();
  await agent.until('the start hook', () => agent.reports.some((report) => report.event === 'SessionStart'));
  agent.pty.write('half a thought');
  await agent.until('the draft', () => (agent.composer() as any).text === 'half a thought');
  agent.pty.write('\x15');
  await agent.until('an empty composer', () => agent.composer()?.state === 'empty');
  agent.pty.write('\x1b[O');
  await agent.until('no cursor', () => agent.composer()?.state === 'absent');
  agent.pty.write(claude.focus ?? '');
  await agent.until('a cursor', () => agent.composer()?.state === 'empty');
});

test('an assignment makes it ask, write, test and submit, and the hooks tell all of it', async () => {
  const agent = await start('backend', '0.1');
  await agent.submit('[mcc assignment assign-t2-1 from mcc, task t2] Task t2: Parse durations\nDo it.');
  await agent.until('the dialog', () => agent.text().some((row) => row.includes('May I run the benchmark?')));
  expect(agent.composer()?.state).toBe('absent');
  expect(agent.status()).toBe('waiting');
  agent.pty.write('y');
  await agent.until('the end of the turn', () => agent.reports.some((report) => report.turnEnded));
  expect(agent.reports.find((report) => report.event === 'UserPromptSubmit')?.accepted).toEqual([
    'assign-t2-1',
  ]);
  expect(readFileSync(join(agent.worktree, 'src/parse.js'), 'utf8')).toContain('parseDuration');
  expect(readFileSync(agent.log, 'utf8')).toMatch(/^task submit t2 --summary parseDuration with tests/m);
  expect(agent.git('log', '--format=%s', '-1').trim()).toBe('Parse durations such as 1h 30m');
  expect(agent.git('status', '--short')).toBe('');
  await agent.until('idle', () => agent.status() === 'idle');
});

test('a permission that nobody gives is not taken: the work goes on without it', async () => {
  const agent = await start();
  await agent.submit('[mcc assignment assign-t2-1 from mcc, task t2] Task t2: Parse durations');
  await agent.until('the end of the turn', () => agent.reports.some((report) => report.turnEnded));
  const events = agent.reports.map((report) => report.event);
  expect(events).toContain('PermissionRequest');
  expect(
    agent.bodies.some(
      (body) => body.tool_input?.command?.includes('bench') && body.hook_event_name === 'PreToolUse',
    ),
  ).toBe(false);
});

test('what the Stop hook hands over is taken in the same turn, and stands in the transcript', async () => {
  const agent = await start();
  agent.hooks.answer = (body) =>
    body.hook_event_name === 'Stop' && !body.stop_hook_active
      ? { decision: 'block', reason: '[mcc message m-9 from frontend]\nI use your function.' }
      : {};
  await agent.submit('hello');
  await agent.until('the second stop', () => agent.reports.filter((report) => report.turnEnded).length === 2);
  expect(agent.reports.at(-1)?.said).toBe('Good to know, frontend.');
  expect(readFileSync(agent.reports.at(-1)?.transcript ?? '', 'utf8')).toContain(
    '[mcc message m-9 from frontend]',
  );
});

test('words typed while it works wait for the end of the turn; Esc interrupts without a Stop hook', async () => {
  const agent = await start('backend', '1');
  await agent.submit('please do something else');
  await agent.until('work', () => agent.status() === 'busy');
  await agent.submit('hello there');
  await agent.until('the queue', () => agent.text().some((row) => row.includes('❯ hello there')));
  agent.pty.write('\x1b');
  await agent.until('the answer', () => agent.text().some((row) => row.includes('Hello, I am backend.')));
  expect(agent.text().some((row) => row.includes('Interrupted'))).toBe(true);
  await agent.until('the end of the turn', () => agent.reports.some((report) => report.turnEnded));
  expect(agent.reports.filter((report) => report.turnEnded)).toHaveLength(1);
});

test('a resize draws it anew at the new width', async () => {
  const agent = await start();
  agent.terminal.resize(50, 12);
  agent.pty.resize(50, 12);
  await agent.until('rules of the new width', () => agent.text().includes('─'.repeat(50)));
  expect(agent.composer()?.state).toBe('empty');
});

test('it ends by /exit and by Ctrl-C twice, and takes its status file with it', async () => {
  for (const keys of [
    ['/exit', '\r'],
    ['\x03', '\x03'],
  ]) {
    const agent = await start();
    for (const key of keys) agent.pty.write(key);
    await agent.until('its end', () => agent.exit() !== null);
    expect(agent.exit()).toBe(0);
    expect(agent.status()).toBeUndefined();
    expect(agent.reports.at(-1)).toMatchObject({ event: 'SessionEnd', status: 'exited' });
  }
});
