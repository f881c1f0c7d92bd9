import xterm, { type IMarker, type Terminal } from '@xterm/headless';
import { type Announcements, hearAnnouncements, type Progress } from './announcements.ts';
import { answerQueries } from './answers.ts';
import { BLANK, blankOut, CELL, glyphWidth, putCell, RIGHT_HALF } from './cells.ts';
import { provider } from './graphemes.ts';
import { Listeners } from './listeners.ts';
import { mend } from './mends.ts';
import { type CursorShape, type Hooks, type Modes, ModeTracker } from './modes.ts';
import { publicStoreOf } from './public-store.ts';
import { dequeue, enqueue, SLICE } from './slices.ts';
import { writeSnapshot } from './snapshot.ts';
import { PROOF, readsTruly, type Store, storeOf } from './stored.ts';
import { join, splitCharacter, unfinished } from './unfinished.ts';

export type { Progress } from './announcements.ts';
export type { CursorShape, Modes, MouseEncoding, MouseTracking } from './modes.ts';

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface Cursor {
  readonly x: number;
  readonly y: number;
  readonly visible: boolean;
  readonly shape: CursorShape;
  readonly blink: boolean;
}

/** Some rows, up to and without the last; of a screen unless told otherwise. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}
export const allRows: Rows = { from: 0, to: Number.POSITIVE_INFINITY };
export const noRows: Rows = { from: Number.POSITIVE_INFINITY, to: 0 };

/** The rows from the first of both to the last of both. */
export const spanning = (a: Rows, b: Rows): Rows => ({
  from: Math.min(a.from, b.from),
  to: Math.max(a.to, b.to),
});

/** A line that is followed wherever output and resizes move it. */
export interface Mark {
  /** its absolute number now; null when it fell off the history */
  readonly line: number | null;
  dispose(): void;
}

export interface ScreenOptions {
  /** Lines kept above the screen; 1000 unless told. */
  scrollback?: number;
  /** Takes the replies to device queries, to be written to the program; without it queries stay unanswered. */
  answer?: (bytes: string) => void;
}

/** Flow control: pause a program with more than this many characters unparsed, resume it below the other. */
export const PAUSE_ABOVE = 100_000;
export const RESUME_BELOW = 5_000;

/** A shell's prompts that are remembered, the newest. */
const MOST_PROMPTS = 1000;

type Events = Announcements & { parsed: Rows; resized: undefined; fault: unknown };

const encoder = new TextEncoder();

function adoptGraphemes(terminal: Terminal): void {
  terminal.unicode.register(provider);
  terminal.unicode.activeVersion = provider.version;
}

/** Empty user input makes xterm parse the next write at once instead of in a timer: writing becomes synchronous. */
function parseNow(terminal: Terminal, data: Uint8Array | string): void {
  terminal.input('', true);
  terminal.write(data);
}

/** True if this version of xterm stores cells as stored.ts reads them; tried once, on a terminal of its own. */
const direct = readsDirectly();

function readsDirectly(): boolean {
  const terminal = new xterm.Terminal({ cols: 10, rows: 2, allowProposedApi: true, logLevel: 'off' });
  adoptGraphemes(terminal);
  parseNow(terminal, PROOF);
  const truly = readsTruly(() => storeOf(terminal));
  terminal.dispose();
  return truly;
}

function clamp({ cols, rows }: Size): Size {
  return { cols: Math.max(2, Math.floor(cols) || 2), rows: Math.max(1, Math.floor(rows) || 1) };
}

/** A terminal's grid of cells: parses what a program writes, remembers its modes, answers its queries. */
export class Screen {
  /** Parsed before other screens: the pane that has the keyboard. */
  urgent = false;
  readonly #terminal: Terminal;
  readonly #store: Store;
  readonly #modes: ModeTracker;
  readonly #listeners = new Listeners<Events>();
  readonly #queue: Uint8Array[] = [];
  readonly #answer: ((bytes: string) => void) | undefined;
  #later: (() => void)[] = [];
  #pending = 0;
  /** rows that parsing may have changed since listeners were told */
  #touched: Rows = noRows;
  readonly #tellsRows: boolean;
  #version = 0;
  #title = '';
  #tail: Uint8Array = new Uint8Array();
  /** the first bytes of a character whose others have not come yet: the emulator loses some of those (U+2026, U+200D) */
  #held: Uint8Array = new Uint8Array();
  #disposed = false;
  /** numbers of the lines at which prompts begin, rising; they stay theirs while older lines are shed */
  #prompts: number[] = [];

  constructor(size: Size, options: ScreenOptions = {}) {
    this.#terminal = new xterm.Terminal({
      ...clamp(size),
      scrollback: options.scrollback ?? 1000,
      allowProposedApi: true,
      logLevel: 'off',
      windowOptions: {
        getWinSizeChars: true,
        getWinSizePixels: true,
        getCellSizePixels: true,
        pushTitle: true,
        popTitle: true,
      },
    });
    adoptGraphemes(this.#terminal);
    this.#store = direct ? storeOf(this.#terminal) : publicStoreOf(this.#terminal);
    this.#answer = options.answer;
    this.#tellsRows = this.#store.watchRows((rows) => {
      this.#touched = rows ? spanning(this.#touched, { from: rows.start, to: rows.end + 1 }) : allRows;
    });
    const hooks = this.#hooks();
    this.#modes = new ModeTracker(hooks, () => this.#alternate);
    const its = { store: this.#store, modes: this.#modes, size: () => this.size };
    mend(hooks, its);
    answerQueries(hooks, its, (bytes) => this.#reply(bytes));
    this.#listen(hooks);
  }

  get size(): Size {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** Grows whenever something visible may have changed. */
  get version(): number {
    return this.#version;
  }

  get cursor(): Cursor {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    const { shape, blink, cursorVisible } = this.#modes;
    return {
      x: Math.min(cursorX, this.#terminal.cols - 1),
      y: cursorY,
      visible: cursorVisible,
      shape,
      blink,
    };
  }

  get title(): string {
    return this.#title;
  }

  get modes(): Modes {
    const its = this.#terminal.modes;
    const { mouseEncoding, modifyOtherKeys, kitty } = this.#modes;
    return {
      cursorKeys: its.applicationCursorKeysMode,
      keypad: its.applicationKeypadMode,
      paste: its.bracketedPasteMode,
      focus: its.sendFocusMode,
      mouse: its.mouseTrackingMode === 'vt200' ? 'press' : its.mouseTrackingMode,
      mouseEncoding,
      kitty: kitty.at(-1) ?? 0,
      modifyOtherKeys,
      alternate: this.#alternate,
      synchronised: its.synchronizedOutputMode,
    };
  }

  /** Since when the program's synchronised update is open, by performance.now(); null when none is. */
  get updatingSince(): number | null {
    return this.#modes.updatingSince;
  }

  /** Bytes written but not parsed yet; see PAUSE_ABOVE and RESUME_BELOW. */
  get pending(): number {
    return this.#pending;
  }

  /** Queues what a program wrote; it is parsed in slices, in turn with other screens. */
  write(data: Uint8Array | string): void {
    if (this.#disposed || data.length === 0) return;
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    this.#queue.push(bytes);
    this.#pending += bytes.length;
    enqueue(this);
  }

  /** Parses everything that is queued, now. */
  flush(): void {
    dequeue(this);
    if (this.#pending === 0) return;
    while (this.slice() > 0);
    this.settle();
  }

  /** Parses at most so many bytes; returns those that remain. Called by the queue of slices. */
  slice(bytes: number = SLICE): number {
    let room = bytes;
    while (room > 0) {
      const chunk = this.#queue.shift();
      if (chunk === undefined) break;
      const part = chunk.subarray(0, room);
      const rest = chunk.subarray(room);
      if (rest.length > 0) this.#queue.unshift(rest);
      this.#parse(part);
      room -= part.length;
      this.#pending -= part.length;
    }
    return this.#pending;
  }

  /** Tells listeners what the parsed bytes brought, once the parser is at rest. Called by the queue of slices. */
  settle(): void {
    const later = this.#later;
    this.#later = [];
    for (const tell of later) tell();
    const touched = this.#tellsRows ? this.#touched : allRows;
    this.#touched = noRows;
    this.#listeners.emit('parsed', touched);
  }

  /** After every turn in which something was parsed: what rows may look different. Like all listeners, returns how to unsubscribe. */
  onParsed(listener: (rows: Rows) => void): () => void {
    return this.#listeners.on('parsed', listener);
  }
  onResize(listener: () => void): () => void {
    return this.#listeners.on('resized', listener);
  }
  onBell(listener: () => void): () => void {
    return this.#listeners.on('bell', listener);
  }
  onTitle(listener: (title: string) => void): () => void {
    return this.#listeners.on('title', listener);
  }
  /** The emulator itself failed on some output, and lost the rest of that slice; nothing a program writes stops it. */
  onFault(listener: (error: unknown) => void): () => void {
    return this.#listeners.on('fault', listener);
  }
  /** A program put text on the clipboard (OSC 52); asking for the clipboard is never answered. */
  onClipboard(listener: (text: string) => void): () => void {
    return this.#listeners.on('clipboard', listener);
  }
  /** A desktop notification: OSC 9, 99 or 777. */
  onNotice(listener: (text: string) => void): () => void {
    return this.#listeners.on('notice', listener);
  }
  /** Progress of a program (OSC 9;4), in percent. */
  onProgress(listener: (progress: Progress) => void): () => void {
    return this.#listeners.on('progress', listener);
  }

  /** Gives the program's terminal another size (at least 2×1), after parsing what was written for the old one. */
  resize(size: Size): void {
    if (this.#disposed) return;
    this.flush();
    const { cols, rows } = clamp(size);
    if (cols === this.#terminal.cols && rows === this.#terminal.rows) return;
    const marks = cols === this.#terminal.cols ? [] : this.#markPrompts();
    this.#terminal.resize(cols, rows);
    this.#store.resized();
    if (marks.length > 0) this.#takePrompts(marks);
    this.#version++;
    this.#listeners.emit('resized', undefined);
  }

  /** Lines kept above the screen; none on the alternate screen. */
  get history(): number {
    return this.#terminal.buffer.active.baseY;
  }

  /** All lines: history and screen. */
  get lines(): number {
    return this.#terminal.buffer.active.length;
  }

  /**
   * Lines that fell off the history since somebody asked first. A line's number and this together are a number that
   * stays the line's own while output goes on: what places (reading.ts) count in.
   */
  get shed(): number {
    return this.#alternate ? 0 : this.#store.shed();
  }

  /** The lines at which a prompt begins, as the program marks them (OSC 133 ; A), from the oldest; as places count. */
  get prompts(): readonly number[] {
    const kept = this.#prompts.findIndex((line) => line >= this.shed);
    this.#prompts = kept < 0 ? [] : this.#prompts.slice(kept);
    return this.#alternate ? [] : this.#prompts;
  }

  /** Marks the line so many above the screen's first row; the mark goes along with its line. None on the alternate screen. */
  mark(above: number): Mark | undefined {
    if (this.#alternate) return undefined;
    const marker = this.#terminal.registerMarker(-above - this.#terminal.buffer.active.cursorY);
    if (!marker) return undefined;
    return {
      get line() {
        return marker.isDisposed ? null : marker.line;
      },
      dispose: () => marker.dispose(),
    };
  }

  /**
   * Packs `cols` cells of row `y`, from column `x`, into `into` at word `at`; rows below 0 are those of the history, -1 the
   * newest. Beyond them it is blank; a wide glyph cut in half at either end is blank too.
   */
  readRow(y: number, into: Uint32Array, at: number, cols: number = this.#terminal.cols, x = 0): void {
    const within = y >= -this.history && y < this.#terminal.rows;
    const have = within ? Math.max(0, Math.min(cols, this.#terminal.cols - x)) : 0;
    if (have > 0) this.#store.read('active', this.history + y, into, at, x, have, false);
    for (let t = at + have * CELL; t < at + cols * CELL; t += CELL) putCell(into, t, BLANK, 0, 0, 0);
    if (have === 0) return;
    if (into[at] === RIGHT_HALF) blankOut(into, at);
    const last = at + (have - 1) * CELL;
    if (glyphWidth(into[last] ?? 0) === 2) blankOut(into, last);
  }

  /** The rows as text, trailing blanks trimmed. */
  text(): string[] {
    return Array.from({ length: this.#terminal.rows }, (_, y) => this.line(this.history + y));
  }

  /** A line by its absolute number (0 is the oldest kept), trailing blanks trimmed; '' beyond the end. */
  line(index: number): string {
    return (this.#terminal.buffer.active.getLine(index)?.translateToString(true) ?? '').replace(/ +$/, '');
  }

  /** True if this line goes on the line before it because it did not fit there. */
  wrapped(index: number): boolean {
    return this.#terminal.buffer.active.getLine(index)?.isWrapped ?? false;
  }

  /** The text of part of a line, from one column up to and without another, blanks and all. */
  part(index: number, from: number, to: number): string {
    return this.#terminal.buffer.active.getLine(index)?.translateToString(false, from, to) ?? '';
  }

  /** Bytes that, written to a fresh screen of this size and scrollback, restore this one; at most `scrollback` lines of its history. */
  snapshot(scrollback?: number): Uint8Array {
    this.flush();
    const its = this.#terminal.modes;
    return writeSnapshot(
      {
        store: this.#store,
        size: this.size,
        modes: this.modes,
        insert: its.insertMode,
        newline: this.#terminal.options.convertEol ?? false,
        origin: its.originMode,
        wrap: its.wraparoundMode,
        reverseWrap: its.reverseWraparoundMode,
        tracked: this.#modes,
        title: this.#title,
        prompts: this.#prompts.map((line) => line - this.#store.shed()),
        tail: join(this.#tail, this.#held),
      },
      scrollback,
    );
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    dequeue(this);
    this.#queue.length = 0;
    this.#pending = 0;
    this.#listeners.clear();
    this.#terminal.dispose();
  }

  get #alternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  #parse(data: Uint8Array): void {
    this.#version++;
    const bytes = this.#characters(data);
    try {
      parseNow(this.#terminal, bytes);
    } catch (error) {
      this.#store.recover();
      this.#tell('fault', error);
    }
    this.#tail = unfinished(this.#tail, bytes, this.#store.grounded);
  }

  /** Whole characters only; what has begun at the end waits for the rest. */
  #characters(data: Uint8Array): Uint8Array {
    const bytes = this.#held.length === 0 ? data : join(this.#held, data);
    this.#held = splitCharacter(bytes);
    return bytes.subarray(0, bytes.length - this.#held.length);
  }

  #reply(bytes: string): void {
    const answer = this.#answer;
    if (answer && bytes !== '') this.#later.push(() => answer(bytes));
  }

  #hooks(): Hooks {
    const { parser } = this.#terminal;
    return {
      csi: (id, handler) => parser.registerCsiHandler(id, handler),
      esc: (id, handler) => parser.registerEscHandler(id, handler),
      osc: (number, handler) => parser.registerOscHandler(number, handler),
      dcs: (id, handler) => parser.registerDcsHandler(id, handler),
    };
  }

  #listen(hooks: Hooks): void {
    this.#terminal.onData((bytes) => this.#reply(bytes));
    this.#terminal.onBell(() => this.#tell('bell', undefined));
    this.#terminal.onTitleChange((title) => {
      this.#title = title;
      this.#tell('title', title);
    });
    hooks.osc(133, (data) => {
      if (data.startsWith('A') && !this.#alternate) this.#promptHere();
      return true;
    });
    hearAnnouncements(hooks, {
      clipboard: (text) => this.#tell('clipboard', text),
      notice: (text) => this.#tell('notice', text),
      progress: (progress) => this.#tell('progress', progress),
    });
  }

  #promptHere(): void {
    const { baseY, cursorY } = this.#terminal.buffer.active;
    const line = this.shed + baseY + cursorY;
    this.#prompts = this.#prompts.filter((other) => other < line).slice(-MOST_PROMPTS);
    this.#prompts.push(line);
  }

  /** Another width moves lines: markers go along with them. Not kept at other times, since each costs on every line shed. */
  #markPrompts(): IMarker[] {
    const { baseY, cursorY } = this.#terminal.buffer.active;
    const here = this.#store.shed() + baseY + cursorY;
    return this.prompts.flatMap((line) => this.#terminal.registerMarker(line - here) ?? []);
  }

  #takePrompts(marks: readonly IMarker[]): void {
    const lines = marks.flatMap((mark) => (mark.isDisposed ? [] : [mark.line + this.#store.shed()]));
    for (const mark of marks) mark.dispose();
    this.#prompts = [...new Set(lines)].sort((a, b) => a - b);
  }

  #tell<K extends keyof Events>(event: K, value: Events[K]): void {
    this.#later.push(() => this.#listeners.emit(event, value));
  }
}
