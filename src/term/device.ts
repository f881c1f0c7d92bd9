import { EventEmitter } from 'node:events';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import type { Size } from './screen.ts';
import type { TtyParts } from './tty.ts';

/** A terminal device as another process sees it: where it is, and what tells it from any other (stat(2)). */
export interface DeviceName {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly rdev: number;
}

/** What a Tty is made of, for a terminal that another process sits at. */
export interface Far extends Required<Pick<TtyParts, 'input' | 'output'>> {
  /** Its size changed: told by the process at it, which alone gets SIGWINCH. */
  resize(size: Size): void;
  /** Resolves when what was written has been taken, or the terminal takes nothing any more; then lets go of it. */
  release(): Promise<void>;
}

/** A terminal that is going away gets so long to take what restores it, in ms. */
const patience = 500;

/**
 * Opens the terminal that another process of the same user sits at, so that keys and frames need not pass through that
 * process: a key goes through two processes less. It does not become the controlling terminal of this one.
 * @throws Error when it cannot be opened, or when under its path there is another one than the process has (in another
 *   container, say)
 */
export function openDevice(name: DeviceName, size: Size): Far {
  const fd = openSync(name.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  try {
    const { dev, ino, rdev } = fstatSync(fd);
    if (dev !== name.dev || ino !== name.ino || rdev !== name.rdev || !isatty(fd))
      throw new Error(`${name.path} is another terminal here`);
    const stream = new ReadStream(fd);
    const own = (stream as unknown as { _handle: { fd: number } })._handle.fd;
    // libuv opens a terminal anew under a descriptor of its own; this one is not needed then.
    if (own !== fd) closeSync(fd);
    return far(stream, own, size);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function far(stream: ReadStream, fd: number, size: Size): Far {
  const output = Object.assign(new EventEmitter(), {
    fd,
    columns: size.cols,
    rows: size.rows,
    get writableLength() {
      return stream.writableLength;
    },
    write: (text: string, written?: () => void) => stream.writable && stream.write(text, () => written?.()),
  });
  stream.on('error', () => {}); // `end` or `close` tell it
  stream.on('close', () => stream.emit('end'));
  return {
    input: stream,
    output,
    resize: (to) => resize(output, to),
    release: async () => {
      if (stream.writableLength > 0)
        await new Promise<void>((done) => {
          const timer = setTimeout(done, patience);
          stream.write('', () => {
            clearTimeout(timer);
            done();
          });
        });
      stream.destroy();
    },
  };
}

/** What passes keys and frames on, where the device cannot be opened. */
export interface Relay {
  send(bytes: string): void;
  /** bytes that are on their way */
  readonly pending: number;
  onTaken(listener: () => void): void;
}

/** A terminal that is reached through the process at it. */
export function relayed(relay: Relay, size: Size): Far & { take(keys: Uint8Array): void } {
  const input = Object.assign(new EventEmitter(), { resume() {}, pause() {} });
  const waiting: (() => void)[] = [];
  const output = Object.assign(new EventEmitter(), {
    columns: size.cols,
    rows: size.rows,
    get writableLength() {
      return relay.pending;
    },
    write: (text: string, written?: () => void) => {
      relay.send(text);
      if (relay.pending === 0) written?.();
      else if (written) waiting.push(written);
      return true;
    },
  });
  relay.onTaken(() => {
    for (const written of waiting.splice(0)) written();
  });
  return {
    input,
    output,
    take: (keys) => void input.emit('data', keys),
    resize: (to) => resize(output, to),
    release: async () => {}, // the last frame follows in the same stream
  };
}

function resize(output: EventEmitter & { columns: number; rows: number }, { cols, rows }: Size): void {
  output.columns = cols;
  output.rows = rows;
  output.emit('resize');
}
