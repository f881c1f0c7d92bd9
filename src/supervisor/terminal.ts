import type { Composer, Kind, ScreenRow, Write } from '../agents/index.ts';
import { Bg, CELL, Fg, glyphText } from '../term/cells.ts';
import { modeSequences } from '../term/mode-sequences.ts';
import type { Session } from '../term/pty.ts';
import { PAUSE_ABOVE, RESUME_BELOW, Screen, type Size } from '../term/screen.ts';
import { hurry, SLICE } from '../term/slices.ts';
import { ToolLoop } from './tool-loop.ts';
import { Turns } from './turns.ts';

/** Focus events of a terminal: xterm ctlseqs, "FocusIn/FocusOut". */
const focusIn = '\x1b[I';
const focusOut = '\x1b[O';

/** Who is told the bytes of a terminal: a recording, the line mode. */
export interface Watcher {
  output(data: Uint8Array): void;
  resized(size: Size): void;
}

/** Messages that stand in a composer: how they were typed, what of them is not typed yet, and the screen's version then. */
export interface Unsent {
  ids: readonly string[];
  writes: readonly Write[];
  version: number;
  rest?: readonly Write[];
}

/** The terminal of one running session: its pty, the screen that mirrors it, and the one queue of what is written to it. */
export class Terminal {
  readonly agent: string;
  /** id of the run */
  readonly id: string;
  readonly kind: Kind;
  readonly pty: Session;
  readonly screen: Screen;
  /** ms since the epoch */
  outputAt = Date.now();
  typedAt = 0;
  readonly watchers = new Set<Watcher>();
  readonly turns = new Turns();
  /** what mcc typed and did not send, since the screen did not show it in time, or since it was killed */
  unsent: Unsent | null = null;
  /** finds what an earlier supervisor typed here and did not send */
  recall: (() => Unsent | null) | null = null;
  /** what mcc sent last by the keyboard */
  sent: { ids: readonly string[]; writes: readonly Write[] } | null = null;
  /** the SessionStart that was heard last: it comes by http, where there is a curl, and as a file */
  began = '';
  /** when a hook was heard last, in ms since the epoch */
  heardAt = 0;
  /** until when a permission that was asked counts as answered by a rule, in ms since the epoch */
  ruledUntil = 0;
  /** what its state file said, to be told later */
  later: NodeJS.Timeout | undefined;
  /** counts tool calls that fail again and again */
  readonly toolLoop = new ToolLoop();
  /** version of its program, where that tells it */
  version: string | undefined;
  /** its program has ended: nothing is to be waited for any more */
  over = false;
  /** its program runs in a process namespace of its own, below the process that the pty started */
  isolated = false;
  /** ends what watches it, when its program has ended */
  readonly stops: (() => void)[] = [];
  #paused = false;
  /** what the person types while mcc is typing waits here, so that the two never mix */
  #held: Uint8Array[] | null = null;
  #unfocused = false;
  #composed: { version: number; composer: Composer } | null = null;

  constructor(agent: string, id: string, kind: Kind, pty: Session, size: Size, scrollback: number) {
    this.agent = agent;
    this.id = id;
    this.kind = kind;
    this.pty = pty;
    this.screen = new Screen(size, {
      scrollback,
      answer: (bytes) => {
        if (!pty.answersItself?.(bytes)) pty.write(Buffer.from(bytes));
      },
    });
    pty.onData((data) => this.#output(data));
    this.screen.onParsed(() => {
      this.flow();
      pty.keepModes?.(modeSequences(this.screen.modes, this.screen.cursor));
    });
  }

  #output(data: Uint8Array): void {
    this.outputAt = Date.now();
    for (const watcher of this.watchers) watcher.output(data);
    this.screen.write(data);
    // What the pane with the keyboard writes waits for nothing; in slices only when it is much.
    if (this.screen.urgent && this.screen.pending <= SLICE) this.screen.flush();
    this.flow();
  }

  /** Holds the program while it writes faster than it is parsed here; lets it go on after that. */
  flow(): void {
    const { pending } = this.screen;
    const hold = pending > (this.#paused ? RESUME_BELOW : PAUSE_ABOVE);
    if (hold === this.#paused) return;
    this.#paused = hold;
    if (hold) this.pty.pause();
    else this.pty.resume();
  }

  /** Keys of the person; telling the program that it lost the keyboard is not typing. */
  input(data: Uint8Array): void {
    const told = Buffer.from(data).toString('latin1');
    if (told === focusOut || told === focusIn) this.#unfocused = told === focusOut;
    else this.typedAt = Date.now();
    hurry();
    if (this.#held) this.#held.push(data);
    else this.pty.write(data);
  }

  /** Nobody knows whether its program believes to have the keyboard: it is told so before its composer is read. */
  doubtFocus(): void {
    this.#unfocused = true;
  }

  /** Runs `work` as the only writer; the person's keys follow after it, in order. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#held = [];
    try {
      return await work();
    } finally {
      const held = this.#held;
      this.#held = null;
      for (const data of held) this.pty.write(data);
    }
  }

  resize(size: Size): void {
    if (size.cols === this.screen.size.cols && size.rows === this.screen.size.rows) return;
    this.screen.resize(size);
    this.pty.resize(this.screen.size);
    for (const watcher of this.watchers) watcher.resized(this.screen.size);
  }

  /** What the composer on the screen holds; `none` when this kind has no composer. */
  composer(): Composer | { state: 'none' } {
    const { composer, focus } = this.kind;
    if (!composer) return { state: 'none' };
    if (this.#unfocused && focus) {
      // It hides its cursor while another pane has the keyboard, and without that nothing is proved.
      this.#unfocused = false;
      this.pty.write(Buffer.from(focus));
      return { state: 'absent' };
    }
    this.screen.flush();
    const { version } = this.screen;
    if (this.#composed?.version !== version)
      this.#composed = { version, composer: composer(rowsOf(this.screen), this.screen.cursor) };
    return this.#composed.composer;
  }

  dispose(): void {
    clearTimeout(this.later);
    this.watchers.clear();
    this.screen.dispose();
  }
}

/** The live rows of a screen as kinds read them: a glyph a cell, and whether it is dim or inverse. */
export function rowsOf(screen: Screen): ScreenRow[] {
  const { cols, rows } = screen.size;
  const words = new Uint32Array(cols * CELL);
  return Array.from({ length: rows }, (_, y) => {
    screen.readRow(y, words, 0, cols);
    const cells: string[] = [];
    const dim: boolean[] = [];
    const inverse: boolean[] = [];
    for (let x = 0; x < cols; x += 1) {
      cells.push(glyphText(words[x * CELL] ?? 0));
      inverse.push(((words[x * CELL + 1] ?? 0) & Fg.inverse) !== 0);
      dim.push(((words[x * CELL + 2] ?? 0) & Bg.dim) !== 0);
    }
    return { cells, dim, inverse };
  });
}

/** What a terminal itself shows, for `why`: its title, how long it has been quiet, and its composer. */
export function shown(terminal: Terminal): string[] {
  const quiet = (Date.now() - terminal.outputAt) / 1000;
  const composer = terminal.composer();
  return [
    `screen        ${terminal.screen.size.cols}×${terminal.screen.size.rows}, quiet for ${quiet.toFixed(1)} s${terminal.screen.title ? `, title ${JSON.stringify(terminal.screen.title)}` : ''}`,
    ...(terminal.pty.modesUnsure
      ? [
          'modes         kitty keys, focus reports and cursor shape are as mcc last saw them: unknown since it was away',
        ]
      : []),
    `composer      ${composer.state}${composer.state === 'draft' ? `: ${JSON.stringify(composer.text.slice(0, 60))}` : ''}`,
  ];
}
