import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ControlClient } from './control.ts';
import { literal } from './control-words.ts';
import { carried, exitOf, holder } from './hold.ts';
import { atLeastOne, checkRunnable, type Host, type Session, type SessionSpec } from './host.ts';
import type { Size } from './screen.ts';
import { HUB, TmuxServer } from './tmux-server.ts';
import { type Keeper, type Pane, TmuxSession } from './tmux-session.ts';
import { findTmux, type TmuxFound, tmuxProblem } from './tmux-version.ts';

/** Name of the server's socket in the runtime folder; no agent is called so. */
export const tmuxSocket = '_tmux';

export interface TmuxOptions {
  /** Absolute path of the server's socket, in a folder that only this user can enter. */
  readonly socket: string;
  /** Lines of history that tmux keeps of a pane. */
  readonly scrollback: number;
  /** Where tmux is found. */
  readonly env: { readonly PATH?: string | undefined };
}

/**
 * A tmux server of the project's own as host: its sessions outlive this process, however that ends. Nothing of the
 * user's tmux is read or touched. The server starts with the first session.
 * @throws Error when tmux is missing or too old
 */
export async function tmuxHost(options: TmuxOptions): Promise<Required<Host>> {
  const found = await findTmux(options.env);
  const problem = tmuxProblem(found);
  if (!found || problem) throw new Error(problem);
  return new TmuxHost(options, found);
}

/** True if a server at this socket holds a session of this name. */
export const hasSession = (tmux: string, socket: string, name: string): Promise<boolean> =>
  ask(tmux, socket, 'has-session', '-t', `=${name}`);

/** Ends the server at this socket with all it holds; none there is well too. */
export const endTmux = (socket: string): Promise<unknown> => ask('tmux', socket, 'kill-server');

function ask(tmux: string, socket: string, ...words: string[]): Promise<boolean> {
  return new Promise((done) => {
    execFile(tmux, ['-S', socket, '-f', '/dev/null', ...words], { timeout: 5_000 }, (error) => done(!error));
  });
}

class TmuxHost implements Required<Host>, Keeper {
  readonly folder: string;
  readonly #tmux: string;
  readonly #server: TmuxServer;
  readonly #sessions = new Map<string, TmuxSession>();

  constructor({ socket, scrollback }: TmuxOptions, { file }: TmuxFound) {
    this.folder = dirname(socket);
    this.#tmux = file;
    this.#server = new TmuxServer(
      { tmux: file, socket, scrollback },
      {
        output: (pane, data) => this.#sessions.get(pane)?.take(data),
        notice: (name, words) => this.#notice(name, words),
        reattached: (client) => void this.#reattached(client).catch(() => {}), // it is lost again, which is told again
        gone: () => this.#gone(),
      },
    );
  }

  get client(): ControlClient {
    return this.#server.client;
  }

  tell(...command: string[]): void {
    this.#server.tell(...command);
  }

  answersItself(reply: string): boolean {
    return this.#server.answersItself(reply);
  }

  async spawn(spec: SessionSpec): Promise<Session> {
    checkRunnable(spec);
    const client = await this.#server.connect(true);
    if (!client) throw new Error('tmux does not start');
    const name = spec.name ?? `s${randomBytes(6).toString('hex')}`;
    const mark = `mcc-${randomBytes(9).toString('hex')}`;
    await remove(client, name);
    let session: TmuxSession | undefined;
    const enlist = ([[line = ''] = []]: string[][]) => {
      const [pane = '', window = '', leader] = line.split(' ');
      session = this.#enlist({ name, pane, window, leader: Number(leader), mark });
    };
    await client.runAt(enlist, ...starting(spec, name, holder(mark, this.#tmux, spec), mark));
    if (!session) throw new Error(`tmux does not say what it started for ${name}`);
    await session.started;
    return session;
  }

  async adopt(name: string): Promise<{ session: Session; size: Size } | null> {
    const client = await this.#server.connect(false);
    if (!client) return null;
    const format =
      '#{pane_id} #{window_id} #{pane_pid} :#{@mcc_mark} :#{@mcc_pid} :#{@mcc_exit} #{pane_width} #{pane_height}';
    const asked = client.run(['list-panes', '-s', '-t', `=${name}:`, '-F', format]);
    const [lines = []] = await asked.catch(() => []);
    const found = lines.map((line) => line.split(' ')).find(([, , , mark]) => mark !== ':');
    const [pane = '', window = '', leader, mark = '', pid = ':', exit = '', cols, rows] = found ?? [];
    if (pid === ':') {
      // Nothing is there, or its holder was not done starting it, and nobody knows of it.
      await remove(client, name);
      return null;
    }
    const at = { name, pane, window, leader: Number(leader), mark: mark.slice(1) };
    const session = this.#enlist(at, Number(pid.slice(1)));
    const size = { cols: Number(cols), rows: Number(rows) };
    await session.seed();
    session.nudge(size);
    if (exit !== ':') session.ended(exitOf(Number(exit.slice(1))));
    return { session, size };
  }

  async list(): Promise<string[]> {
    const client = await this.#server.connect(false);
    const [names = []] = (await client?.run(['list-sessions', '-F', '#{session_name}'])) ?? [];
    return names.filter((name) => name !== HUB);
  }

  async remove(name: string): Promise<void> {
    const client = await this.#server.connect(false);
    if (client) await remove(client, name);
  }

  leave(): Promise<void> {
    this.#sessions.clear();
    return this.#server.leave();
  }

  async close(): Promise<void> {
    await this.#server.end();
    this.#gone();
  }

  ended(session: TmuxSession): void {
    this.#sessions.delete(session.at.pane);
    this.tell('kill-window', '-t', session.at.window);
  }

  #enlist(at: Pane, pid?: number): TmuxSession {
    const session = new TmuxSession(this, at, pid);
    this.#sessions.set(at.pane, session);
    return session;
  }

  #notice(name: string, [first = '']: string[]): void {
    if (name === 'pane-mode-changed') this.#sessions.get(first)?.covered();
    else if (name === 'pause') this.#sessions.get(first)?.behind();
    else if (name === 'window-close' || name === 'unlinked-window-close')
      // Its holder left no word: of all signals only SIGKILL ends it so.
      for (const session of this.#sessions.values())
        if (session.at.window === first) session.lost({ code: null, signal: 9 });
  }

  async #reattached(client: ControlClient): Promise<void> {
    const [panes = []] = await client.run(['list-panes', '-a', '-F', '#{pane_id}']);
    for (const session of this.#sessions.values()) {
      if (!panes.includes(session.at.pane)) session.lost({ code: null, signal: 9 });
      else await session.seed();
    }
  }

  #gone(): void {
    for (const session of this.#sessions.values()) session.lost({ code: null, signal: null });
  }
}

function starting(spec: SessionSpec, name: string, command: string[], mark: string): string[][] {
  const { cols, rows } = atLeastOne(spec.size);
  const size = ['-x', String(cols), '-y', String(rows)];
  const there = `=${name}:`;
  const env = carried(spec.env).flatMap(([variable, value]) => ['-e', `${variable}=${value}`]);
  const ids = ['-P', '-F', '#{pane_id} #{window_id} #{pane_pid}'];
  const named = ['-s', name, '-n', name, ...size, '-c', literal(spec.cwd), ...env];
  return [
    ['new-session', '-d', ...ids, ...named, '--', ...command],
    ['resize-window', '-t', there, ...size], // from then on no client decides its size
    ['set-option', '-p', '-t', there, '@mcc_mark', mark],
    ['link-window', '-d', '-s', there, '-t', `=${HUB}:`],
  ];
}

/** Ends what an earlier run under a name left, with windows that a person may have made there. */
async function remove(client: ControlClient, name: string): Promise<void> {
  const asked = client.run(['list-windows', '-t', `=${name}`, '-F', '#{window_id}']);
  const [windows = []] = await asked.catch(() => []); // there is none
  for (const window of windows) await client.run(['kill-window', '-t', window]).catch(() => {}); // it went by itself
}
