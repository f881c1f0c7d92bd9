/// <reference types="node-pty" />
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
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
import { dirname, join } from 'node:path';
import { SerializeAddon } from '@xterm/addon-serialize';
import xterm from '@xterm/headless';
import { claude } from '../../src/agents/claude.ts';
import type { Launch, LaunchInput, Report, ScreenRow } from '../../src/agents/define.ts';
import { teamSchema } from '../../src/core/team.ts';
import { rowsOf } from './rows.ts';

// The alias `node-pty` declares its types under the package's own name.
type Pty = typeof import('@lydell/node-pty');
const { spawn }: Pty = createRequire(import.meta.url)('node-pty');

/** The CLI under test; scripts/test-claude.mjs says which. */
export const binary = process.env.MCC_CLAUDE ?? '';
export const version = binary
  ? (execFileSync(binary, ['--version'], { encoding: 'utf8' }).split(' ')[0] ?? '')
  : '';

type Answer = (body: any) => unknown | Promise<unknown>;

/** A home, a repository with a worktree and a hook server of its own; nothing of the user's is seen or touched. */
export class Lab {
  /** @param name a folder below the laboratory's own in which everything happens */
  static async open(name = ''): Promise<Lab> {
    const top = realpathSync(mkdtempSync(join(tmpdir(), 'mcc-lab-')));
    const lab = new Lab(top, join(top, name));
    await lab.#listen();
    return lab;
  }

  readonly root: string;
  readonly home: string;
  readonly bodies: any[] = [];
  readonly reports: Report[] = [];
  answer: Answer = () => ({});
  hookUrl = '';
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      this.bodies.push(body);
      const report = claude.hook(body);
      if (report) this.reports.push(report);
      const answer = await this.answer(body);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  readonly #sessions: Session[] = [];

  readonly #top: string;

  constructor(top: string, folder: string) {
    this.#top = top;
    this.root = join(folder, 'repo');
    this.home = join(folder, 'home');
    for (const path of [this.root, this.home]) mkdirSync(path, { recursive: true });
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', this.root, ...args], { env: this.gitEnv(), stdio: 'pipe' });
    git('init', '-q', '-b', 'main');
    git('config', 'user.name', 'Lab');
    git('config', 'user.email', 'lab@example.org');
    writeFileSync(join(this.root, 'README.md'), '# Lab\n');
    git('add', '.');
    git('commit', '-qm', 'First');
    git('worktree', 'add', '-q', '-b', 'mcc/backend/t1', join(this.root, 'worktrees/backend'));
  }

  gitEnv() {
    return { PATH: process.env.PATH ?? '', HOME: this.home, GIT_CONFIG_NOSYSTEM: '1' };
  }

  async #listen() {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    this.hookUrl = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  input(change: { base: string; spec?: object }): LaunchInput {
    const folder = join(this.root, '.mcc/sessions/backend');
    const team = teamSchema.parse({
      architect: 'architect',
      agents: { architect: {}, backend: { command: [binary], ...change.spec } },
    });
    const spec = team.agents.backend;
    if (!spec) throw new Error('no spec');
    return {
      agent: 'backend',
      team,
      session: '00000000-0000-4000-8000-00000000000a',
      conversation: '11111111-1111-4111-8111-111111111111',
      resume: false,
      worktree: join(this.root, 'worktrees/backend'),
      root: this.root,
      folder,
      config: join(folder, 'config'),
      hookUrl: this.hookUrl,
      bin: join(folder, 'bin'),
      tmp: join(this.#top, 'tmp'),
      token: 'lab-token',
      leases: {},
      environment: {
        PATH: process.env.PATH,
        HOME: this.home,
        USER: 'lab',
        SHELL: '/bin/sh',
        ANTHROPIC_API_KEY: 'sk-ant-fake-key-for-the-laboratory-0001',
        ANTHROPIC_BASE_URL: change.base,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
      isRoot: process.getuid?.() === 0,
      ...change,
      spec,
    };
  }

  start(input: LaunchInput, size = { cols: 100, rows: 30 }): Session {
    const launch = claude.launch(input);
    for (const file of launch.files) {
      if (file.once && existsSync(file.path)) continue;
      mkdirSync(dirname(file.path), { recursive: true });
      writeFileSync(file.path, file.text);
      chmodSync(file.path, file.mode);
    }
    const wrapper = join(input.bin, 'mcc');
    if (!existsSync(wrapper)) {
      mkdirSync(input.bin, { recursive: true });
      writeFileSync(
        wrapper,
        `#!/bin/sh\nexec ${process.execPath} ${join(import.meta.dirname, 'tools.mjs')} "$@"\n`,
      );
      chmodSync(wrapper, 0o755);
    }
    const session = new Session(launch, input, size);
    this.#sessions.push(session);
    return session;
  }

  /** Waits until something is so; says what was waited for, and shows the last screen, when it is not. */
  async until<T>(what: string, test: () => T | undefined | false | null, ms = 20_000): Promise<T> {
    const end = Date.now() + ms;
    for (;;) {
      const found = test();
      if (found) return found;
      if (Date.now() > end) {
        const screens = this.#sessions.map((session) => session.text().join('\n')).join('\n----\n');
        throw new Error(
          `waited ${ms} ms for: ${what}\n${screens}\nhooks: ${this.bodies.map((b) => b.hook_event_name).join(' ')}`,
        );
      }
      await new Promise((done) => setTimeout(done, 15));
    }
  }

  sessionFiles(input: LaunchInput) {
    const folder = join(input.config, 'sessions');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        try {
          return [JSON.parse(readFileSync(join(folder, name), 'utf8'))];
        } catch {
          return [];
        }
      });
  }

  async close() {
    for (const session of this.#sessions) session.kill();
    await Promise.all(this.#sessions.map((session) => session.exited));
    this.#server.closeAllConnections();
    await new Promise<void>((done) => this.#server.close(() => done()));
    rmSync(this.#top, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** One running CLI with a screen. */
export class Session {
  readonly pty: ReturnType<Pty['spawn']>;
  readonly exited: Promise<{ exitCode: number; signal?: number | undefined }>;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #bytes: Buffer[] = [];
  gone = false;
  /** the title that it gave its terminal last */
  title = '';

  constructor(launch: Launch, input: LaunchInput, size: { cols: number; rows: number }) {
    this.#terminal = new xterm.Terminal({ ...size, allowProposedApi: true, scrollback: 2000 });
    this.pty = spawn(launch.file, launch.args, {
      ...size,
      cwd: input.worktree,
      env: launch.env,
      encoding: null,
    });
    this.pty.onData((data) => {
      this.#bytes.push(Buffer.from(data as unknown as Uint8Array));
      this.#terminal.write(data as unknown as Uint8Array);
    });
    this.#terminal.onData((reply) => this.write(reply));
    this.#terminal.onTitleChange((title) => {
      this.title = title;
    });
    this.exited = new Promise((done) =>
      this.pty.onExit((exit) => {
        this.gone = true;
        done(exit);
      }),
    );
  }

  /** How much it has written so far, in chunks. */
  get drawn(): number {
    return this.#bytes.length;
  }

  /** The visible screen as bytes that draw it again. */
  picture(): string {
    const serializer = new SerializeAddon();
    this.#terminal.loadAddon(serializer as any);
    const title = this.title === '' ? '' : `\x1b]0;${this.title}\x07`;
    return title + serializer.serialize({ scrollback: 0, excludeModes: true });
  }

  rows(): ScreenRow[] {
    return rowsOf(this.#terminal);
  }

  text(): string[] {
    return this.rows().map((row) => row.cells.join('').trimEnd());
  }

  /** Waits until the screen has not changed for a while; what counts time on it does not count. */
  async settled(quietMs = 150) {
    let last = '';
    let since = Date.now();
    while (Date.now() - since < quietMs) {
      const now = this.text()
        .filter((line) => !/…|\d+s/.test(line))
        .join('\n');
      if (now !== last) since = Date.now();
      last = now;
      await new Promise((done) => setTimeout(done, 15));
    }
  }

  resize(cols: number, rows: number) {
    this.#terminal.resize(cols, rows);
    this.pty.resize(cols, rows);
  }

  has(text: string | RegExp): boolean {
    const screen = this.text().join('\n');
    return typeof text === 'string' ? screen.includes(text) : text.test(screen);
  }

  write(bytes: string) {
    if (!this.gone) this.pty.write(bytes);
  }

  kill() {
    if (!this.gone) this.pty.kill('SIGKILL');
  }
}
