import { connect as dial, type Socket } from 'node:net';
import { encodeFrame, FrameReader } from './frames.ts';
import {
  type ClientFrame,
  checkFrame,
  type Hello,
  type Refused as RefusedFrame,
  type Result,
  refusedSchema,
  type ServerFrame,
  serverFrame,
  type Welcome,
  WIRE_VERSION,
} from './schema.ts';

/** No supervisor answers at the socket. */
export class NotRunning extends Error {
  override name = 'NotRunning';
  readonly hint = 'mcc up';
}

/** The supervisor is of another version; `hint` is what to do. */
export class WrongVersion extends Error {
  override name = 'WrongVersion';
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** The supervisor did not let this client in, or sent it away. */
export class Refused extends Error {
  override name = 'Refused';
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** A supervisor is there, but says nothing: it is busy, stopped, or hangs. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
  readonly hint = 'try again; if it stays silent: mcc down --force, then mcc up';
}

/** The connection ended before what was asked was answered: it may have been done or not. */
export class Disconnected extends Error {
  override name = 'Disconnected';
  readonly hint = 'mcc status';
}

export type FrameListener = (frame: ServerFrame, body: Buffer) => void;

/** The client's end of the connection to the supervisor. */
export class WireClient {
  readonly welcome: Welcome;
  #link: Link;
  #next = 1;

  constructor(link: Link, welcome: Welcome) {
    this.#link = link;
    this.welcome = welcome;
  }

  /** Bytes that the supervisor has not taken yet. */
  get buffered(): number {
    return this.#link.socket.writableLength;
  }

  /**
   * Gives a command and waits for what comes of it.
   * @param input what stood on standard input, for commands that take it
   * @throws Disconnected when the connection ends first
   */
  command(words: string[], input?: string): Promise<Result> {
    const id = this.#next++;
    return this.#link.answer(id, () =>
      this.send({ type: 'command', id, words, ...(input === undefined ? {} : { input }) }),
    );
  }

  /** Sends a frame; after the connection ended, nothing happens. */
  send(frame: ClientFrame, body?: Uint8Array): void {
    if (!this.#link.socket.destroyed && this.#link.socket.writable)
      this.#link.socket.write(encodeFrame(frame, body));
  }

  /** Hears every frame but results; what came before the first listener is given to that. @returns how to stop */
  on(listener: FrameListener): () => void {
    return this.#link.listen(listener);
  }

  /** Calls back once the connection ended, with why if that is known; at once when it has. */
  onClose(callback: (reason: string) => void): void {
    this.#link.whenClosed((error) => callback(error.message));
  }

  /** Closes the connection; returns when what was sent has been taken and it ended. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#link.whenClosed(() => resolve());
      this.#link.socket.end();
    });
  }
}

/**
 * Connects to the supervisor at a socket and says hello.
 * @param options.timeout ms in which it must answer, 5000 when not given
 * @throws NotRunning, WrongVersion, Refused, or NoAnswer when it does not answer in time
 */
export async function connect(
  path: string,
  hello: Omit<Hello, 'type' | 'wire'>,
  options: { timeout?: number } = {},
): Promise<WireClient> {
  const link = new Link(dial(path), path);
  const timeout = options.timeout ?? 5000;
  const timer = setTimeout(
    () => link.fail(new NoAnswer(`the supervisor at ${path} did not answer within ${timeout / 1000} s`)),
    timeout,
  );
  try {
    const welcome = link.welcomed();
    link.socket.write(encodeFrame({ type: 'hello', wire: WIRE_VERSION, ...hello } satisfies Hello));
    return new WireClient(link, await welcome);
  } finally {
    clearTimeout(timer);
  }
}

/** Frames in and out of one socket, and whoever waits for them. */
class Link {
  readonly socket: Socket;
  #path: string;
  #reader = new FrameReader();
  #welcome: ((welcome: Welcome) => void) | undefined;
  #answers = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>();
  #listeners = new Set<FrameListener>();
  #early: Parameters<FrameListener>[] = [];
  #closers: ((error: Error) => void)[] = [];
  #known = false;
  #error: Error | undefined;
  #closed = false;

  constructor(socket: Socket, path: string) {
    this.socket = socket;
    this.#path = path;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => {
      this.#error ??= this.#known ? error : failedDial(path, error);
    });
    socket.on('close', () => this.#close());
  }

  welcomed(): Promise<Welcome> {
    return new Promise((resolve, reject) => {
      this.#welcome = resolve;
      this.whenClosed(reject);
    });
  }

  answer(id: number, send: () => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#goneError());
      this.#answers.set(id, { resolve, reject });
      send();
    });
  }

  listen(listener: FrameListener): () => void {
    this.#listeners.add(listener);
    for (const early of this.#early.splice(0)) listener(...early);
    return () => this.#listeners.delete(listener);
  }

  whenClosed(callback: (error: Error) => void): void {
    if (this.#closed) callback(this.#goneError());
    else this.#closers.push(callback);
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.socket.destroy();
  }

  #goneError(): Error {
    if (this.#error) return this.#error;
    return this.#known
      ? new Disconnected('the supervisor closed the connection')
      : new NotRunning(`the supervisor at ${this.#path} is going down`);
  }

  #close(): void {
    this.#closed = true;
    const error = this.#goneError();
    const lost = error instanceof Disconnected ? error : new Disconnected(error.message, { cause: error });
    for (const { reject } of this.#answers.values()) reject(lost);
    this.#answers.clear();
    for (const closed of this.#closers.splice(0)) closed(error);
  }

  #read(chunk: Buffer): void {
    const frames: [ServerFrame, Buffer][] = [];
    let wrong: Error | undefined;
    try {
      this.#reader.take(chunk, ({ header, body }) => frames.push([this.#check(header), body]));
    } catch (error) {
      const known = error instanceof Refused || error instanceof WrongVersion;
      wrong = known ? error : new Error(`the supervisor sent what is not understood: ${error}`);
    }
    for (const [frame, body] of frames) this.#take(frame, body);
    if (wrong) this.fail(wrong);
  }

  /** Before anything else of it is read: a refusal has the same shape in every version. */
  #check(header: Record<string, unknown>): ServerFrame {
    if (header.type === 'refused') throw refusal(checkFrame(refusedSchema, header));
    if (header.type === 'welcome' && header.wire !== WIRE_VERSION)
      throw new WrongVersion(
        `the supervisor speaks version ${header.wire} of the protocol, not ${WIRE_VERSION}`,
        'mcc down && mcc up',
      );
    return checkFrame(serverFrame, header);
  }

  #take(frame: ServerFrame, body: Buffer): void {
    if (frame.type === 'welcome') {
      this.#known = true;
      this.#welcome?.(frame);
    } else if (frame.type === 'result') {
      const { type: _type, id, ...result } = frame;
      this.#answers.get(id)?.resolve(result);
      this.#answers.delete(id);
    } else {
      if (frame.type === 'bye') this.#error ??= new Disconnected(frame.reason);
      if (this.#listeners.size === 0) this.#early.push([frame, body]);
      for (const listener of this.#listeners) listener(frame, body);
    }
  }
}

function refusal({ reason, hint, wire }: RefusedFrame): Error {
  return wire === WIRE_VERSION ? new Refused(reason, hint) : new WrongVersion(reason, hint);
}

function failedDial(path: string, cause: Error): Error {
  const code = 'code' in cause ? String(cause.code) : '';
  if (['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code))
    return new NotRunning(`no supervisor answers at ${path}`, { cause });
  const error = new Error(`the socket ${path} cannot be opened: ${cause.message}`, { cause });
  // The sandbox that a CLI makes around its commands lets them reach no socket; its MCP servers run outside of it.
  const hint = "use mcc's tools (MCP), or run just this command, outside of the sandbox";
  return code === 'EPERM' ? Object.assign(error, { hint }) : error;
}
