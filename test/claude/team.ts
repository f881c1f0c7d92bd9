import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ptyHost, type Session } from '../../src/term/pty.ts';
import { Screen } from '../../src/term/screen.ts';
import { binary } from './lab.ts';
import { type Model, playModel, type Script } from './model.ts';

const execute = promisify(execFile);
const mcc = resolve(import.meta.dirname, '../../bin/mcc');

/** A person's repository with a team of real CLIs in it, reached only through bin/mcc; nothing of the machine's user is seen. */
export class Team {
  /** @param agents name → the rest of its line in agents.yaml; every one is the CLI under test */
  static async open(
    agents: Record<string, string>,
    rest: string[],
    script: (root: string) => Script,
  ): Promise<Team> {
    const top = realpathSync(mkdtempSync(join(tmpdir(), 'mcc job ü-')));
    const root = join(top, 'repo');
    for (const name of ['repo', 'home']) mkdirSync(join(top, name));
    return new Team(top, root, await playModel(script(root)), agents, rest);
  }

  readonly root: string;
  readonly env: Record<string, string>;
  readonly model: Model;
  readonly #top: string;
  readonly #persons: Person[] = [];

  private constructor(
    top: string,
    root: string,
    model: Model,
    agents: Record<string, string>,
    rest: string[],
  ) {
    this.#top = top;
    this.root = root;
    this.model = model;
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: join(top, 'home'),
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      ANTHROPIC_API_KEY: 'sk-ant-fake-key-for-the-laboratory-0001',
      ANTHROPIC_BASE_URL: model.url,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    };
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Person');
    this.git('config', 'user.email', 'person@example.org');
    const lines = Object.entries(agents).map(
      ([name, spec]) => `  ${name}: { command: [${JSON.stringify(binary)}], ${spec} }`,
    );
    writeFileSync(join(root, 'agents.yaml'), [...rest, 'agents:', ...lines, ''].join('\n'));
    this.git('add', '.');
    this.git('commit', '-qm', 'Start');
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, env: this.env, encoding: 'utf8' });
  }

  /** Runs mcc; not synchronously, since this process plays the model meanwhile. */
  async run(...words: string[]): Promise<string> {
    return (await execute(process.execPath, [mcc, ...words], { cwd: this.root, env: this.env })).stdout;
  }

  events(): any[] {
    const path = join(this.root, '.mcc/events.jsonl');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Waits until something is so; shows the end of the log when it is not. */
  async until<T>(what: string, test: () => T | undefined | false, ms = 60_000): Promise<T> {
    const end = Date.now() + ms;
    for (;;) {
      const found = test();
      if (found) return found;
      if (Date.now() > end) {
        const last = this.events().slice(-40);
        throw new Error(
          `waited for ${what}\n${last.map((event) => JSON.stringify(event).slice(0, 300)).join('\n')}`,
        );
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Waits for an event in the log. */
  event(type: string, fits: (event: any) => boolean = () => true): Promise<any> {
    return this.until(type, () => this.events().find((event) => event.type === type && fits(event)));
  }

  /** Opens the screen as a person does: `mcc up` in a terminal of 160×48, read back through an outer emulator. */
  openScreen(): Person {
    const person = new Person(this.root, this.env);
    this.#persons.push(person);
    return person;
  }

  async close(): Promise<void> {
    for (const person of this.#persons) person.close();
    spawnSync(process.execPath, [mcc, 'down', '--force'], { cwd: this.root, env: this.env });
    await this.model.close();
    rmSync(this.#top, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Somebody at a terminal: types, and sees what stands on the screen. */
export class Person {
  readonly screen: Screen;
  readonly #pty: Session;
  #drawnAt = Date.now();

  constructor(cwd: string, env: Record<string, string>) {
    const size = { cols: 160, rows: 48 };
    this.#pty = ptyHost().spawn({
      file: process.execPath,
      args: [mcc, 'up'],
      cwd,
      env: { ...env, TERM: 'xterm-256color' },
      size,
    });
    this.screen = new Screen(size, { answer: (bytes) => this.#pty.write(Buffer.from(bytes)) });
    this.#pty.onData((data) => {
      this.screen.write(data);
      this.#drawnAt = Date.now();
    });
  }

  type(text: string): void {
    this.#pty.write(Buffer.from(text));
  }

  sees(what: string | RegExp): boolean {
    const text = this.screen.text().join('\n');
    return typeof what === 'string' ? text.includes(what) : what.test(text);
  }

  /** How long the screen has been still, in ms. */
  get stillMs(): number {
    return Date.now() - this.#drawnAt;
  }

  close(): void {
    this.#pty.kill('SIGKILL');
  }
}
