import { EventEmitter } from 'node:events';
import type { Event } from '../core/event.ts';
import type { State } from '../core/state.ts';
import type { Usage } from '../core/usage.ts';
import { type Far, openDevice, relayed } from '../term/device.ts';
import { Listeners } from '../term/listeners.ts';
import type { Screen, Size } from '../term/screen.ts';
import { Tty } from '../term/tty.ts';
import type { ClientLink } from '../wire/link.ts';
import type { ClientFrame, Result, ScreenEnd } from '../wire/schema.ts';

type Attach = Extract<ClientFrame, { type: 'attach' }>;

/** What a screen is given of the supervisor. */
export interface Opening {
  readonly project: string;
  readonly state: State;
  onEvent(listener: (event: Event) => void): () => void;
  onUsage(listener: (usage: Readonly<Record<string, Usage>>) => void): () => void;
  program(agent: string): { readonly screen: Screen; input(bytes: Uint8Array): void } | undefined;
  resize(agent: string, size: Size): void;
  command(words: readonly string[]): Promise<Result>;
}

/** Opens the screen of the team on a terminal: what the layer above knows how to do. @throws Error with a hint */
export type OpenScreen = (
  opening: Opening,
  tty: Tty,
  sitter: EventEmitter,
  asked: Pick<Attach, 'environment' | 'layout'>,
) => Promise<{ readonly end: Promise<ScreenEnd>; close(message: string): void }>;

/** What all screens are given, and where their faults are noted. */
export interface ScreenPorts extends Pick<Opening, 'project' | 'program' | 'resize'> {
  state(): State;
  /** @param mark what the log says beside `person` of whose screen it is */
  command(words: readonly string[], mark: string): Promise<Result>;
  note(level: 'info' | 'error', text: string, about: object): void;
}

/** One screen, and the client that sits at its terminal. */
interface Open {
  readonly far: Far & { take?(keys: Uint8Array): void };
  /** the signals of that client */
  readonly sitter: EventEmitter;
  close(message: string): void;
  readonly over: Promise<void>;
}

/**
 * The screens that people have open. They live here, beside the terminals that they show: whatever a program writes is
 * parsed once, and a key passes through this process alone. A bug of one ends that one.
 */
export class Screens {
  readonly #ports: ScreenPorts;
  readonly #open: OpenScreen;
  readonly #all = new Map<ClientLink, Open>();
  readonly #listeners = new Listeners<{ event: Event; usage: Readonly<Record<string, Usage>> }>();

  constructor(ports: ScreenPorts, open: OpenScreen) {
    this.#ports = ports;
    this.#open = open;
  }

  told(event: Event): void {
    this.#listeners.emit('event', event);
  }

  measured(usage: Readonly<Record<string, Usage>>): void {
    this.#listeners.emit('usage', usage);
  }

  /** Screens that are open. */
  get count(): number {
    return this.#all.size;
  }

  /** Opens a screen for a client. @param mark what the log says of it beside `person` */
  attach(link: ClientLink, frame: Attach, mark: string): void {
    if (this.#all.has(link)) return;
    const far = this.#reach(link, frame);
    const sitter = new EventEmitter();
    const onExit = () => void sitter.emit('exit');
    process.once('exit', onExit);
    const raise = (signal: NodeJS.Signals) => {
      if (signal === 'SIGSTOP') link.send({ type: 'stop' });
    };
    const tty = new Tty({ input: far.input, output: far.output, life: sitter, raise });
    let closed: string | undefined;
    const open: Open = {
      ...{ far, sitter },
      close: (message) => {
        closed = message;
      },
      over: this.#live(link, frame, mark, tty, sitter, (tui) => {
        open.close = tui.close;
        if (closed !== undefined) tui.close(closed);
      }).finally(() => {
        process.off('exit', onExit);
        this.#all.delete(link);
      }),
    };
    this.#all.set(link, open);
  }

  keys(link: ClientLink, bytes: Uint8Array): void {
    this.#all.get(link)?.far.take?.(bytes);
  }

  resized(link: ClientLink, size: Size): void {
    this.#all.get(link)?.far.resize(size);
  }

  signal(link: ClientLink, signal: NodeJS.Signals): void {
    this.#all.get(link)?.sitter.emit(signal);
  }

  /** The client is gone: its terminal is given back all the same. */
  gone(link: ClientLink): void {
    this.#all.get(link)?.close('its client is gone');
  }

  /** Ends all of them; resolves when their terminals are as they were. */
  async close(message: string): Promise<void> {
    const all = [...this.#all.values()];
    for (const { close } of all) close(message);
    await Promise.all(all.map(({ over }) => over));
  }

  async #live(
    link: ClientLink,
    frame: Attach,
    mark: string,
    tty: Tty,
    sitter: EventEmitter,
    opened: (tui: Awaited<ReturnType<OpenScreen>>) => void,
  ): Promise<void> {
    const end = await this.#open(this.#opening(mark), tty, sitter, frame)
      .then((tui) => {
        opened(tui);
        return tui.end;
      })
      .catch((error: unknown) => this.#failed(error));
    await this.#all.get(link)?.far.release();
    link.send({ type: 'end', ...end });
  }

  /** Straight to the device where it can be opened: each process less is a tenth of a millisecond for every key. */
  #reach(link: ClientLink, { device, cols, rows }: Attach): Open['far'] {
    try {
      if (device) return openDevice(device, { cols, rows });
    } catch (error) {
      this.#ports.note('info', 'a screen is drawn through its client', { why: String(error) });
    }
    link.send({ type: 'relay' });
    const relay = {
      send: (bytes: string) => link.send({ type: 'draw' }, Buffer.from(bytes)),
      get pending() {
        return link.buffered;
      },
      onTaken: (listener: () => void) => link.onDrain(listener),
    };
    return relayed(relay, { cols, rows });
  }

  #opening(mark: string): Opening {
    const ports = this.#ports;
    return {
      project: ports.project,
      get state() {
        return ports.state();
      },
      onEvent: (listener) => this.#listeners.on('event', listener),
      onUsage: (listener) => this.#listeners.on('usage', listener),
      program: ports.program,
      resize: ports.resize,
      command: (words) => ports.command(words, mark),
    };
  }

  #failed(error: unknown): ScreenEnd {
    const hint = error instanceof Error && 'hint' in error ? String(error.hint) : undefined;
    if (hint !== undefined) return { reason: 'refused', message: (error as Error).message, hint };
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#ports.note('error', 'a screen failed', { error: stack });
    return { reason: 'bug', message: stack };
  }
}
