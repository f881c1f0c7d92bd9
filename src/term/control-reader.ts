/** Takes apart what tmux writes in control mode (tmux(1), "CONTROL MODE"). */
export interface ControlHandler {
  /** Bytes that the program in a pane wrote; the pane by its id, e.g. %3. */
  output(pane: string, data: Uint8Array): void;
  /** The answer to a command: its lines, or what was wrong. */
  reply(ok: boolean, lines: string[]): void;
  /** A notification: its name without the %, and its words. */
  notice(name: string, words: string[]): void;
}

const NEWLINE = 10;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const OUTPUT = Buffer.from('%output ');

/** Reads a stream of control mode, in pieces of any size. Output is handed over as bytes and never held back for a line's sake. */
export class ControlReader {
  readonly #handler: ControlHandler;
  #rest: Buffer = Buffer.alloc(0);
  /** what closes the block in hand, and its lines; blocks that answer no command of ours are read over */
  #block: { end: string; error: string; lines: string[]; ours: boolean } | undefined;

  constructor(handler: ControlHandler) {
    this.#handler = handler;
  }

  feed(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE, start)) {
      this.#line(data, start, end);
      start = end + 1;
    }
    this.#rest = data.subarray(start);
  }

  #line(data: Buffer, start: number, end: number): void {
    const block = this.#block;
    if (!block && data.subarray(start, start + OUTPUT.length).equals(OUTPUT)) {
      this.#output(data, start + OUTPUT.length, end);
      return;
    }
    const line = data.toString('utf8', start, end);
    if (!block) {
      this.#notice(line);
      return;
    }
    if (line !== block.end && line !== block.error) {
      block.lines.push(line);
      return;
    }
    this.#block = undefined;
    if (block.ours) this.#handler.reply(line === block.end, block.lines);
  }

  #notice(line: string): void {
    const [name = '', ...words] = line.split(' ');
    if (name === '%begin') {
      const id = words.join(' ');
      // The last number is 1 for commands that came over this stream.
      this.#block = { end: `%end ${id}`, error: `%error ${id}`, lines: [], ours: words[2] === '1' };
    } else if (name.startsWith('%')) this.#handler.notice(name.slice(1), words);
  }

  #output(data: Buffer, start: number, end: number): void {
    const space = data.indexOf(SPACE, start);
    if (space === -1 || space >= end) return;
    this.#handler.output(data.toString('latin1', start, space), unescaped(data, space + 1, end));
  }
}

/** tmux writes bytes below space, and the backslash, as a backslash and three octal digits; all others as they are. */
function unescaped(data: Buffer, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = data[at] as number;
    if (byte === BACKSLASH && at + 3 < end) {
      bytes[length++] =
        (((data[at + 1] as number) & 3) << 6) |
        (((data[at + 2] as number) & 7) << 3) |
        ((data[at + 3] as number) & 7);
      at += 3;
    } else bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}
