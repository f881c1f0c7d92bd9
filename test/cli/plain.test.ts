import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { keyOf, plain, readable } from '../../src/cli/aloud.ts';
import { changes, overview, sentencesOf } from '../../src/cli/sentences.ts';
import type { Fact } from '../../src/core/event.ts';
import { ptyHost } from '../../src/term/pty.ts';
import { busy, fold, now, team } from '../tui/team.ts';
import { folder, installed, mcc, repository } from './harness.ts';

/** What is said when these facts happen to the team of test/tui/team.ts. */
const saidOf = (...facts: Fact[]) =>
  changes(sentencesOf(team(), now), sentencesOf(fold([...busy, ...facts]), now)).map(
    ({ text, hint }) => `${text}${hint ? ` → ${hint}` : ''}`,
  );

test('a message that waits says why and what can be done, but not that a turn goes on', () => {
  const message = { id: 'm-9', from: 'person', to: 'frontend', kind: 'note' as const, body: 'hi' };
  const held = (reason: string): Fact => ({ type: 'message.held', id: 'm-9', reason });
  const queued: Fact = { type: 'message.queued', message };
  expect(saidOf(queued, held('you are typing'))).toEqual([
    'message m-9 for frontend waits: you are typing → message resolve m-9',
  ]);
  expect(saidOf(queued, held('it is working'))).toEqual([]);
});

test('whoever comes in is told of agents, open tasks and what waits, each once', () => {
  expect(overview(team(), now).map(({ text, hint }) => `${text}${hint ? ` → ${hint}` : ''}`)).toEqual([
    'architect is working',
    'backend is working on t2',
    'frontend is idle',
    't1, ISO dates everywhere, working, architect',
    't2, Parser for ISO dates, working, backend',
    't3, Page that uses the parser, waits for t2, frontend',
    't4, Tests for leap years, working, tester',
    't5, Document the date format, submitted, frontend',
    't6, Settings page reads dates, waits for t2, t3, backend',
    'tester needs you: may it run `npm test`? → focus tester',
    '1 message for you, from architect: Plan for t1: four tasks, two of them wait for the parser → inbox person',
  ]);
});

test('a change is said in one sentence, and what happened in between is not', () => {
  const report = (agent: string, status: 'idle' | 'working' | 'needs-you', reason?: string): Fact => ({
    ...{ type: 'agent.reported', agent, source: 'hook', status },
    ...(reason === undefined ? {} : { reason }),
  });
  expect(saidOf(report('architect', 'idle'))).toEqual(['architect is idle']);
  expect(saidOf(report('architect', 'idle'), report('architect', 'working'))).toEqual([]);
  expect(saidOf(report('backend', 'needs-you', 'a plan to approve'))).toEqual([
    'backend needs you: a plan to approve → focus backend',
  ]);
  expect(saidOf(report('tester', 'working'))).toEqual(['tester is working on t4']);
  expect(saidOf({ type: 'task.cancelled', task: 't2', reason: 'not now' })).toContain(
    't2, Parser for ISO dates, cancelled, backend: not now',
  );
});

test('letters to the person are read out, those of agents named, mcc’s own left to the tasks they are about', () => {
  const letter = (id: string, from: string, to: string, body: string): Fact => ({
    type: 'message.queued',
    message: { id, from, to, kind: 'note', body },
  });
  expect(saidOf(letter('m-8', 'backend', 'person', 'Which\n  format?\x1b[31m'))).toEqual([
    'message from backend: Which format? [31m → inbox m-8',
  ]);
  expect(saidOf(letter('m-8', 'backend', 'tester', 'look'))).toEqual(['backend to tester: look → inbox m-8']);
  expect(saidOf(letter('m-8', 'mcc', 'tester', 'Task t9'))).toEqual([]);
  expect(saidOf({ type: 'message.held', id: 'm-2', reason: 'a draft is in its composer' })).toEqual([
    'm-2 for architect: a draft is in its composer → message show m-2',
  ]);
  expect(saidOf({ type: 'effect.failed', effect: 'git', error: 'no space', hint: 'mcc status' })).toEqual([
    expect.stringMatching(/^note: .*no space.* → status$/),
  ]);
});

test('a screen for ears has no frames, no blank lines and nothing that a terminal acts on', () => {
  expect(readable('╭──────╮\n│ May I? │\n│  ❯ 1. Yes     no │\n\n╰──╯\x1b[31m\x9b2J')).toBe(
    'May I?\n❯ 1. Yes  no\n2J',
  );
  expect(plain('a\r\nb\tc\x1b[2Jd\x07\x9b')).toBe('a\nb\tcd');
});

test('keys are called as in the key table', () => {
  expect(keyOf('enter')).toMatchObject({ key: 'enter', ctrl: false });
  expect(keyOf('Ctrl+C')).toMatchObject({ key: 'c', ctrl: true });
  expect(keyOf('Y')).toMatchObject({ key: 'y', shift: true });
  expect(keyOf('shift-tab')).toMatchObject({ key: 'tab', shift: true });
  expect([keyOf('enterr'), keyOf('leader'), keyOf('')]).toEqual([null, null, null]);
});

const agents = 'agents:\n  ann: {kind: shell}\n  bob: {kind: shell, autostart: false}\n';

/** `mcc up --plain` with a person at its lines. */
function sit(...flags: string[]) {
  const cwd = repository({ 'agents.yaml': agents });
  const env = { XDG_RUNTIME_DIR: folder(), SHELL: '/bin/sh' };
  const home = installed();
  onTestFinished(async () => void (await mcc(['down', '--force'], { cwd, env, home })));
  let heard = '';
  const typed: (string | null)[] = [];
  let wake = () => {};
  const type = (line: string | null) => {
    typed.push(line);
    wake();
  };
  const hear = (text: string) => {
    heard += text;
  };
  async function* lines(signal: AbortSignal) {
    signal.addEventListener('abort', () => type(null));
    for (;;) {
      const line = typed.shift();
      if (line === null) return;
      if (line !== undefined) yield line;
      else
        await new Promise<void>((done) => {
          wake = done;
        });
    }
  }
  const end = mcc(['up', '--plain', ...flags], { cwd, env, home, lines, out: hear, err: hear });
  return {
    cwd,
    env,
    home,
    end,
    heard: () => heard,
    type,
    hears: (words: string | RegExp) =>
      vi.waitFor(
        () => expect(typeof words === 'string' ? heard.includes(words) : words.test(heard), heard).toBe(true),
        { timeout: 30_000 },
      ),
  };
}

test('in line mode commands are answered and what changes is said', async () => {
  const { type, hears, heard, end } = sit();
  await hears('bob is not running: not started\n');
  type('mcc task add "parse dates" --to bob');
  await hears('t1 added\n');
  await hears('t1 waits for bob, which is stopped. Try: agent start bob\n');
  type('nudge carl');
  await hears('refused: there is no agent `carl`');
  type('pane zoom');
  await hears('refused: `pane zoom` is for the screen. Try: help\n');
  type('log');
  await hears('refused: `log` is for a shell. Try: help\n');
  type('help');
  await hears('> words          send the words to that agent');
  type('help task add');
  await hears('Examples\n  mcc task add');
  type('help nonsense');
  await hears('refused: there is no help for `nonsense`');
  type('detach');
  expect((await end).code).toBe(0);
  expect(heard()).toMatch(/you left; the agents go on: mcc up --plain\n$/);
  expect(heard()).not.toContain('\x1b');
});

test('in line mode an agent is focused, heard, typed to and written to', async () => {
  const { type, hears, heard, end } = sit();
  await hears('bob is not running');
  await hears('ann is idle');
  type('capture');
  await hears('refused: no agent is in focus. Try: focus <agent>\n');
  type('focus bob');
  await hears(/bob is not running: not started[\s\S]*bob is not running: not started/);
  type('type ls');
  await hears('refused: bob has no screen. Try: agent start bob\n');
  type('focus 1');
  await hears(/^ann is [\s\S]*^ann is /m);
  type('type echo  "$((40+2))"  ✓');
  type('press enter');
  await vi.waitFor(
    () => {
      type('capture ann');
      expect(heard()).toMatch(/^42 {1,2}✓$/m);
    },
    { timeout: 30_000, interval: 200 },
  );
  type('press entr');
  await hears('refused: `entr` is no key. Try: press enter\n');
  type('> well "done"');
  await hears(/^m-\w+ queued for ann$/m);
  type('inbox ann');
  await hears('well "done"');
  type('focus next');
  await hears(/no agent needs you|ann needs you/);
  type(null);
  expect((await end).code).toBe(0);
});

test('line mode ends with the supervisor, and says why', async () => {
  const { type, hears, heard, end } = sit();
  await hears('bob is not running');
  type('down --force');
  expect((await end).code).toBe(0);
  expect(heard()).toMatch(/stopping\n[\s\S]*the supervisor stopped: .*\n$/);
});

test('with --json every line is an object', async () => {
  const { type, hears, heard, end } = sit('--json');
  await hears('bob is not running');
  type('status');
  await hears('"about":"answer"');
  type('nonsense');
  await hears('"about":"refusal"');
  type(null);
  await end;
  const lines = heard().trimEnd().split('\n').slice(0, -1);
  expect(lines.map((line) => JSON.parse(line))).toContainEqual({
    about: 'agent',
    agent: 'bob',
    text: 'bob is not running: not started',
  });
});

test('through a pipe lines go in and come out, and the end of the input leaves', async () => {
  const { cwd, env, home, type, hears, end } = sit();
  await hears('bob is not running');
  type(null);
  await end;
  const child = spawn(process.execPath, ['--no-warnings', resolve('src/cli.ts'), 'up', '--plain'], {
    cwd,
    env: { ...env, PATH: '/usr/bin:/bin', TERM: 'dumb', MCC_HOME: home },
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stdin.end('status --agents\n\ntask list\n');
  expect(await new Promise((done) => child.once('close', done))).toBe(0);
  expect(out).toMatch(/^bob is not running: not started\n[\s\S]*^base main at /m);
});

test('in a terminal nothing is drawn, and Ctrl-C leaves', async () => {
  const { cwd, env, type, hears, end } = sit();
  await hears('bob is not running');
  type(null);
  await end;
  const session = ptyHost().spawn({
    file: process.execPath,
    args: ['--no-warnings', resolve('src/cli.ts'), 'up', '--plain'],
    cwd,
    env: { ...env, PATH: '/usr/bin:/bin', TERM: 'dumb', HOME: '/' },
    size: { cols: 40, rows: 5 },
  });
  let bytes = '';
  session.onData((data) => {
    bytes += Buffer.from(data).toString();
  });
  const exit = new Promise<{ code: number | null }>((done) => session.onExit(done));
  const shows = (text: string) => vi.waitFor(() => expect(bytes).toContain(text), { timeout: 30_000 });
  await shows('bob is not running: not started');
  session.write(Buffer.from('status --agents\n'));
  await shows('base main at');
  session.write(Buffer.from('\x03'));
  expect((await exit).code).toBe(130);
  expect(bytes).toContain('you left');
  expect(bytes).not.toContain('\x1b');
});
