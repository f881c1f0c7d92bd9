import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Kind, kinds, type LaunchInput, type Report } from '../../src/agents/index.ts';
import { teamSchema } from '../../src/core/team.ts';
import { serveHooks } from '../../src/io/hooks.ts';
import { writeFiles } from '../../src/supervisor/effects/launch-files.ts';
import { rowsOf } from '../../src/supervisor/terminal.ts';
import { type Session as Pty, ptyHost } from '../../src/term/pty.ts';
import { Screen } from '../../src/term/screen.ts';

export type Name = 'codex' | 'gemini' | 'opencode';

/** Where `npm run test:kinds` installed the CLIs; scripts/test-kinds.mjs says. */
const bin = process.env.MCC_KINDS ?? '';
export const programs: Record<Name, string> = {
  codex: join(bin, '@openai/codex/bin/codex.js'),
  gemini: join(bin, '@google/gemini-cli/bundle/gemini.js'),
  opencode: join(bin, 'opencode-ai/bin/opencode.exe'),
};

/** What each CLI needs to speak to a model at `url`: a provider of its own, and a key that is none. */
export const speaking = (url: string): Record<Name, { spec: object; env: Record<string, string> }> => ({
  codex: {
    spec: {
      command: [process.execPath, programs.codex],
      model: 'gpt-5.1-codex',
      pass_env: ['LAB_KEY'],
      args: [
        ...[
          '-c',
          `model_providers.lab={name="Lab",base_url="${url}/v1",env_key="LAB_KEY",wire_api="responses"}`,
        ],
        ...['-c', 'model_provider=lab'],
      ],
    },
    env: { LAB_KEY: 'no-key' },
  },
  gemini: {
    spec: { command: [process.execPath, programs.gemini], model: 'gemini-2.5-pro' },
    env: { GEMINI_API_KEY: 'no-key', GOOGLE_GEMINI_BASE_URL: url },
  },
  opencode: {
    spec: {
      command: [programs.opencode],
      env: {
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_CONFIG_CONTENT: JSON.stringify({
          model: 'lab/played',
          small_model: 'lab/played',
          provider: {
            lab: {
              npm: '@ai-sdk/openai-compatible',
              name: 'Lab',
              options: { baseURL: `${url}/v1`, apiKey: 'no-key' },
              models: { played: { name: 'Played', limit: { context: 100_000, output: 4_000 } } },
            },
          },
        }),
      },
    },
    env: {},
  },
});

/** One CLI in a worktree of a repository of its own, launched as mcc launches it; nothing of the user's is seen. */
export class Lab {
  readonly kind: Kind;
  readonly screen: Screen;
  readonly reports: Report[] = [];
  readonly top: string;
  readonly worktree: string;
  readonly #pty: Pty;
  readonly #hooks: { close(): Promise<void> };
  #drawnAt = Date.now();
  over = false;

  static async open(name: Name, url: string, spec: object = {}): Promise<Lab> {
    const top = realpathSync(mkdtempSync(join(tmpdir(), 'mcc-kind-')));
    const root = join(top, 'repo');
    const home = join(top, 'home');
    for (const folder of [root, home, join(top, 'tmp')]) mkdirSync(folder);
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', root, ...args], {
        env: { PATH: process.env.PATH, HOME: home },
        stdio: 'pipe',
      });
    git('init', '-q', '-b', 'main');
    git(
      '-c',
      'user.name=Lab',
      '-c',
      'user.email=lab@example.org',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'First',
    );
    git('config', 'user.name', 'Lab');
    git('config', 'user.email', 'lab@example.org');
    git('worktree', 'add', '-q', '-b', 'mcc/backend/t1', join(root, 'worktrees/backend'));
    const { spec: own, env } = speaking(url)[name];
    const team = teamSchema.parse({ agents: { backend: { kind: name, ...own, ...spec } } });
    const agent = team.agents.backend;
    if (!agent) throw new Error('no agent');
    const folder = join(root, '.mcc/sessions/backend');
    const reports: Report[] = [];
    const server = await serveHooks((error) => console.error(error));
    const hookUrl = server.open('backend', (body) => {
      const report = kinds[name].hook(body);
      if (report) reports.push(report);
      return {};
    });
    const input: LaunchInput = {
      ...{
        agent: 'backend',
        spec: agent,
        team,
        root,
        folder,
        hookUrl,
        resume: false,
        isRoot: false,
        leases: {},
      },
      session: '00000000-0000-4000-8000-00000000000a',
      conversation: '11111111-1111-4111-8111-111111111111',
      worktree: join(root, 'worktrees/backend'),
      config: join(folder, 'config'),
      bin: join(folder, 'bin'),
      tmp: join(top, 'tmp'),
      token: 'lab-token',
      environment: { PATH: process.env.PATH, HOME: home, SHELL: '/bin/sh', ...env },
    };
    mkdirSync(input.bin, { recursive: true });
    const mcc = resolve(import.meta.dirname, '../../bin/mcc');
    writeFileSync(join(input.bin, 'mcc'), `#!/bin/sh\nexec '${process.execPath}' '${mcc}' "$@"\n`, {
      mode: 0o755,
    });
    return new Lab(kinds[name], top, input, reports, server);
  }

  private constructor(
    kind: Kind,
    top: string,
    input: LaunchInput,
    reports: Report[],
    hooks: { close(): Promise<void> },
  ) {
    this.kind = kind;
    this.top = top;
    this.reports = reports;
    this.worktree = input.worktree;
    this.#hooks = hooks;
    const launch = kind.launch(input);
    writeFiles(launch, input.folder);
    const size = { cols: 100, rows: 30 };
    this.#pty = ptyHost().spawn({ ...launch, cwd: input.worktree, size });
    this.screen = new Screen(size, { answer: (bytes) => this.write(bytes) });
    this.#pty.onData((data) => {
      this.screen.write(data);
      this.#drawnAt = Date.now();
    });
    this.#pty.onExit(() => {
      this.over = true;
    });
  }

  write(bytes: string): void {
    this.#drawnAt = Date.now();
    if (!this.over) this.#pty.write(Buffer.from(bytes));
  }

  resize(cols: number, rows: number): void {
    this.screen.resize({ cols, rows });
    this.#pty.resize({ cols, rows });
  }

  text(): string {
    this.screen.flush();
    return this.screen.text().join('\n');
  }

  composer() {
    this.screen.flush();
    return this.kind.composer?.(rowsOf(this.screen), this.screen.cursor);
  }

  /** Waits until something is so; says what, and shows the screen, when it is not. */
  async until<T>(what: string, test: () => T | undefined | false | null, ms = 60_000): Promise<T> {
    const end = Date.now() + ms;
    for (;;) {
      const found = test();
      if (found) return found;
      if (Date.now() > end || this.over)
        throw new Error(
          `waited for: ${what}\n${this.text()}\nhooks: ${this.reports.map(({ event }) => event).join(' ')}`,
        );
      await new Promise((done) => setTimeout(done, 30));
    }
  }

  /** Waits until nothing was drawn for a while; a spinner never stops, so at most three times that. */
  async settled(ms = 600): Promise<void> {
    const end = Date.now() + 3 * ms;
    while (Date.now() - this.#drawnAt < ms && Date.now() < end)
      await new Promise((done) => setTimeout(done, 30));
  }

  async close(): Promise<void> {
    this.#pty.kill('SIGKILL');
    for (let i = 0; i < 200 && !this.over; i += 1) await new Promise((done) => setTimeout(done, 10));
    await this.#hooks.close();
    this.screen.dispose();
    if (existsSync(this.top))
      rmSync(this.top, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
