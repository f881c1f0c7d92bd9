import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Event } from '../../src/core/event.ts';
import { weigh } from '../../src/core/evidence.ts';
import { reduce } from '../../src/core/reduce.ts';
import { emptyState, isRunning, type State } from '../../src/core/state.ts';
import { loadTeam } from '../../src/io/config.ts';
import { isAlive, startTime } from '../../src/io/process.ts';
import { inspect } from '../../src/io/repository.ts';
import { readPointer } from '../../src/io/runtime.ts';
import { runSupervisor } from '../../src/supervisor/main.ts';
import type { Host } from '../../src/term/pty.ts';
import { connect, type WireClient } from '../../src/wire/client.ts';
import { mcc, sourceBin } from '../cli/harness.ts';

/** How long a named condition may take; only what hangs takes so long. */
const patience = 30_000;

export type Spec = Record<string, unknown>;
export type Told = { event: string; name: string; pid: number; id: string; resumed: boolean } & Record<
  string,
  string
>;

/** A folder whose name has what a careless program trips over; it goes away with the test. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'mcc tëam $x-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

export function write(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** The scripted agent of test/fixtures as an agent of the team. */
export const scripted = (traits = '', more: Spec = {}): Spec => ({
  kind: 'claude',
  command: [process.execPath, resolve('test/fixtures/agent.mjs')],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: agents.yaml takes the test's own variable
  env: { AGENT_LOG: '${AGENT_LOG}', AGENT_TRAITS: traits },
  ...more,
});

/** A real project with a real supervisor, seen through its socket: every wait is for something in its state or log. */
export class Team {
  readonly root: string;
  readonly home: string;
  readonly env: Record<string, string>;
  readonly events: Event[] = [];
  state: State = emptyState;
  ended: Promise<unknown> | undefined;
  #client: WireClient | undefined;
  #waits = new Set<() => void>();

  constructor(spec: Spec, files: Record<string, string> = { 'a.txt': '1\n2\n3\n' }) {
    this.root = folder();
    this.home = folder();
    const run = folder();
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: run,
      SHELL: '/bin/sh',
      XDG_RUNTIME_DIR: realpathSync(mkdtempSync(join(tmpdir(), 'mccr-'))),
      AGENT_LOG: join(run, 'agents.jsonl'),
    };
    onTestFinished(() => rmSync(this.env.XDG_RUNTIME_DIR ?? '', { recursive: true, force: true }));
    // A folder that mcc is installed in.
    write(this.home, { 'bin/mcc': sourceBin });
    for (const name of ['layouts', 'roles']) symlinkSync(resolve(name), join(this.home, name));
    git(this.root, 'init', '--quiet', '-b', 'main');
    git(this.root, 'config', 'user.name', 'Ada');
    git(this.root, 'config', 'user.email', 'ada@example.org');
    write(this.root, { 'agents.yaml': JSON.stringify(spec), ...files });
    git(this.root, 'add', '--all');
    git(this.root, 'commit', '--quiet', '-m', 'Start');
    onTestFinished(() => this.#end());
  }

  /** Serves the project in this process. */
  async serve(host?: Host): Promise<this> {
    const { team } = await loadTeam(this.root, this.env);
    const { repository } = await inspect(this.root);
    await new Promise<void>((ready, failed) => {
      this.ended = runSupervisor({
        openScreen: () => Promise.reject(new Error('a team in a test has no screen')),
        repository,
        team,
        version: '0.0.0-test',
        program: [process.execPath, join(this.home, 'bin', 'mcc')],
        environment: this.env,
        ready,
        ...(host ? { host } : {}),
      });
      this.ended.catch(failed);
    });
    return this.follow();
  }

  /** Kills the supervisor, as a crash would, and waits until it is gone. */
  async kill(): Promise<void> {
    const pid = this.state.supervisor?.pid ?? 0;
    const start = startTime(pid);
    process.kill(pid, 'SIGKILL');
    while (start !== undefined && isAlive(pid, start)) await new Promise((done) => setImmediate(done));
  }

  /** Serves it by `mcc up --headless`, in a process of its own. */
  async up(): Promise<this> {
    const ran = await this.mcc('up', '--headless');
    if (ran.code !== 0) throw new Error(ran.err);
    return this.follow();
  }

  /** One command line of a person in the project. */
  mcc(...words: string[]) {
    return mcc(words, { cwd: this.root, home: this.home, env: this.env, version: '0.0.0-test' });
  }

  /** Connects anew, and folds whatever happens from now on. */
  async follow(): Promise<this> {
    const client = await this.connect();
    this.#client = client;
    await new Promise<void>((ready) => {
      client.on((frame) => {
        if (frame.type === 'state') {
          this.state = frame.state as State;
          ready();
        } else if (frame.type === 'event') {
          const event = frame.event as Event;
          this.events.push(event);
          this.state = reduce(this.state, event);
        } else return;
        for (const look of this.#waits) look();
      });
      client.send({ type: 'follow' });
    });
    return this;
  }

  connect(hello: { pid?: number; token?: string } = {}): Promise<WireClient> {
    const socket = readPointer(this.root);
    if (socket === undefined) throw new Error('no supervisor has left word of its socket');
    return connect(socket, { version: '0.0.0-test', pid: process.pid, client: 'cli', ...hello });
  }

  /** A command of the person; its text, or the refusal that it met. */
  async command(...words: string[]): Promise<string> {
    if (!this.#client) throw new Error('not connected');
    const result = await this.#client.command(words);
    return result.ok ? result.text : `refused: ${result.refusal}`;
  }

  /** What the person types into a pane. */
  type(agent: string, text: string): void {
    this.#client?.send({ type: 'input', agent }, Buffer.from(text));
  }

  /** Waits until the state is so. @param what names the condition, for whoever reads that it never came */
  until<T>(what: string, condition: (state: State) => T | undefined | null | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        clearInterval(files);
        this.#waits.delete(look);
        settle();
      };
      const look = () => {
        const found = condition(this.state);
        if (found !== undefined && found !== null && found !== false) done(() => resolve(found));
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`it did not come about that ${what}\n${this.story()}`))),
        patience,
      );
      // Files and processes announce nothing: they are looked at.
      const files = setInterval(look, 15);
      this.#waits.add(look);
      look();
    });
  }

  /** Waits until these agents run and are idle by the evidence there is. */
  idle(...names: string[]): Promise<unknown> {
    return this.until(`${names.join(', ')} idle`, ({ agents }) =>
      names.every((name) => {
        const agent = agents[name];
        return agent && isRunning(agent) && weigh(agent, Date.now()).status === 'idle';
      }),
    );
  }

  receipt = (id: string): string | undefined => this.state.posts[id]?.receipt;

  /** Sends a message as the person; its id. */
  async send(to: string, text: string): Promise<string> {
    const said = await this.command('send', to, '--', text);
    const id = /^(m-\w+) queued/.exec(said)?.[1];
    if (!id) throw new Error(said);
    return id;
  }

  /** What the scripted agents have written down of themselves. */
  told(event?: string, name?: string): Told[] {
    const path = this.env.AGENT_LOG ?? '';
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
    return lines
      .map((line) => JSON.parse(line) as Told)
      .filter(
        (one) => (event === undefined || one.event === event) && (name === undefined || one.name === name),
      );
  }

  /** How often a message reached an agent, by whatever way. */
  times = (id: string): number =>
    this.told('prompt').filter(({ prompt }) => prompt?.includes(` ${id} from `)).length;

  /** The token of a running session, as its own processes know it. */
  token(agent: string): string {
    const pid = this.state.agents[agent]?.session?.pid;
    const found = /MCC_TOKEN=([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
    if (!found) throw new Error(`${agent} has no token`);
    return found;
  }

  worktree = (agent: string, ...names: string[]): string => join(this.root, 'worktrees', agent, ...names);

  /** Commits as an agent would, in its worktree. */
  commit(agent: string, files: Record<string, string>): string {
    write(this.worktree(agent), files);
    git(this.worktree(agent), 'add', '--all');
    git(this.worktree(agent), 'commit', '--quiet', '-m', 'Work');
    return git(this.worktree(agent), 'rev-parse', 'HEAD');
  }

  /** What happened last, for a failure's message. */
  story = (): string =>
    [...this.events.slice(-25), ...this.told().slice(-8)]
      .map((one) => JSON.stringify(one).slice(0, 300))
      .join('\n');

  async #end(): Promise<void> {
    const { supervisor } = this.state;
    const start = supervisor ? startTime(supervisor.pid) : undefined;
    if (supervisor && start !== undefined) {
      await this.#client?.command(['down', '--force']).catch(() => {});
      if (this.ended) await this.ended.catch(() => {});
      else while (isAlive(supervisor.pid, start)) await new Promise((done) => setTimeout(done, 20));
    }
    await this.#client?.close();
  }
}
