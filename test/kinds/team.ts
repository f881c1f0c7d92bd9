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
import { type Name, speaking } from './lab.ts';
import { type Model, playModel, type Script } from './model.ts';

const execute = promisify(execFile);
const mcc = resolve(import.meta.dirname, '../../bin/mcc');

/** A person's repository with one agent of a kind in it, reached only through bin/mcc; nothing of the user's is seen. */
export class Team {
  readonly root: string;
  readonly env: Record<string, string>;
  readonly model: Model;
  readonly #top: string;

  static async open(kind: Name, more: object, script: Script): Promise<Team> {
    return new Team(kind, more, await playModel(script));
  }

  private constructor(kind: Name, more: object, model: Model) {
    this.#top = realpathSync(mkdtempSync(join(tmpdir(), 'mcc kind ü-')));
    this.root = join(this.#top, 'repo');
    for (const name of ['repo', 'home']) mkdirSync(join(this.#top, name));
    this.model = model;
    const { spec, env } = speaking(model.url)[kind];
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: join(this.#top, 'home'),
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      ...env,
    };
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'Person');
    this.git('config', 'user.email', 'person@example.org');
    const team = { agents: { worker: { kind, ...spec, ...more } } };
    writeFileSync(join(this.root, 'agents.yaml'), JSON.stringify(team, null, 2));
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

  /** Waits for an event in the log; shows its end, and what the pane shows, when it does not come. */
  async event(type: string, fits: (event: any) => boolean = () => true, after = 0): Promise<any> {
    const end = Date.now() + 90_000;
    for (;;) {
      const found = this.events().find((event) => event.type === type && event.seq > after && fits(event));
      if (found) return found;
      if (Date.now() > end) {
        const pane = await this.run('capture', 'worker').catch((error) => String(error));
        const last = this.events()
          .slice(-25)
          .map((event) => JSON.stringify(event).slice(0, 250));
        throw new Error(`waited for ${type}\n${last.join('\n')}\n${pane}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async close(): Promise<void> {
    spawnSync(process.execPath, [mcc, 'down', '--force'], { cwd: this.root, env: this.env });
    await this.model.close();
    rmSync(this.#top, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
