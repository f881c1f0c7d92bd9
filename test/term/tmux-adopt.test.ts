import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test as always, beforeEach, expect } from 'vitest';
import type { Exit, Host, Session } from '../../src/term/host.ts';
import { modeSequences } from '../../src/term/mode-sequences.ts';
import { Screen } from '../../src/term/screen.ts';
import { tmuxHost } from '../../src/term/tmux.ts';
import { findTmux, tmuxProblem } from '../../src/term/tmux-version.ts';
import { collect } from './host-suite.ts';
import { env, size } from './host-suite-data.ts';

/** Where there is no tmux, there is nothing to test. */
const test = always.skipIf(tmuxProblem(await findTmux(process.env)) !== undefined);

let folder: string;
let socket: string;
let hosts: Required<Host>[] = [];
let keepers: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcc-adopt-'));
  socket = join(folder, 'socket');
});

afterEach(async () => {
  for (const keeper of keepers) keeper.kill('SIGKILL');
  for (const host of hosts) await host.close();
  keepers = [];
  hosts = [];
  rmSync(folder, { recursive: true });
});

async function open(): Promise<Required<Host>> {
  const host = await tmuxHost({ socket, scrollback: 1000, env: process.env });
  hosts.push(host);
  return host;
}

async function adopt(host: Required<Host>, name: string): Promise<Session> {
  const adopted = await host.adopt(name);
  if (!adopted) throw new Error('nothing to adopt');
  expect(adopted.size).toEqual(size);
  return adopted.session;
}

const tmux = (...args: string[]) =>
  execFileSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' }).trim();

/** Starts a Node program under a supervisor of its own, waits until its screen shows a text, and kills the supervisor. */
async function leave(name: string, script: string, until: string) {
  const program = join(import.meta.dirname, 'tmux-keeper.ts');
  const keeper = spawn(process.execPath, [program, socket, name, script, until], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  keepers.push(keeper);
  let said = '';
  for await (const chunk of keeper.stdout) {
    said += chunk;
    if (said.includes('\n')) break;
  }
  const ended = new Promise((done) => keeper.once('exit', done));
  keeper.kill('SIGKILL');
  await ended;
  return JSON.parse(said);
}

/** A screen that shows a session, as a supervisor has it. */
function watch(session: Session) {
  const screen = new Screen(size, {
    scrollback: 1000,
    answer: (reply) => {
      if (!session.answersItself?.(reply)) session.write(Buffer.from(reply));
    },
  });
  const waits: { holds: () => boolean; done: () => void }[] = [];
  session.onData((data) => screen.write(data));
  screen.onParsed(() => {
    for (const wait of waits) if (wait.holds()) wait.done();
  });
  const when = (holds: () => boolean) =>
    new Promise<void>((done) => {
      if (holds()) done();
      else waits.push({ holds, done });
    });
  const shows = (text: string) => when(() => screen.text().join('\n').includes(text));
  const exit = new Promise<Exit>((done) => session.onExit(done));
  const lines = () => Array.from({ length: screen.lines }, (_, index) => screen.line(index));
  return { screen, shows, when, exit, lines };
}

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Prints a history and modes, then answers each key with the number of keys so far. */
const counter = `
  let keys = 0;
  process.stdin.setRawMode(true);
  for (let i = 1; i <= 60; i++) process.stdout.write(i + '\\x1b[3' + (i % 8) + 'm grüß 界 \\x1b[1;44m' + 'x'.repeat(i) + '\\x1b[m\\r\\n');
  process.stdout.write('y'.repeat(200) + '\\r\\n\\x1b]2;at work\\x07\\x1b[?2004h\\x1b[?1004h\\x1b[?1h\\x1b[?1002h\\x1b[?1006h\\x1b[>1u\\x1b[6 q');
  process.stdout.write('\\x1b[3;20r\\x1b[10;5H\\x1b[?25lready');
  process.stdin.on('data', (data) => { keys += data.length; process.stdout.write('\\x1b[15;1Hkeys ' + keys + '.'); });
`;

test('kill -9 of the supervisor costs a program nothing: the next one has its screen, history and modes, and types into it', async () => {
  const before = await leave('backend', counter, 'ready');
  expect(alive(before.pid)).toBe(true);
  const session = await adopt(await open(), 'backend');
  expect(session.pid).toBe(before.pid);
  const { screen, shows, when, lines } = watch(session);
  await shows('ready');
  await when(() => !screen.modes.synchronised);
  expect(lines()).toEqual(before.lines);
  expect(screen.cursor).toEqual(before.cursor);
  expect(screen.modes).toEqual(before.modes);
  expect(screen.title).toBe('at work');
  session.write(Buffer.from('ab'));
  await shows('keys 2.');
  session.write(Buffer.from('c'));
  await shows('keys 3.');
});

test('the normal screen behind the alternate one comes back when its program goes back to it', async () => {
  const script = `
    process.stdin.setRawMode(true);
    for (let i = 1; i <= 40; i++) console.log('line ' + i);
    process.stdout.write('behind> \\x1b[?1049h\\x1b[2J\\x1b[5;5Hin front');
    process.stdin.on('data', () => process.stdout.write('\\x1b[?1049lback'));
  `;
  const before = await leave('front', script, 'in front');
  const session = await adopt(await open(), 'front');
  const { screen, shows, lines } = watch(session);
  await shows('in front');
  expect(screen.modes.alternate).toBe(true);
  expect(lines()).toEqual(before.lines);
  session.write(Buffer.from('x'));
  await shows('behind> back');
  expect(lines().slice(0, 41)).toEqual([
    ...Array.from({ length: 40 }, (_, index) => `line ${index + 1}`),
    'behind> back',
  ]);
});

test('colours and styles come back cell by cell, in the history too', async () => {
  const styles = [
    '1',
    '2',
    '3',
    '4',
    '7',
    '9',
    '31',
    '92',
    '45',
    '103',
    '38;5;200',
    '48;2;1;2;3',
    '38;2;9;8;7',
    '0',
  ];
  let seed = 42;
  const next = (most: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % most;
  };
  let text = '';
  for (let line = 0; line < 70; line++) {
    for (let word = 0; word < 8; word++)
      text += `\x1b[${styles[next(styles.length)]}m${'w界 '.repeat(next(4))}`;
    text += '\x1b[m\r\n'; // tmux 3.3a does not tell the background of what was never written
  }
  const host = await open();
  const script = `process.stdout.write(${JSON.stringify(text)} + '\\x1b[mready'); setInterval(() => {}, 1000)`;
  const session = await host.spawn({
    name: 'styles',
    file: process.execPath,
    args: ['-e', script],
    cwd: '/',
    env,
    size,
  });
  const first = watch(session);
  await first.shows('ready');
  const again = await adopt(host, 'styles');
  const second = watch(again);
  await second.shows('ready');
  const cells = ({ screen }: ReturnType<typeof watch>) => {
    const rows: string[] = [];
    for (let y = -47; y < size.rows; y++) {
      const words = new Uint32Array(size.cols * 4);
      screen.readRow(y, words, 0);
      rows.push(words.join());
    }
    return rows;
  };
  expect(second.lines()).toEqual(first.lines());
  const [one, two] = [cells(first), cells(second)];
  expect(one.flatMap((row, index) => (row === two[index] ? [] : [index]))).toEqual([]);
});

test('how a program ended while nobody watched is known afterwards, with its last words', async () => {
  const script = `process.stdin.setRawMode(true); console.log('ready'); process.stdin.once('data', () => { console.log('last words'); process.exit(7); })`;
  await leave('gone', script, 'ready');
  tmux('send-keys', '-t', '=gone:', 'x');
  const host = await open();
  for (;;) {
    if (tmux('list-panes', '-t', '=gone:', '-F', '#{@mcc_exit}') !== '') break;
  }
  const session = await adopt(host, 'gone');
  const { exit, screen } = watch(session);
  expect(await exit).toEqual({ code: 7, signal: null });
  screen.flush();
  expect(screen.text().join('\n')).toContain('last words');
  expect(await host.adopt('gone')).toBeNull();
});

test('where no server runs there is nothing to adopt, and none is started for it', async () => {
  const host = await open();
  expect(await host.adopt('backend')).toBeNull();
  expect(await host.list()).toEqual([]);
  expect(() => tmux('list-sessions')).toThrow();
});

test('sessions are listed until they end', async () => {
  const host = await open();
  const cat = { file: 'cat', args: [], cwd: '/', env, size };
  const one = await host.spawn({ ...cat, name: 'one' });
  await host.spawn({ ...cat, name: 'two' });
  expect((await host.list()).sort()).toEqual(['one', 'two']);
  one.kill('SIGTERM');
  await collect(one).exit;
  expect(await host.list()).toEqual(['two']);
});

test('of several sessions each is taken over under its own name, all at once', async () => {
  const host = await open();
  const names = ['backend', 'front', 'shell'];
  const start = (name: string) => host.spawn({ name, file: 'cat', args: [], cwd: '/', env, size });
  const started = await Promise.all(names.map(start));
  const adopted = await Promise.all(names.map((name) => adopt(host, name)));
  expect(adopted.map(({ pid }) => pid)).toEqual(started.map(({ pid }) => pid));
  for (const [index, session] of adopted.entries()) {
    const output = collect(session);
    session.write(Buffer.from(`for ${names[index]}\r`));
    await output.shows(`for ${names[index]}\r\nfor ${names[index]}`);
  }
});

test('a session is started anew under its name, and what was left there ends', async () => {
  const host = await open();
  const cat = { name: 'same', file: 'cat', args: [], cwd: '/', env, size };
  const first = collect(await host.spawn(cat));
  const second = await host.spawn(cat);
  expect((await first.exit).code).toBeNull();
  const output = collect(second);
  second.write(Buffer.from('here\r'));
  await output.shows('here\r\nhere');
});

test('the control client is killed: sessions go on, and screens are read anew', async () => {
  const host = await open();
  const session = await host.spawn({ name: 'a', file: 'cat', args: [], cwd: '/', env, size });
  const { shows, screen } = watch(session);
  session.write(Buffer.from('before\r'));
  await shows('before\nbefore');
  const [client = ''] = tmux('list-clients', '-F', '#{client_pid}').split('\n');
  process.kill(Number(client), 'SIGKILL');
  tmux('send-keys', '-t', '=a:', 'between', 'Enter');
  await shows('between\nbetween');
  session.write(Buffer.from('after\r'));
  await shows('after\nafter');
  expect(screen.text().slice(0, 6)).toEqual(['before', 'before', 'between', 'between', 'after', 'after']);
});

test('tmux is killed: that is the end of its sessions', async () => {
  const host = await open();
  const session = await host.spawn({ name: 'a', file: 'cat', args: [], cwd: '/', env, size });
  const { exit } = watch(session);
  process.kill(Number(tmux('display-message', '-p', '#{pid}')), 'SIGKILL');
  expect((await exit).code).toBeNull();
  session.write(Buffer.from('x'));
  session.resize({ cols: 10, rows: 10 });
  const next = await host.spawn({ name: 'a', file: 'cat', args: [], cwd: '/', env, size });
  const output = collect(next);
  next.write(Buffer.from('again\r'));
  await output.shows('again\r\nagain');
});

test('a query is answered once: by tmux what it knows, by the screen the rest', async () => {
  const host = await open();
  const script = `
    process.stdin.setRawMode(true);
    let got = '';
    process.stdin.on('data', (data) => { got += data; if (got.endsWith('.')) process.stdout.write('\\r\\n' + JSON.stringify(got) + 'end'); });
    process.stdout.write('\\x1b[c\\x1b[>c\\x1b[6n\\x1b[5n\\x1b[>q\\x1b[18t\\x1b[?u\\x1b]11;?\\x1b\\\\\\x1b[?2026$p');
  `;
  const session = await host.spawn({
    name: 'q',
    file: process.execPath,
    args: ['-e', script],
    cwd: '/',
    env,
    size: { cols: 200, rows: 24 },
  });
  const output = collect(session);
  const { screen } = watch(session);
  screen.resize({ cols: 200, rows: 24 });
  await new Promise<void>((done) => {
    screen.onParsed(() => done());
  });
  // The screen's own answers were written; this comes after them.
  session.write(Buffer.from('.'));
  await output.shows('end');
  const [, got = ''] = /(".*")end/.exec(output.text()) ?? [];
  const replies: string[] = JSON.parse(got)
    .slice(0, -1)
    .split(/(?=\x1b[[\]P])/);
  const kinds = replies.map((reply) => reply.replace(/[\d;]+|(?<=P>\|)[^\x1b]*|rgb:.*/g, '')).sort();
  expect(kinds).toEqual(
    [
      '\x1b[>c',
      '\x1b[?c',
      '\x1b[?$y',
      '\x1b[?u',
      '\x1b[R',
      '\x1b[n',
      '\x1b[t',
      '\x1bP>|\x1b\\',
      '\x1b]',
    ].sort(),
  );
});

test('a session that nobody takes the output of does not hold the others up, and shows its picture at the end', async () => {
  const host = await open();
  const flood = await host.spawn({
    name: 'flood',
    file: 'sh',
    args: ['-c', 'seq 1 300000; echo over; read x'],
    cwd: '/',
    env,
    size,
  });
  const other = await host.spawn({ name: 'other', file: 'cat', args: [], cwd: '/', env, size });
  const { screen, shows } = watch(flood);
  flood.pause();
  const output = collect(other);
  while (!tmux('capture-pane', '-p', '-t', '=flood:').includes('over')) await host.list();
  other.write(Buffer.from('quick\r'));
  await output.shows('quick\r\nquick');
  flood.resume();
  await shows('over');
  screen.flush();
  expect(screen.text().slice(20)).toEqual(['299999', '300000', 'over', '']);
});

test('output that nobody read for long is skipped, and the screen is right after that', async () => {
  const host = await open();
  const script = 'read x; seq 1 200000; echo over; read x';
  const session = await host.spawn({ name: 'a', file: 'sh', args: ['-c', script], cwd: '/', env, size });
  const { screen, shows } = watch(session);
  session.write(Buffer.from('\r'));
  // This process does nothing else for longer than tmux waits.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7_000);
  await shows('over');
  screen.flush();
  expect(screen.text().slice(20)).toEqual(['199999', '200000', 'over', '']);
  session.write(Buffer.from('\r'));
});

test('what is typed reaches the program although a person left copy mode on', async () => {
  const host = await open();
  const session = await host.spawn({ name: 'a', file: 'cat', args: [], cwd: '/', env, size });
  const output = collect(session);
  session.write(Buffer.from('one\r'));
  await output.shows('one\r\none');
  tmux('copy-mode', '-t', '=a:');
  await host.list(); // what tmux had to say of that has been heard
  session.write(Buffer.from('two\r'));
  await output.shows('two\r\ntwo');
});

test('the modes of a screen are told as sequences that make the same modes', () => {
  const screen = new Screen(size);
  screen.write('\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?1003h\x1b[?1006h\x1b[>1u\x1b[>4;2m\x1b[3 q');
  screen.flush();
  const other = new Screen(size);
  other.write(modeSequences(screen.modes, screen.cursor));
  other.flush();
  expect(other.modes).toEqual(screen.modes);
  expect(other.cursor).toEqual(screen.cursor);
});

test('a tmux that is missing or too old is said so', async () => {
  expect(tmuxProblem(undefined)).toMatch(/needs tmux 3.2 or newer, and there is none/);
  expect(tmuxProblem({ file: '', version: '3.1c' })).toMatch(/this is tmux 3.1c/);
  for (const version of ['3.2', '3.3a', '3.10', '4.0', 'next-3.7', 'master', 'openbsd-7.8'])
    expect(tmuxProblem({ file: '', version })).toBeUndefined();
  const old = join(folder, 'tmux');
  writeFileSync(old, '#!/bin/sh\necho tmux 2.9a\n');
  chmodSync(old, 0o755);
  await expect(tmuxHost({ socket, scrollback: 10, env: { PATH: folder } })).rejects.toThrow(
    'this is tmux 2.9a',
  );
  await expect(tmuxHost({ socket, scrollback: 10, env: { PATH: '/nowhere' } })).rejects.toThrow(
    'none on PATH',
  );
});
