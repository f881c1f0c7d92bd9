import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Outer, size } from './outer.ts';
import type { Argv } from './programs.ts';

/** One screen of panes, however it is made: mcc's, with its own ptys or on a tmux of its own, or plain tmux's. */
export interface Peer {
  readonly name: 'mcc' | 'mcc on tmux' | 'tmux';
  /** Starts everything and opens the screen; the first pane has the keyboard. */
  open(panes: readonly Argv[]): Promise<Opened>;
}

export interface Opened {
  readonly outer: Outer;
  /** of all its own processes, the panes' programs not among them */
  readonly pids: readonly number[];
  /** Leaves the screen; everything goes on in the background. */
  detach(): Promise<void>;
  /** Opens it again; the time before the command was started comes with it, in ms. */
  attach(): { outer: Outer; at: number };
  /** Ends everything. */
  close(): Promise<void>;
}

export const mccProgram = [process.execPath, fileURLToPath(new URL('../bin/mcc', import.meta.url))];

/**
 * The environment of both: nothing of this process's own session, nothing of the user's settings. Only NODE_OPTIONS is
 * passed on, so that `NODE_OPTIONS="--cpu-prof --cpu-prof-dir=…" npm run bench -- --quick` profiles what is measured.
 */
export function environment(home: string): Record<string, string> {
  const path = (process.env.PATH ?? '').split(':').filter((entry) => !entry.endsWith('node_modules/.bin'));
  const options = process.env.NODE_OPTIONS;
  return {
    ...(options ? { NODE_OPTIONS: options } : {}),
    ...{ PATH: path.join(':'), HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8', SHELL: '/bin/sh' },
    ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', XDG_RUNTIME_DIR: home },
  };
}

/** A repository with a team whose agents run these programs, in a grid of panes without board and lists. */
export class Team {
  readonly root: string;
  readonly env: Record<string, string>;

  constructor(panes: readonly Argv[], host: 'pty' | 'tmux' = 'pty') {
    this.root = mkdtempSync(join(tmpdir(), 'mcc-bench-'));
    const home = join(this.root, '.home');
    mkdirSync(home, { mode: 0o700 });
    this.env = environment(home);
    const agents = panes.map(
      (argv, index) => `  p${index}:\n    kind: command\n    command: ${JSON.stringify(argv)}\n`,
    );
    writeFileSync(join(this.root, 'agents.yaml'), `host: ${host}\nlayout: grid\nagents:\n${agents.join('')}`);
    writeFileSync(join(this.root, '.gitignore'), '.home\n');
    this.#git('init -q -b main');
    this.#git('config user.name bench');
    this.#git('config user.email bench@localhost');
    this.#git('add .');
    this.#git('commit -q -m Begin');
  }

  /** Runs a verb of mcc and returns what it printed. */
  mcc(...words: string[]): string {
    return this.run([...mccProgram, ...words]);
  }

  run([file = '', ...args]: readonly string[]): string {
    return execFileSync(file, args, {
      cwd: this.root,
      env: this.env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  screen(): Outer {
    return new Outer([...mccProgram, 'up'], this.root, this.env);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #git(words: string): void {
    execFileSync('git', words.split(' '), { cwd: this.root, env: this.env });
  }
}

const mccOn = (name: Peer['name'], host: 'pty' | 'tmux'): Peer => ({
  name,
  async open(panes) {
    const team = new Team(panes, host);
    const { pid } = JSON.parse(team.mcc('up', '--headless', '--json')) as { pid: number };
    let outer = team.screen();
    return {
      get outer() {
        return outer;
      },
      get pids() {
        return [pid, outer.pid];
      },
      detach: () => outer.close(),
      attach: () => {
        const at = performance.now();
        outer = team.screen();
        return { outer, at };
      },
      close: async () => {
        await outer.close();
        team.mcc('down', '--force');
        team.remove();
      },
    };
  },
});

export const mcc = mccOn('mcc', 'pty');
export const hosted = mccOn('mcc on tmux', 'tmux');

let sockets = 0;

/** tmux as it comes, but for the history, which is as long as mcc's. */
const settings = 'set -g history-limit 10000\nset -g default-terminal xterm-256color\n';

/** The words that make one window with these panes, tiled. */
export function tmuxPanes(panes: readonly Argv[]): string[] {
  const [first = [], ...others] = panes;
  const split = others.flatMap((argv) => [';', 'split-window', ...argv, ';', 'select-layout', 'tiled']);
  return [
    ...['new-session', '-x', String(size.cols), '-y', String(size.rows), '-s', 'bench', ...first],
    ...split,
    ...[';', 'select-pane', '-t', '0'],
  ];
}

export class TmuxServer {
  readonly root = mkdtempSync(join(tmpdir(), 'mcc-bench-'));
  readonly env = environment(this.root);
  readonly argv: readonly string[];

  constructor() {
    writeFileSync(join(this.root, 'conf'), settings);
    sockets += 1;
    this.argv = ['tmux', '-u', '-L', `mcc-bench-${process.pid}-${sockets}`, '-f', join(this.root, 'conf')];
  }

  run(...words: string[]): string {
    const [file = '', ...args] = [...this.argv, ...words];
    return execFileSync(file, args, { cwd: this.root, env: this.env, encoding: 'utf8' });
  }

  screen(...words: string[]): Outer {
    return new Outer([...this.argv, ...words], this.root, this.env);
  }

  get pid(): number {
    return Number(this.run('display-message', '-p', '#{pid}'));
  }

  end(): void {
    try {
      this.run('kill-server');
    } catch {
      // it has ended with its last pane
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}

export const tmux: Peer = {
  name: 'tmux',
  async open(panes) {
    const server = new TmuxServer();
    const [first, ...rest] = tmuxPanes(panes);
    server.run(first ?? '', '-d', ...rest);
    const { pid } = server;
    let outer = server.screen('attach');
    return {
      get outer() {
        return outer;
      },
      get pids() {
        return [pid, outer.pid];
      },
      detach: () => outer.close(),
      attach: () => {
        const at = performance.now();
        outer = server.screen('attach');
        return { outer, at };
      },
      close: async () => {
        server.end();
        await outer.close();
      },
    };
  },
};
