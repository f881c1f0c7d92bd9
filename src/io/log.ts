import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, fileError } from './files.ts';

/** What every event of the log has, whatever its type. */
export interface StoredEvent {
  v: number;
  /** 1, 2, 3 … without a gap */
  seq: number;
  at: string;
  by: string;
  cause: string | null;
  type: string;
}

/** Checks one parsed line. @throws Error with one sentence when it is no event of a known type and shape */
export type EventParser<E extends StoredEvent> = (value: unknown) => E;

export interface Replay<E extends StoredEvent> {
  events: E[];
  /** what was dropped from the end, in one sentence */
  note?: string;
}

const hint =
  'restore the log from a copy; to begin anew, move it into .mcc/trash/ (worktrees and branches stay)';
const newline = 0x0a;

interface Contents<E> {
  events: E[];
  /** bytes of the lines that are whole */
  whole: number;
  /** what stands behind them: a line that was being written when its writer ended */
  torn: Buffer;
  /** the last line is an event, only its line end is missing */
  unended: boolean;
}

/**
 * Reads lines of a log strictly.
 * @param seq number before that of the first line
 * @param line number of the first line
 * @throws ConfigError with file:line at a gap in `seq`, a line that is no JSON, an unknown type or shape
 */
export function parseLines<E extends StoredEvent>(
  bytes: Buffer,
  path: string,
  parse: EventParser<E>,
  seq = 0,
  line = 1,
): Contents<E> {
  const events: E[] = [];
  let at = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
    events.push(
      parseLine(bytes.subarray(at, end), path, line + events.length, seq + events.length + 1, parse),
    );
    at = end + 1;
  }
  const torn = bytes.subarray(at);
  const last = torn.length > 0 ? eventOf(torn) : undefined;
  if (last === undefined) return { events, whole: at, torn, unended: false };
  events.push(parseLine(torn, path, line + events.length, seq + events.length + 1, parse));
  return { events, whole: bytes.length, torn: Buffer.alloc(0), unended: true };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The value of a line, or undefined when it is no JSON. */
function eventOf(bytes: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(utf8.decode(bytes)) };
  } catch {
    return undefined;
  }
}

function parseLine<E extends StoredEvent>(
  bytes: Buffer,
  path: string,
  line: number,
  seq: number,
  parse: EventParser<E>,
): E {
  const read = eventOf(bytes);
  if (!read) throw fileError(path, 'expected one event as JSON on one line', hint, line);
  let event: E;
  try {
    event = parse(read.value);
  } catch (error) {
    throw fileError(path, error instanceof Error ? error.message : String(error), hint, line);
  }
  if (event.seq !== seq)
    throw fileError(path, `expected the event with seq ${seq}, found seq ${event.seq}`, hint, line);
  return event;
}

/**
 * Reads a log and changes nothing; one that does not exist has no events.
 * @throws ConfigError as parseLines does
 */
export function readLog<E extends StoredEvent>(path: string, parse: EventParser<E>): Replay<E> {
  const { events, torn } = parseLines(readIfThere(path), path, parse);
  if (torn.length === 0) return { events };
  return { events, note: `${path}:${events.length + 1}: the last line is not complete and was left out` };
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** The event log, open for its one writer (whoever holds the project's lock). */
export class Log<E extends StoredEvent = StoredEvent> {
  #path: string;
  #fd: number;
  #size: number;
  #seq: number;
  #dirty = false;
  #syncing: Promise<void> | undefined;
  #failure: unknown;

  private constructor(path: string, fd: number, size: number, seq: number) {
    this.#path = path;
    this.#fd = fd;
    this.#size = size;
    this.#seq = seq;
  }

  /**
   * Opens a log for appending, made when missing, and replays it. A torn last line is moved into `trash/` beside it.
   * @throws ConfigError as parseLines does; nothing was changed then
   */
  static open<E extends StoredEvent>(path: string, parse: EventParser<E>): Replay<E> & { log: Log<E> } {
    mkdirSync(dirname(path), { recursive: true });
    const { O_RDWR, O_CREAT, O_APPEND } = constants;
    const fd = openSync(path, O_RDWR | O_CREAT | O_APPEND, 0o644);
    try {
      if (!fstatSync(fd).isFile()) throw fileError(path, 'expected a file', hint);
      const bytes = readFileSync(fd);
      const { events, whole, torn, unended } = parseLines(bytes, path, parse);
      const log = new Log<E>(path, fd, whole, events.length);
      if (unended) log.#write(Buffer.from('\n'));
      if (torn.length === 0) return { log, events };
      const kept = setAside(path, torn);
      ftruncateSync(fd, whole);
      const note = `${path}:${events.length + 1}: the last line was not complete, so it was moved to ${kept}`;
      return { log, events, note };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** seq of the last event, 0 when there is none. */
  get seq(): number {
    return this.#seq;
  }

  /**
   * Appends events in one write; when this returns they outlive the process, and soon after (flush) the machine.
   * @throws Error when the file cannot be written, was removed or changed by another: nothing of the batch is kept
   */
  append(events: readonly E[]): void {
    if (this.#failure) throw this.#failure;
    if (events.length === 0) return;
    events.forEach((event, index) => {
      if (event.seq !== this.#seq + index + 1)
        throw new Error(`event ${event.type} has seq ${event.seq}, expected ${this.#seq + index + 1}`);
    });
    this.#check();
    this.#write(Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')));
    this.#seq += events.length;
    void this.flush().catch((error: unknown) => {
      this.#failure = error; // the next append tells it: a fact on a failing disk is none
    });
  }

  #check(): void {
    const { nlink, size } = fstatSync(this.#fd);
    if (nlink === 0) throw new Error(`${this.#path} was removed or replaced while mcc was running`);
    if (size !== this.#size)
      throw new Error(`${this.#path} was changed by another program: ${size} bytes, expected ${this.#size}`);
  }

  #write(bytes: Buffer): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      ftruncateSync(this.#fd, this.#size); // a full disk may have taken the beginning
      throw new Error(`${this.#path} cannot be written: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
    this.#size += bytes.length;
    this.#dirty = true;
  }

  /** Waits until all that was appended is on the disk; calls meanwhile share one fsync. */
  async flush(): Promise<void> {
    while (this.#syncing) await this.#syncing;
    if (!this.#dirty) return;
    this.#dirty = false;
    this.#syncing = new Promise<void>((done, failed) =>
      fdatasync(this.#fd, (error) => (error ? failed(error) : done())),
    ).finally(() => {
      this.#syncing = undefined;
    });
    await this.#syncing;
  }

  /** Ends writing; what was appended is on the disk. */
  async close(): Promise<void> {
    while (this.#syncing) await this.#syncing.catch(() => {});
    if (this.#dirty) fdatasyncSync(this.#fd);
    closeSync(this.#fd);
    this.#failure = new Error(`${this.#path} is closed`);
  }
}

/** Keeps torn bytes in `trash/` beside the log, under a name of their own. @returns the path */
function setAside(path: string, bytes: Buffer): string {
  const folder = join(dirname(path), 'trash');
  mkdirSync(folder, { recursive: true });
  for (let count = 1; ; count++) {
    const kept = join(folder, `${basename(path)}.torn-${count}`);
    try {
      writeFileSync(kept, bytes, { flag: 'wx' });
      return kept;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}
