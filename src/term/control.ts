import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { ControlReader } from './control-reader.ts';
import { commandLine } from './control-words.ts';

/** Who hears of what goes on in the tmux server. */
export interface ControlListener {
  output(pane: string, data: Uint8Array): void;
  notice(name: string, words: string[]): void;
  /** The stream ended: the client or the whole server is gone. */
  closed(why: string): void;
}

interface Waiting {
  readonly commands: readonly (readonly string[])[];
  readonly blocks: string[][];
  done(blocks: string[][]): void;
  failed(error: Error): void;
}

/** A client of a tmux server in control mode: commands in, answers and the output of panes out, over one stream. */
export class ControlClient {
  /** Resolves when commands may be given; rejects when the server let nobody in. */
  readonly attached: Promise<void>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #argv: readonly string[];
  readonly #waiting: Waiting[] = [];
  #stderr = '';
  #open = true;

  /** @param argv the command that attaches, e.g. `tmux -S … -C attach-session -t …` */
  constructor(argv: readonly string[], env: Readonly<Record<string, string>>, listener: ControlListener) {
    const [file = 'tmux', ...args] = argv;
    this.#argv = argv;
    this.#child = spawn(file, args, { env: { ...env }, stdio: 'pipe' });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.attached = promise;
    promise.catch(() => {}); // whoever waits is told
    const reader = new ControlReader({
      output: (pane, data) => listener.output(pane, data),
      notice: (name, words) => {
        if (name === 'exit') this.#stderr ||= words.join(' ');
        else if (name === 'session-changed') resolve();
        listener.notice(name, words);
      },
      reply: (ok, lines) => this.#reply(ok, lines),
    });
    this.#child.stdout.on('data', (chunk: Buffer) => reader.feed(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000);
    });
    this.#child.stdin.on('error', () => {}); // its end is told by close
    const ended = () => {
      reject(new Error(`tmux: ${this.#why} (${argv.join(' ')})`));
      this.#ended(listener);
    };
    this.#child.on('error', (error) => {
      this.#stderr ||= error.message;
      ended();
    });
    this.#child.on('close', ended);
  }

  /**
   * Runs commands one right after the other: nothing happens in the server in between. When one fails, the rest is left out.
   * @returns the lines that each of them answered
   * @throws Error with the command and what tmux said
   */
  run(...commands: (readonly string[])[]): Promise<string[][]> {
    return this.runAt(() => {}, ...commands);
  }

  /** Like run; `moment` is called when the answer is read, before any output that came after it. */
  runAt(moment: (blocks: string[][]) => void, ...commands: (readonly string[])[]): Promise<string[][]> {
    return new Promise((resolve, failed) => {
      const done = (blocks: string[][]) => {
        moment(blocks);
        resolve(blocks);
      };
      this.#send({ commands, blocks: [], done, failed });
    });
  }

  /** Runs a command whose answer nobody waits for. */
  tell(...command: string[]): void {
    this.#send({ commands: [command], blocks: [], done: () => {}, failed: () => {} });
  }

  /** Leaves the server to itself; resolves when the client is gone. */
  close(): Promise<void> {
    const closed = new Promise<void>((done) => this.#child.once('close', () => done()));
    this.#child.stdin.end();
    return closed;
  }

  get #why(): string {
    return this.#stderr.trim() || 'the tmux server is gone';
  }

  #send(waiting: Waiting): void {
    if (!this.#open) {
      waiting.failed(this.#error('the tmux server is gone', waiting));
      return;
    }
    this.#waiting.push(waiting);
    this.#child.stdin.write(`${waiting.commands.map(commandLine).join(' ; ')}\n`);
  }

  #reply(ok: boolean, lines: string[]): void {
    const first = this.#waiting[0];
    if (!first) return;
    first.blocks.push(lines);
    if (ok && first.blocks.length < first.commands.length) return;
    this.#waiting.shift();
    if (ok) first.done(first.blocks);
    else first.failed(this.#error(lines.join('; '), first));
  }

  #ended(listener: ControlListener): void {
    if (!this.#open) return;
    this.#open = false;
    const why = this.#why;
    for (const waiting of this.#waiting.splice(0)) waiting.failed(this.#error(why, waiting));
    listener.closed(why);
  }

  /** Of the command only its first word: others may be secrets of a session's environment. */
  #error(why: string, { commands, blocks }: Waiting): Error {
    const at = commands[Math.max(0, blocks.length - 1)]?.[0] ?? '';
    return new Error(`tmux ${at}: ${why} (${this.#argv.join(' ')})`);
  }
}
