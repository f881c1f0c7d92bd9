import type { Socket } from 'node:net';
import { encodeFrame, type Frame, FrameError, FrameReader, longestFrame } from './frames.ts';
import {
  anyHello,
  type ClientFrame,
  checkFrame,
  clientFrame,
  type Hello,
  helloSchema,
  type ServerFrame,
  WIRE_VERSION,
} from './schema.ts';
import type { WireHandlers } from './server.ts';

/** Longest first frame: who is there is not known yet. */
const longestHello = 64 * 1024;
/** A client that leaves this much unread is gone or stopped: it is closed, and may come again for a fresh snapshot. */
const longestBacklog = 64 * 1024 * 1024;
/** How long a client may take to read its last frame, in ms. */
const farewell = 1000;

/** The server's end of one connection. */
export class ClientLink {
  #socket: Socket;
  #handlers: WireHandlers;
  #reader = new FrameReader(longestHello);
  #hello: Hello | undefined;
  #ended = false;
  #deadline: NodeJS.Timeout;
  #closers: (() => void)[] = [];
  #drainers: (() => void)[] = [];

  constructor(socket: Socket, handlers: WireHandlers, helloTime: number) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#deadline = setTimeout(
      () => this.#refuse('it did not say hello in time', 'connect again'),
      helloTime,
    ).unref();
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('drain', () => {
      for (const drained of this.#drainers) drained();
    });
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => this.#closed());
  }

  /** What the client said of itself; undefined until it is let in. */
  get hello(): Hello | undefined {
    return this.#hello;
  }

  /** Bytes that the client has not taken yet: above some of them, output had better be left out and a snapshot sent later. */
  get buffered(): number {
    return this.#socket.writableLength;
  }

  get open(): boolean {
    return !this.#ended && !this.#socket.destroyed;
  }

  /** Sends a frame; to a client that is gone, nothing happens. */
  send(frame: ServerFrame, body?: Uint8Array): void {
    if (!this.open) return;
    this.#socket.write(encodeFrame(frame, body));
    if (this.buffered > longestBacklog) this.#socket.destroy();
  }

  /** Everything sent meanwhile goes out in one write. */
  together(work: () => void): void {
    this.#socket.cork();
    try {
      work();
    } finally {
      this.#socket.uncork();
    }
  }

  /** Calls back when the connection ended, for whatever reason. */
  onClose(callback: () => void): void {
    this.#closers.push(callback);
  }

  /** Calls back whenever all that was sent has been taken. */
  onDrain(callback: () => void): void {
    this.#drainers.push(callback);
  }

  /** Sends a last frame and closes; returns when the connection ended. */
  async end(last: ServerFrame): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    if (!this.#ended) {
      this.#ended = true;
      this.#socket.end(encodeFrame(last));
      const timer = setTimeout(() => this.#socket.destroy(), farewell);
      this.#socket.once('close', () => clearTimeout(timer));
    }
    await closed;
  }

  #closed(): void {
    clearTimeout(this.#deadline);
    this.#ended = true;
    if (this.#hello) this.#handlers.close?.(this);
    for (const closed of this.#closers) closed();
  }

  #read(chunk: Buffer): void {
    if (this.#ended) return;
    const frames: Frame[] = [];
    let wrong: FrameError | undefined;
    try {
      this.#reader.take(chunk, (frame) => {
        this.#reader.limit = longestFrame; // the first frame is whole: whether it is let in is seen before the next
        frames.push(frame);
      });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      wrong = error;
    }
    for (const { header, body } of frames) {
      if (this.#ended) return;
      if (this.#hello) this.#take(header, body);
      else this.#greet(header);
    }
    if (wrong && !this.#ended)
      this.#refuse(`it sent something that is no frame: ${wrong.message}`, 'mcc --version');
  }

  #take(header: Record<string, unknown>, body: Buffer): void {
    const frame = this.#check(() => checkFrame(clientFrame, header));
    if (!frame) return;
    if (frame.type === 'hello') this.#refuse('it said hello twice', 'mcc --version');
    else this.#handlers.frame(this, frame satisfies Exclude<ClientFrame, Hello>, body);
  }

  #greet(header: Record<string, unknown>): void {
    const any = this.#check(() => checkFrame(anyHello, header));
    if (!any) return;
    if (any.wire !== WIRE_VERSION) {
      const own = `this supervisor (mcc ${this.#handlers.version}) version ${WIRE_VERSION}`;
      const older = 'upgrade this mcc, or mcc down && mcc up';
      const hint = any.wire > WIRE_VERSION ? 'mcc down && mcc up' : older;
      this.#refuse(`it speaks version ${any.wire} of the protocol, ${own}`, hint);
      return;
    }
    const hello = this.#check(() => checkFrame(helloSchema, header));
    if (hello) this.#admit(hello);
  }

  #admit(hello: Hello): void {
    const answer = this.#handlers.hello(hello, this);
    if ('reason' in answer) {
      this.#refuse(answer.reason, answer.hint);
      return;
    }
    clearTimeout(this.#deadline);
    this.#hello = hello;
    this.send({ type: 'welcome', wire: WIRE_VERSION, ...answer });
  }

  /** Runs a check of the schema; one that fails closes this client and gives undefined. */
  #check<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error), 'mcc --version');
      return undefined;
    }
  }

  #refuse(reason: string, hint: string): void {
    const { version } = this.#handlers;
    void this.end({ type: 'refused', reason, hint, wire: WIRE_VERSION, version });
  }
}
