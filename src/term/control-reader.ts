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
const COLON = 0x3a;
const OUTPUT = Buffer.from('%output ');
/** With flow control: the pane, the age of the output, maybe more, a colon. */
const EXTENDED = Buffer.from('%extended-output ');

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
    if (!block && begins(data, start, OUTPUT)) {
      const space = data.indexOf(SPACE, start + OUTPUT.length);
      this.#output(data, start + OUTPUT.length, space + 1, end);
      return;
    }
    if (!block && begins(data, start, EXTENDED)) {
      const colon = data.indexOf(COLON, start + EXTENDED.length);
      this.#output(data, start + EXTENDED.length, colon + 2, end);
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

  #output(data: Buffer, pane: number, start: number, end: number): void {
    const id = data.toString('latin1', pane, data.indexOf(SPACE, pane));
    this.#handler.output(id, unescaped(data, start, end));
  }
}

const begins = (data: Buffer, start: number, word: Buffer): boolean =>
  data.compare(word, 0, word.length, start, Math.min(start + word.length, data.length)) === 0;

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
