import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Event } from '../../src/core/event.ts';
import { reduce } from '../../src/core/reduce.ts';
import { emptyState, type State } from '../../src/core/state.ts';
import { isAlive, startTime } from '../../src/io/process.ts';
import { readPointer } from '../../src/io/runtime.ts';
import { ptyHost, type Session } from '../../src/term/pty.ts';
import { Screen } from '../../src/term/screen.ts';
import { connect, type WireClient } from '../../src/wire/client.ts';

export const bin = resolve(import.meta.dirname, '../../bin/mcc');
const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));

/** How long a named condition may take; only what hangs takes so long. */
const patience = 60_000;

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/**
 * A person's repository with a team, served by bin/mcc in a process of its own and seen through its socket. Nothing of the
 * machine's user is seen or touched, and all of it lies below one folder, by which what is left of it can be found.
 */
export class Project {
  readonly top: string;
  readonly root: string;
  readonly env: Record<string, string>;
  state: State = emptyState;
  /** the screens of the agents that are watched, as a client draws them */
  readonly screens = new Map<string, Screen>();
  readonly #drawn = new Map<string, number>();
  readonly #looks = new Set<() => void>();
  #client: WireClient | undefined;
  #persons: Session[] = [];
  readonly #program: string;

  /**
   * @param spec what agents.yaml says
   * @param env beside what a person has
   * @param program the mcc that is tried
   */
  constructor(spec: object, env: Record<string, string> = {}, program = bin) {
    this.#program = program;
    // Short, since a socket's path may have no more than 103 bytes.
    this.top = realpathSync(mkdtempSync(join(tmpdir(), 'mcc-ü ')));
    this.root = join(this.top, 'repo');
    for (const name of ['repo', 'home', 'run']) mkdirSync(join(this.top, name), { mode: 0o700 });
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: join(this.top, 'home'),
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      XDG_RUNTIME_DIR: join(this.top, 'run'),
      ...env,
    };
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Ada');
    this.git('config', 'user.email', 'ada@example.org');
    writeFileSync(join(this.root, 'agents.yaml'), JSON.stringify(spec));
    writeFileSync(join(this.root, 'README.md'), '# A project\n\nWith two lines.\n');
    this.git('add', '.');
    this.git('commit', '-qm', 'Start');
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, env: this.env, encoding: 'utf8' });
  }

  /** One command line of the person. */
  mcc(...words: string[]): Promise<Ran> {
    return new Promise((done) =>
      execFile(
        process.execPath,
        [this.#program, ...words],
        { cwd: this.root, env: this.env, maxBuffer: 1 << 26 },
        (error, out, err) => done({ code: error ? Number(error.code ?? 1) : 0, out, err }),
      ),
    );
  }

  /** Serves it by `mcc up --headless`, and follows what happens. */
  async up(): Promise<this> {
    const { code, err } = await this.mcc('up', '--headless');
    if (code !== 0) throw new Error(`mcc up: exit ${code}\n${err}`);
    return this.follow();
  }

  /** Connects anew, and folds whatever happens from now on; what was watched is watched again. */
  async follow(): Promise<this> {
    const socket = readPointer(this.root);
    if (!socket) throw new Error('no supervisor has left word of its socket');
    const client = await connect(socket, { version, pid: process.pid, client: 'cli' });
    this.#client = client;
    await new Promise<void>((ready, lost) => {
      client.onClose((reason) => lost(new Error(reason)));
      client.on((frame, body) => {
        if (frame.type === 'state') {
          this.state = frame.state as State;
          ready();
        } else if (frame.type === 'event') this.state = reduce(this.state, frame.event as Event);
        else if (frame.type === 'snapshot' || frame.type === 'size')
          this.#screen(frame.agent).resize({ cols: frame.cols, rows: frame.rows });
        if (frame.type === 'snapshot' || frame.type === 'output') {
          // A snapshot begins with clearing all there was.
          this.#screen(frame.agent).write(frame.type === 'snapshot' ? Buffer.concat([reset, body]) : body);
          this.#drawn.set(frame.agent, Date.now());
        }
        for (const look of this.#looks) look();
      });
      client.send({ type: 'follow' });
    });
    for (const agent of this.screens.keys()) client.send({ type: 'watch', agent });
    return this;
  }

  #screen(agent: string): Screen {
    const known = this.screens.get(agent) ?? new Screen({ cols: 100, rows: 30 }, { scrollback: 2000 });
    this.screens.set(agent, known);
    return known;
  }

  /** Watches the terminal of an agent, also of its later sessions. */
  watch(agent: string): void {
    this.#screen(agent);
    this.#client?.send({ type: 'watch', agent });
  }

  /** What stands on an agent's terminal, a row a line. */
  text(agent: string): string {
    const screen = this.screens.get(agent);
    screen?.flush();
    return screen?.text().join('\n') ?? '';
  }

  /** How long a terminal has shown nothing new, in ms. */
  quietMs(agent: string): number {
    return Date.now() - (this.#drawn.get(agent) ?? 0);
  }

  type(agent: string, text: string): void {
    this.#client?.send({ type: 'input', agent }, Buffer.from(text));
  }

  resize(agent: string, cols: number, rows: number): void {
    this.#client?.send({ type: 'resize', agent, cols, rows });
  }

  /** A command of the person; its text, or the refusal that it met. */
  async command(...words: string[]): Promise<string> {
    if (!this.#client) throw new Error('not connected');
    const result = await this.#client.command(words);
    return result.ok ? result.text : `refused: ${result.refusal}`;
  }

  /** Sends a message as the person; its id. */
  async send(to: string, text: string): Promise<string> {
    const said = await this.command('send', to, '--', text);
    const id = /^(m-\w+) queued/.exec(said)?.[1];
    if (!id) throw new Error(said);
    return id;
  }

  /** The whole log, as anybody would read it. */
  log(): Event[] {
    const path = join(this.root, '.mcc/events.jsonl');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  /**
   * Waits until something is so.
   * @param what names the condition, for whoever reads that it never came
   * @throws Error with that name and what `about` tells
   */
  until<T>(
    what: string,
    condition: () => T | undefined | null | false,
    { ms = patience, about = () => '' }: { ms?: number; about?: () => string } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        clearInterval(files);
        this.#looks.delete(look);
        settle();
      };
      const look = () => {
        const found = condition();
        if (found !== undefined && found !== null && found !== false) done(() => resolve(found));
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`it did not come about that ${what}\n${about()}`))),
        ms,
      );
      // Files, processes and stillness announce nothing: they are looked at.
      const files = setInterval(look, 20);
      this.#looks.add(look);
      look();
    });
  }

  /** Kills the supervisor without a word, as the kernel does when memory runs out. */
  async killSupervisor(): Promise<void> {
    const pid = this.state.supervisor?.pid ?? 0;
    const start = startTime(pid);
    if (start === undefined) throw new Error('no supervisor runs');
    process.kill(pid, 'SIGKILL');
    await this.until('the supervisor is gone', () => !isAlive(pid, start));
    // What it had drawn proves nothing about what the next one shows.
    for (const screen of this.screens.values()) screen.write(reset);
  }

  /** Somebody at a terminal with `mcc up`: its screen, its keys, its end. */
  sit(size = { cols: 160, rows: 48 }): { screen: Screen; terminal: Session } {
    const terminal = ptyHost().spawn({
      file: process.execPath,
      args: [this.#program, 'up'],
      cwd: this.root,
      env: { ...this.env, TERM: 'xterm-256color' },
      size,
    });
    const screen = new Screen(size, { answer: (bytes) => terminal.write(Buffer.from(bytes)) });
    terminal.onData((data) => screen.write(data));
    this.#persons.push(terminal);
    return { screen, terminal };
  }

  /**
   * Ends it by `mcc down --force` and looks for what is left: processes, sockets, folders.
   * @returns what should not be there, in words; its folder is removed in any case
   */
  async close(): Promise<string[]> {
    for (const terminal of this.#persons) terminal.kill('SIGKILL');
    const down = await this.mcc('down', '--force');
    await this.#client?.close();
    const left = [
      ...(down.code === 0 ? [] : [`mcc down: exit ${down.code}: ${down.err}`]),
      ...(await this.#processesLeft()),
      // The folder that Claude Code makes for its sockets stays as it makes it, like any program's.
      ...readdirSync(join(this.top, 'run'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name !== 'cc-socks')
        .map((name) => `runtime folder: ${name}`),
      ...readdirSync(join(this.root, '.mcc/run')).map((name) => `.mcc/run/${name}`),
    ];
    for (const pid of processesOf(this.top)) process.kill(pid, 'SIGKILL');
    rmSync(this.top, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    return left;
  }

  /** Those that still end are waited for: a process that was killed is there for a moment. */
  async #processesLeft(): Promise<string[]> {
    await this.until('its processes are gone', () => processesOf(this.top).length === 0, { ms: 5000 }).catch(
      () => {},
    );
    return processesOf(this.top).map((pid) => `process ${pid}: ${commandOf(pid)}`);
  }
}

const reset = Buffer.from('\x1bc');

/** Processes that belong to what lies below a folder: by what they were called with, their environment, or where they stand. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      try {
        if (readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')) return false;
        const about = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
        return [...about, `${readlinkSync(`/proc/${pid}/cwd`)}/`].some((text) => text.includes(folder));
      } catch {
        return false; // ended meanwhile
      }
    });
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200);
  } catch {
    return 'ended since';
  }
};

/** The folder of the socket of the project's tmux server. */
export const runtimeOf = (project: Project): string => dirname(readPointer(project.root) ?? '');
