import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Event, Fact } from '../../src/core/event.ts';
import { reduce } from '../../src/core/reduce.ts';
import type { State } from '../../src/core/state.ts';
import { Screens } from '../../src/supervisor/screens.ts';
import { ptyHost } from '../../src/term/pty.ts';
import { Screen, type Size } from '../../src/term/screen.ts';
import { openTui, type Program } from '../../src/tui/mount.ts';
import type { ClientLink } from '../../src/wire/link.ts';
import type { ClientFrame, Hello, Result } from '../../src/wire/schema.ts';
import { listen, type WireServer } from '../../src/wire/server.ts';
import { layouts } from './stage.ts';
import { stamp, team } from './team.ts';

/** What the screen asked of its supervisor. */
type Heard =
  | { type: 'input'; agent: string; bytes: string }
  | { type: 'resize'; agent: string; cols: number; rows: number }
  | { type: 'command'; words: readonly string[] };

/** A supervisor that is played: real wire, real screens, real state, terminals that echo what is typed. */
export class Stagehand {
  state: State = team();
  readonly heard: Heard[] = [];
  readonly terminals = new Map<string, Program>();
  /** what commands are answered with, by their first words */
  readonly answers = new Map<string, Result>();
  /** terminals are not where they are said to be, as from another container */
  far = false;
  /** what the screens remember */
  memory: string | undefined;
  readonly #screens: Screens;
  #server: WireServer | undefined;
  #wire: Server | undefined;
  readonly #cuts: (() => void)[] = [];
  #vanished = false;
  readonly #watchers = new Set<() => void>();

  /** @param theme name of the theme */
  constructor(theme: string) {
    this.#screens = new Screens(
      {
        project: 'dates',
        state: () => this.state,
        program: (agent) => this.#terminal(agent),
        resize: (agent, size) => {
          this.#hear({ type: 'resize', agent, ...size });
          this.#terminal(agent).screen.resize(size);
        },
        command: async (words) => {
          this.#hear({ type: 'command', words });
          const [, answer] = [...this.answers].find(([first]) => words.join(' ').startsWith(first)) ?? [];
          return answer ?? { ok: true, text: 'done' };
        },
        note: () => {},
      },
      async (opening, tty, sitter, { environment }) =>
        openTui(opening, tty, sitter, {
          ...{ layouts, layout: 'team', environment, remembered: this.memory },
          theme: environment.NO_COLOR ? 'none' : theme,
          remember: (text) => {
            this.memory = text;
          },
        }),
    );
  }

  async open(path: string): Promise<void> {
    this.#server = await listen(`${path}.own`, {
      version: '0.1.0',
      hello: () => ({ version: '0.1.0', pid: process.pid, project: 'dates', base: 'main', actor: 'person' }),
      frame: (link, frame, body) => this.#take(link, frame, body),
      close: (link) => {
        if (!this.#vanished) this.#screens.gone(link);
      },
    });
    // Between the two stands a wire that can be cut.
    this.#wire = createServer((near) => {
      const far = connect(`${path}.own`);
      this.#cuts.push(() => near.destroy());
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    await new Promise<void>((resolve) => this.#wire?.listen(path, resolve));
  }

  /** Goes down in order, saying why. */
  async close(reason = 'the theatre closes'): Promise<void> {
    this.#wire?.close();
    await this.#screens.close(reason);
    await this.#server?.close(reason);
  }

  /** As when the supervisor is killed: the connection breaks without a word. */
  vanish(): void {
    this.#vanished = true;
    for (const cut of this.#cuts) cut();
  }

  /** Something happened. */
  tell(fact: Fact): void {
    const event = stamp(fact, this.state.seq + 1);
    this.state = reduce(this.state, event);
    this.#screens.told(event);
  }

  /** Something happened that breaks whoever looks at it. */
  break(): void {
    this.state = { ...this.state, agents: null as unknown as State['agents'] };
    this.#screens.told({ type: 'task.held', seq: this.state.seq } as unknown as Event);
  }

  /** A program writes. */
  writes(agent: string, text: string): void {
    const { screen } = this.#terminal(agent);
    screen.write(text);
    screen.flush();
  }

  /** Waits until something was heard; named so that a hang says for what. */
  async until(what: string, holds: (heard: Heard) => boolean): Promise<void> {
    if (this.heard.some(holds)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`never heard ${what}; heard ${JSON.stringify(this.heard.slice(-8))}`)),
        15_000,
      );
      const look = () => {
        if (!this.heard.some(holds)) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  typed(agent: string): string {
    return this.heard
      .flatMap((one) => (one.type === 'input' && one.agent === agent ? [one.bytes] : []))
      .join('');
  }

  #terminal(agent: string): Program {
    const known = this.terminals.get(agent);
    if (known) return known;
    const screen = new Screen({ cols: 80, rows: 24 });
    screen.write(`${agent} ready\r\n$ `);
    screen.flush();
    const input = (bytes: Uint8Array) => {
      const text = Buffer.from(bytes).toString('utf8');
      this.#hear({ type: 'input', agent, bytes: text });
      this.writes(agent, text.replace('\r', '\r\n$ '));
    };
    const program = { screen, input };
    this.terminals.set(agent, program);
    return program;
  }

  #hear(heard: Heard): void {
    this.heard.push(heard);
    for (const look of [...this.#watchers]) look();
  }

  #take(link: ClientLink, frame: Exclude<ClientFrame, Hello>, body: Buffer): void {
    if (frame.type === 'attach') {
      const elsewhere = frame.device && { ...frame.device, ino: frame.device.ino + 1 };
      this.#screens.attach(link, this.far ? { ...frame, device: elsewhere } : frame, '');
    }
    if (frame.type === 'keys') this.#screens.keys(link, body);
    else if (frame.type === 'resized') this.#screens.resized(link, frame);
    else if (frame.type === 'signal') this.#screens.signal(link, frame.signal);
  }
}

let bundle: string | undefined;

/** program.ts as one file that Node runs. */
function program(): string {
  if (bundle) return bundle;
  bundle = join(process.cwd(), 'node_modules/.cache', `mcc-tui-${process.pid}.mjs`);
  buildSync({
    entryPoints: ['test/tui/program.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  const made = bundle;
  process.on('exit', () => rmSync(made, { force: true }));
  return bundle;
}

/** The screen in a real terminal, and a supervisor that is played behind it. */
export async function perform(
  size: Size,
  env: Record<string, string> = {},
  answer: (bytes: string) => string = (bytes) => bytes,
  far = false,
) {
  const folder = mkdtempSync(join(tmpdir(), 'mcc-tui-'));
  const stagehand = new Stagehand(env.THEME ?? 'auto');
  const socket = join(folder, 's');
  stagehand.far = far;
  await stagehand.open(socket);
  const first = sit(folder, socket, size, env, answer);
  return {
    ...first,
    stagehand,
    size,
    /** One more screen, in a terminal of its own. */
    open: async (its: Size) => sit(folder, socket, its, env, answer),
    async close() {
      await first.close();
      await stagehand.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A person at a terminal with the screen on it. */
function sit(
  folder: string,
  socket: string,
  size: Size,
  env: Record<string, string>,
  answer: (bytes: string) => string,
) {
  const screen = new Screen(size, { answer: (bytes) => session.write(Buffer.from(answer(bytes))) });
  const session = ptyHost().spawn({
    file: process.execPath,
    args: ['--no-warnings', program(), socket],
    cwd: process.cwd(),
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', HOME: folder, TZ: 'UTC', ...env },
    size,
  });
  session.onData((data) => screen.write(data));
  const exit = new Promise<{ code: number | null; signal: number | null }>((resolve) =>
    session.onExit(resolve),
  );
  const text = () => screen.text().join('\n');
  const until = (what: string, holds: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      screen.flush();
      if (holds()) return resolve();
      const timer = setTimeout(() => {
        off();
        reject(new Error(`never: ${what}\n${text()}`));
      }, 15_000);
      const off = screen.onParsed(() => {
        if (!holds()) return;
        clearTimeout(timer);
        off();
        resolve();
      });
    });
  return {
    screen,
    session,
    exit,
    text,
    until,
    shows: (words: string) =>
      until(`the screen shows ${JSON.stringify(words)}`, () => text().includes(words)),
    hides: (words: string) =>
      until(`the screen hides ${JSON.stringify(words)}`, () => !text().includes(words)),
    type: (keys: string) => session.write(Buffer.from(keys)),
    resize: (to: Size) => {
      screen.resize(to);
      session.resize(to);
    },
    async close() {
      session.kill('SIGKILL');
      await exit;
    },
  };
}
