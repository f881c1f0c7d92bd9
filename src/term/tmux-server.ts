import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { ControlClient } from './control.ts';
import { signalled } from './host.ts';
import { answersIn, kindOf, probe, usualAnswers } from './tmux-answers.ts';

export interface ServerOptions {
  /** Absolute path of tmux. */
  readonly tmux: string;
  /** Absolute path of the server's socket, in a folder that only this user can enter. */
  readonly socket: string;
  /** Lines of history that tmux keeps of a pane. */
  readonly scrollback: number;
}

export interface ServerListener {
  output(pane: string, data: Uint8Array): void;
  notice(name: string, words: string[]): void;
  /** The client was lost, and there is another one. */
  reattached(client: ControlClient): void;
  /** The server is gone with all it held. */
  gone(): void;
}

/** How long tmux may take to answer queries, or to end, in ms. */
const PATIENCE = 3_000;

/** So many seconds of unread output tmux keeps before it skips. */
const BEHIND = 5;

/** The session that all windows are linked into: a control client hears only of its own session's. No agent is called so. */
export const HUB = '_mcc';

/** A tmux server of the project's own, with a control client while it is wanted. None of the user's configuration is read. */
export class TmuxServer {
  readonly #options: ServerOptions;
  readonly #listener: ServerListener;
  readonly #probes = new Map<string, (data: Uint8Array) => void>();
  #client: ControlClient | undefined;
  #connecting: Promise<ControlClient | undefined> | undefined;
  #answers: ReadonlySet<string> = new Set();
  #ended = false;

  constructor(options: ServerOptions, listener: ServerListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** The client of the moment. @throws Error when the server is gone */
  get client(): ControlClient {
    if (!this.#client) throw new Error('the tmux server is gone');
    return this.#client;
  }

  tell(...command: string[]): void {
    this.#client?.tell(...command);
  }

  /** True if this tmux answers the query behind a reply itself. */
  answersItself(reply: string): boolean {
    return this.#answers.has(kindOf(reply));
  }

  /**
   * The client in use, or a new one.
   * @param start whether to start a server where none runs
   * @returns undefined when none runs and none is to be started
   */
  connect(start: boolean): Promise<ControlClient | undefined> {
    const before = this.#connecting ?? Promise.resolve(undefined);
    const attempt = before.then(() => this.#client ?? this.#open(start));
    this.#connecting = attempt.catch(() => undefined);
    return attempt;
  }

  /** Ends the server with all it holds; one that waits for somebody to read is not waited for. */
  async end(): Promise<void> {
    const client = await this.connect(false).catch(() => undefined);
    this.#ended = true;
    if (client) {
      const [[pid = ''] = []] = await client.run(['display-message', '-p', '#{pid}']).catch(() => []);
      await this.#run('kill-server');
      if (!(await holds(() => this.#client !== client)) && Number(pid) > 1) signalled(Number(pid), 'SIGKILL');
    }
    rmSync(this.#options.socket, { force: true });
  }

  /** Lets go of the server, which goes on. */
  async leave(): Promise<void> {
    await this.#connecting;
    this.#ended = true;
    await this.#client?.close();
  }

  async #open(start: boolean): Promise<ControlClient | undefined> {
    if (this.#ended) throw new Error('the tmux host was closed');
    if (!(await this.#run('has-session', '-t', `=${HUB}`)).ok) {
      if (!start) return undefined;
      await this.#start();
    }
    await this.#removeClients();
    const argv = [...this.#argv(), '-C', 'attach-session', '-t', `=${HUB}:`];
    const client: ControlClient = new ControlClient(argv, environment, {
      output: (pane, data) => {
        const probed = this.#probes.get(pane);
        if (probed) probed(data);
        else this.#listener.output(pane, data);
      },
      notice: (name, words) => this.#listener.notice(name, words),
      closed: () => this.#lost(client),
    });
    await client.attached;
    // Without it tmux keeps all that is not read yet, and ends the client after five minutes.
    await client.run(['refresh-client', '-f', `pause-after=${BEHIND}`]);
    this.#answers = await this.#probe(client);
    this.#client = client;
    return client;
  }

  /**
   * Ends the control clients of a supervisor that was killed. One that was not read to the end would stay for good and
   * keep tmux from reading its panes; and when tmux 3.3a tells of a client's end while the next one is at the door, it crashes.
   */
  async #removeClients(): Promise<void> {
    const look = async () => {
      const { said } = await this.#run('list-clients', '-F', '#{client_control_mode} #{client_pid}');
      const clients = said.split('\n').map((line) => line.split(' '));
      return clients.filter(([control]) => control === '1').map(([, pid]) => Number(pid));
    };
    for (const pid of await look()) if (pid > 1) signalled(pid, 'SIGKILL');
    await holds(async () => (await look()).length === 0);
  }

  /** The hub's one window is dead and costs no process. */
  async #start(): Promise<void> {
    const commands = [
      ['start-server'],
      ['set-option', '-s', 'exit-empty', 'off'],
      ['set-option', '-s', 'set-clipboard', 'off'],
      ['set-option', '-g', 'update-environment', ''],
      ['set-option', '-g', 'history-limit', String(this.#options.scrollback)],
      ['set-option', '-g', 'automatic-rename', 'off'],
      ['set-option', '-gq', 'fill-character', ' '], // what a person who attaches sees beside the pane; since 3.3
      ['set-option', '-g', 'remain-on-exit', 'on'],
      ['new-session', '-d', '-s', HUB, '-x', '80', '-y', '24', 'true'],
      ['set-option', '-w', '-t', `=${HUB}:`, 'remain-on-exit', 'on'],
      ['set-option', '-g', 'remain-on-exit', 'off'],
    ];
    const { ok, said } = await this.#run(...commands.flatMap((command) => [...command, ';']));
    if (!ok) throw new Error(`tmux does not start: ${said} (${this.#argv().join(' ')})`);
  }

  /** Finds out what this tmux answers by itself. */
  async #probe(client: ControlClient): Promise<Set<string>> {
    let shown = '';
    return new Promise((done, failed) => {
      const timer = setTimeout(() => done(new Set(usualAnswers)), PATIENCE);
      const found = ([[pane = ''] = []]: string[][]) => {
        this.#probes.set(pane, (data) => {
          shown += Buffer.from(data).toString('latin1');
          const answers = answersIn(shown);
          if (!answers) return;
          clearTimeout(timer);
          this.#probes.delete(pane);
          client.tell('kill-pane', '-t', pane);
          done(answers);
        });
      };
      const window = ['new-window', '-d', '-P', '-F', '#{pane_id}', '-t', `=${HUB}:`, '--', ...probe];
      client.runAt(found, window).catch(failed);
    });
  }

  /** Somebody may have ended the client alone: then the sessions go on with another one. */
  async #lost(client: ControlClient): Promise<void> {
    if (this.#client !== client) return;
    this.#client = undefined;
    const next = this.#ended ? undefined : await this.connect(false).catch(() => undefined);
    if (next) this.#listener.reattached(next);
    else this.#listener.gone();
  }

  #argv = (): string[] => [this.#options.tmux, '-S', this.#options.socket, '-u', '-f', '/dev/null'];

  #run(...words: string[]): Promise<{ ok: boolean; said: string }> {
    const [file = '', ...args] = [...this.#argv(), ...words];
    const options = { env: environment, cwd: '/', timeout: 10_000 };
    return new Promise((done) => {
      execFile(file, args, options, (error, out, wrong) =>
        done({ ok: !error, said: (error ? wrong || error.message : out).trim() }),
      );
    });
  }
}

/** What the server starts with; sessions bring their own. */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin' };

/** Waits until something holds. @returns false when it does not within PATIENCE */
async function holds(look: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    if (await look()) return true;
    await new Promise((done) => setTimeout(done, 10));
  }
  return false;
}
