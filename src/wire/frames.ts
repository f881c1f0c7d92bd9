/**
 * Frames: what travels on the socket. A frame is
 *
 *     u32be length of all that follows · u32be length of the header · header (JSON object, UTF-8) · raw bytes
 *
 * so that the bytes of a terminal travel as they are, beside a header that anyone can read.
 */

/** Longest frame in bytes, its first length not counted: a snapshot with a long scrollback fits well. */
export const longestFrame = 16 * 1024 * 1024;

export interface Frame {
  header: Record<string, unknown>;
  body: Buffer;
}

/** What came is no frame; nothing after it can be understood, so the connection must end. */
export class FrameError extends Error {
  override name = 'FrameError';
}

/**
 * The bytes of one frame.
 * @throws FrameError when it would be longer than a reader accepts
 */
export function encodeFrame(header: object, body: Uint8Array = new Uint8Array()): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = 4 + json.length + body.length;
  if (length > longestFrame)
    throw new FrameError(`a frame of ${length} bytes is longer than ${longestFrame} bytes`);
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt32BE(json.length, 4);
  json.copy(frame, 8);
  frame.set(body, 8 + json.length);
  return frame;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Headers up to this long are remembered, so many of them: those of output and keys are the same again and again. */
const shortHeader = 100;
const remembered = 64;

/** Cuts a stream of bytes into frames, however it was split on its way. */
export class FrameReader {
  /** Longest frame accepted, in bytes: a server keeps it small until it knows who is there. */
  limit: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #failed: FrameError | undefined;
  /** headers by their bytes; nobody changes them */
  readonly #headers = new Map<string, Record<string, unknown>>();

  constructor(limit = longestFrame) {
    this.limit = limit;
  }

  /** Bytes of a frame that has not come whole yet. */
  get pending(): number {
    return this.#size;
  }

  /**
   * Takes the next bytes of the stream.
   * @returns the frames that are now complete, in order
   * @throws FrameError at the first that is none, and again at every later call
   */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    this.take(chunk, (frame) => frames.push(frame));
    return frames;
  }

  /**
   * Like push, but gives each frame as it is found, so that what comes before a bad one is not lost and the limit
   * may be raised between two of one chunk.
   */
  take(chunk: Uint8Array, found: (frame: Frame) => void): void {
    if (this.#failed) throw this.#failed;
    this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#size += chunk.byteLength;
    for (let length = this.#length(); length !== undefined; length = this.#length()) {
      const all = this.#join();
      this.#chunks = [all.subarray(4 + length)];
      this.#size = all.length - 4 - length;
      found(this.#parse(all.subarray(4, 4 + length)));
    }
  }

  /** Length of the frame at the front when it has come whole. */
  #length(): number | undefined {
    if (this.#size < 4) return undefined;
    let head = this.#chunks[0] ?? Buffer.alloc(0);
    if (head.length < 4) head = this.#join();
    const length = head.readUInt32BE(0);
    if (length > this.limit)
      throw this.#fail(`a frame of ${length} bytes is announced; at most ${this.limit} are accepted`);
    if (length < 4 + 2)
      throw this.#fail(`a frame of ${length} bytes is announced; it could not hold a header`);
    return this.#size >= 4 + length ? length : undefined;
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    const all = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [all];
    return all;
  }

  #parse(frame: Buffer): Frame {
    const length = frame.readUInt32BE(0);
    if (length > frame.length - 4)
      throw this.#fail(`a header of ${length} bytes is announced in a frame of ${frame.length}`);
    return { header: this.#header(frame.subarray(4, 4 + length)), body: frame.subarray(4 + length) };
  }

  #header(bytes: Buffer): Record<string, unknown> {
    const text = bytes.length <= shortHeader ? bytes.toString('latin1') : undefined;
    const known = text === undefined ? undefined : this.#headers.get(text);
    if (known) return known;
    const header = this.#json(bytes);
    if (typeof header !== 'object' || header === null || Array.isArray(header))
      throw this.#fail('the header of a frame is no JSON object');
    if (text !== undefined) {
      if (this.#headers.size >= remembered) this.#headers.clear();
      this.#headers.set(text, Object.freeze(header) as Record<string, unknown>);
    }
    return header as Record<string, unknown>;
  }

  #json(bytes: Buffer): unknown {
    try {
      return JSON.parse(utf8.decode(bytes));
    } catch {
      throw this.#fail('the header of a frame is no JSON in UTF-8');
    }
  }

  #fail(message: string): FrameError {
    this.#failed = new FrameError(message);
    this.#chunks = [];
    this.#size = 0;
    return this.#failed;
  }
}
