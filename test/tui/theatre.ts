import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Fact } from '../../src/core/event.ts';
import { reduce } from '../../src/core/reduce.ts';
import type { State } from '../../src/core/state.ts';
import { ptyHost } from '../../src/term/pty.ts';
import { Screen, type Size } from '../../src/term/screen.ts';
import type { ClientLink } from '../../src/wire/link.ts';
import type { ClientFrame, Hello, ServerFrame } from '../../src/wire/schema.ts';
import { listen, type WireServer } from '../../src/wire/server.ts';
import { stamp, team } from './team.ts';

/** A supervisor that is played: real wire, real state, terminals that echo what is typed. */
export class Stagehand {
  state: State = team();
  readonly heard: (Exclude<ClientFrame, Hello> & { bytes: string })[] = [];
  readonly terminals = new Map<string, Screen>();
  /** what commands are answered with, by their first words */
  readonly answers = new Map<
    string,
    { ok: true; text: string } | { ok: false; refusal: string; hint?: string; code: number }
  >();
  #server: WireServer | undefined;
  #wire: Server | undefined;
  readonly #cuts: (() => void)[] = [];
  readonly #links = new Set<ClientLink>();
  readonly #watchers = new Set<() => void>();

  async open(path: string): Promise<void> {
    this.#server = await listen(`${path}.own`, {
      version: '0.1.0',
      hello: (_hello, link) => {
        this.#links.add(link);
        return { version: '0.1.0', pid: process.pid, project: 'dates', base: 'main', actor: 'person' };
      },
      frame: (link, frame, body) => this.#take(link, frame, body),
      close: (link) => this.#links.delete(link),
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
    await this.#server?.close(reason);
  }

  /** As when the supervisor is killed: the connection breaks without a word. */
  vanish(): void {
    for (const cut of this.#cuts) cut();
  }

  /** Something happened. */
  tell(fact: Fact): void {
    const event = stamp(fact, this.state.seq + 1);
    this.state = reduce(this.state, event);
    this.#send({ type: 'event', event });
  }

  /** A program writes. */
  writes(agent: string, text: string): void {
    const bytes = Buffer.from(text);
    this.#terminal(agent).write(bytes);
    this.#terminal(agent).flush();
    this.#send({ type: 'output', agent }, bytes);
  }

  sends(frame: ServerFrame): void {
    this.#send(frame);
  }

  /** Waits until a frame was heard; named so that a hang says for what. */
  async until(what: string, holds: (frame: (typeof this.heard)[number]) => boolean): Promise<void> {
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
      .flatMap((frame) => (frame.type === 'input' && frame.agent === agent ? [frame.bytes] : []))
      .join('');
  }

  #send(frame: ServerFrame, body?: Uint8Array): void {
    for (const link of this.#links) link.send(frame, body);
  }

  #terminal(agent: string): Screen {
    const screen = this.terminals.get(agent) ?? new Screen({ cols: 80, rows: 24 });
    if (!this.terminals.has(agent)) screen.write(`${agent} ready\r\n$ `);
    this.terminals.set(agent, screen);
    screen.flush();
    return screen;
  }

  #take(link: ClientLink, frame: Exclude<ClientFrame, Hello>, body: Buffer): void {
    this.heard.push({ ...frame, bytes: body.toString('utf8') });
    if (frame.type === 'follow') link.send({ type: 'state', state: this.state });
    if (frame.type === 'watch') {
      const screen = this.#terminal(frame.agent);
      if (frame.size) screen.resize(frame.size);
      link.send({ type: 'snapshot', agent: frame.agent, ...screen.size }, screen.snapshot());
    }
    if (frame.type === 'resize') {
      this.#terminal(frame.agent).resize(frame);
      link.send({ type: 'size', agent: frame.agent, cols: frame.cols, rows: frame.rows });
    }
    if (frame.type === 'input') this.writes(frame.agent, body.toString('utf8').replace('\r', '\r\n$ '));
    if (frame.type === 'command') {
      const answer = [...this.answers].find(([words]) => frame.words.join(' ').startsWith(words))?.[1] ?? {
        ok: true,
        text: 'done',
      };
      link.send({ type: 'result', id: frame.id, ...answer });
    }
    for (const look of [...this.#watchers]) look();
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
) {
  const folder = mkdtempSync(join(tmpdir(), 'mcc-tui-'));
  const stagehand = new Stagehand();
  const socket = join(folder, 's');
  await stagehand.open(socket);
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
    stagehand,
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
      await stagehand.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
