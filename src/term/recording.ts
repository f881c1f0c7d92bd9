import { eventLine, headerLine } from './cast.ts';
import { Redactor } from './redact.ts';
import { Screen, type Size } from './screen.ts';

export interface RecordingParts {
  /** takes one line after the other */
  readonly write: (line: string) => void;
  /** ms that only grow; their beginning does not matter */
  readonly clock: () => number;
  /** when it began, in ms since the epoch */
  readonly began: number;
  readonly title: string;
  readonly secrets: readonly string[];
}

/** A recording while it is made: what a pane shows, from its screen as it is at the beginning. */
export class Recording {
  readonly #parts: RecordingParts;
  readonly #redactor: Redactor;
  #start: number;
  #text = new TextDecoder('utf-8', { ignoreBOM: true });
  #size: Size | undefined;
  #last = 0;
  #events = 0;

  constructor(parts: RecordingParts) {
    this.#parts = parts;
    this.#redactor = new Redactor(parts.secrets);
    this.#start = parts.clock();
  }

  /** Lines after the header. */
  get events(): number {
    return this.#events;
  }

  /** Secrets that were masked. */
  get masked(): number {
    return this.#redactor.found;
  }

  /** Seconds since its first line. */
  get seconds(): number {
    return (this.#parts.clock() - this.#start) / 1000;
  }

  /** The whole screen: first, when another session begins, and after output was missed. Its history is not recorded. */
  snapshot(size: Size, bytes: Uint8Array): void {
    const screen = new Screen(size);
    screen.write(bytes);
    const seen = screen.snapshot(0);
    screen.dispose();
    this.#settle();
    this.#text = new TextDecoder('utf-8', { ignoreBOM: true });
    const first = this.#size === undefined;
    if (first) this.#begin(size);
    else this.resized(size);
    this.#take(seen, first ? 0 : this.seconds);
  }

  output(bytes: Uint8Array): void {
    this.#take(bytes, this.seconds);
  }

  resized(size: Size): void {
    if (size.cols === this.#size?.cols && size.rows === this.#size.rows) return;
    this.#size = size;
    this.#line(eventLine({ at: this.#at(this.seconds), size }));
  }

  /** Writes what was held back; nothing follows. */
  end(): void {
    this.#settle();
  }

  #begin(size: Size): void {
    const { write, began, title } = this.#parts;
    const clean = new Redactor(this.#parts.secrets);
    const pieces = [...clean.take({ at: 0, text: title }), ...clean.flush()];
    this.#size = size;
    this.#start = this.#parts.clock();
    write(headerLine(size, began, pieces.map(({ text }) => text).join('')));
  }

  #take(bytes: Uint8Array, at: number): void {
    const text = this.#text.decode(bytes, { stream: true });
    if (text !== '') this.#put(this.#redactor.take({ at, text }));
  }

  #settle(): void {
    const text = this.#text.decode();
    const rest = text === '' ? [] : this.#redactor.take({ at: this.seconds, text });
    this.#put([...rest, ...this.#redactor.flush()]);
  }

  #put(pieces: readonly { at: number; text: string }[]): void {
    for (const { at, text } of pieces) this.#line(eventLine({ at: this.#at(at), output: text }));
  }

  /** Times never go back, though a resize may overtake what is held back. */
  #at(seconds: number): number {
    this.#last = Math.max(this.#last, seconds);
    return this.#last;
  }

  #line(line: string): void {
    this.#events += 1;
    this.#parts.write(line);
  }
}
