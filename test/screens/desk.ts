import { CELL } from '../../src/term/cells.ts';
import {
  createFrame,
  cut,
  dim,
  type Frame,
  fill,
  invert,
  keep,
  placeCursor,
  type Rect,
} from '../../src/term/compose.ts';
import { Screen } from '../../src/term/screen.ts';
import { Window } from '../../src/term/window.ts';
import { piece, type Random, random } from '../term/random.ts';

interface Pane {
  readonly name: string;
  readonly screen: Screen;
  readonly window: Window;
}

/** Panes on a screen as a person has them: laid out, scrolled back, focused, zoomed, covered, and never at rest. */
export class Desk {
  size: { cols: number; rows: number };
  readonly panes: readonly Pane[];
  readonly answers: string[] = [];
  readonly faults: unknown[] = [];
  readonly #random: Random;
  readonly #chrome: Screen;
  readonly #cover: Screen;
  #layout = 1;
  #zoomed = false;
  #focus = 0;
  #overlay: Rect | null = null;
  #marked: Rect | null = null;
  #held = new Set<string>();
  #last: { frame: Frame; places: Map<string, string> } | null = null;

  constructor(random: Random, count: number) {
    this.#random = random;
    this.size = { cols: 100, rows: 30 };
    this.panes = Array.from({ length: count }, (_, index) => {
      const screen = new Screen(
        { cols: 40, rows: 12 },
        { scrollback: 60, answer: (bytes) => this.answers.push(bytes) },
      );
      return { name: `pane ${index}`, screen, window: new Window(screen) };
    });
    for (const { screen } of this.panes) screen.onFault((error) => this.faults.push(error));
    this.#chrome = new Screen(this.size, { scrollback: 0 });
    this.#cover = new Screen({ cols: 30, rows: 10 }, { scrollback: 0 });
    this.#arrange();
  }

  dispose(): void {
    for (const { screen } of this.panes) screen.dispose();
    this.#chrome.dispose();
    this.#cover.dispose();
  }

  /** Something random happens; returns what. */
  act(): string {
    const r = this.#random;
    const [name, act] = r.pick(this.#acts);
    act();
    return name;
  }

  readonly #acts: readonly (readonly [string, () => void])[] = [
    ['write', () => this.#write(8)],
    ['write', () => this.#write(8)],
    ['write much', () => this.#write(100)],
    ['resize', () => this.#resize()],
    ['another layout', () => this.#relayout()],
    ['zoom', () => this.#zoom()],
    ['focus', () => this.#refocus()],
    ['overlay', () => this.#open()],
    ['overlay', () => this.#close()],
    ['scroll', () => this.#scroll()],
    ['follow', () => this.#follow()],
    ['select', () => this.#select()],
    ['hold', () => this.#hold()],
    ['chrome', () => this.#draw()],
  ];

  /** What is to be on display now. */
  compose(): Frame {
    const frame = createFrame(this.size);
    const { cols, rows } = this.size;
    const corner = { x: 0, y: 0 };
    cut(this.#chrome, frame, corner, { ...corner, cols, rows });
    const places = new Map<string, string>();
    for (const { name, rect } of this.#placed()) {
      const window = this.panes.find((pane) => pane.name === name)?.window;
      if (!window) continue;
      const inside = { x: rect.x + 1, y: rect.y + 1, cols: rect.cols - 2, rows: rect.rows - 2 };
      fill(frame, rect, '░');
      const place = JSON.stringify(rect);
      const before = this.#last;
      if (before && this.#held.has(name) && before.places.get(name) === place && !this.#overlay)
        keep(before.frame, frame, inside);
      else this.#cutPane(frame, window, inside, name === this.panes[this.#focus]?.name);
      if (!this.#overlay) places.set(name, place);
    }
    if (this.#marked) invert(frame, this.#marked);
    if (this.#overlay) {
      dim(frame, { x: 0, y: 0, cols, rows: rows - 1 });
      cut(this.#cover, frame, corner, this.#overlay);
      frame.cursor = null;
    }
    this.#last = { frame, places };
    return frame;
  }

  #cutPane(frame: Frame, window: Window, inside: Rect, focused: boolean): void {
    const from = { x: 0, y: Math.max(0, window.cursor.y - inside.rows + 1) };
    cut(window, frame, from, inside);
    if (focused) placeCursor(frame, window.cursor, from, inside);
  }

  /** Rectangles for the panes by splitting at random, down to panes without an inside; what finds no room is left out. */
  #placed(): { name: string; rect: Rect }[] {
    const whole = { x: 0, y: 0, ...this.size };
    const focused = this.panes[this.#focus];
    if (this.#zoomed && focused) return [{ name: focused.name, rect: whole }];
    const r = random(this.#layout);
    const rects: Rect[] = [whole];
    while (rects.length < this.panes.length) {
      const largest = rects.toSorted((a, b) => b.cols * b.rows - a.cols * a.rows)[0] ?? whole;
      rects.splice(rects.indexOf(largest), 1, ...split(r, largest));
    }
    return this.panes.flatMap(({ name }, index) => {
      const rect = rects[index];
      return rect && rect.cols > 2 && rect.rows > 2 ? [{ name, rect }] : [];
    });
  }

  /** Programs get the size of their panes, but for one that is left at another. */
  #arrange(): void {
    const odd = this.#random(5) === 0 ? this.#random(this.panes.length) : -1;
    for (const { name, rect } of this.#placed()) {
      const index = this.panes.findIndex((pane) => pane.name === name);
      if (index === odd) continue;
      this.panes[index]?.screen.resize({ cols: rect.cols - 2, rows: rect.rows - 2 });
    }
    this.#chrome.resize(this.size);
    this.#draw();
  }

  #pane(): Pane {
    return this.#random.pick(this.panes);
  }

  /** Raw bytes into one of the panes. */
  feed(bytes: Uint8Array): void {
    const { screen } = this.#pane();
    screen.write(bytes);
    screen.flush();
  }

  #write(most: number): void {
    const { screen } = this.#pane();
    const { cols, rows } = screen.size;
    for (let count = 1 + this.#random(most); count > 0; count--)
      screen.write(piece(this.#random, cols, rows));
    screen.flush();
  }

  #resize(): void {
    const r = this.#random;
    this.size = { cols: 10 + r(130), rows: 4 + r(40) };
    this.#overlay = null;
    this.#marked = null;
    this.#arrange();
  }

  #relayout(): void {
    this.#layout = this.#random(1000);
    this.#arrange();
  }

  #zoom(): void {
    this.#zoomed = !this.#zoomed;
    this.#arrange();
  }

  #refocus(): void {
    this.#focus = this.#random(this.panes.length);
    this.#arrange();
  }

  #open(): void {
    const r = this.#random;
    const { cols, rows } = this.#cover.size;
    // partly beyond the screen now and then
    this.#overlay = { x: r(this.size.cols) - 3, y: r(this.size.rows) - 2, cols, rows };
    this.#cover.write(`\x1b[H\x1b[4${r(8)}m${'overlay 世界 '.repeat(r(30))}\x1b[m`);
    this.#cover.flush();
  }

  #close(): void {
    this.#overlay = null;
  }

  #scroll(): void {
    const { window } = this.#pane();
    window.scroll = this.#random(window.history + 3);
  }

  #follow(): void {
    for (const { window } of this.panes) window.scroll = 0;
  }

  #select(): void {
    const r = this.#random;
    const { cols, rows } = this.size;
    this.#marked = r(2) === 0 ? null : { x: r(cols), y: r(rows), cols: 1 + r(20), rows: 1 + r(4) };
  }

  #hold(): void {
    const { name } = this.#pane();
    if (!this.#held.delete(name)) this.#held.add(name);
  }

  #draw(): void {
    const { cols, rows } = this.size;
    const line = '─ agent 世 ─ 🇩🇪 working ✔\ufe0f '.repeat(Math.ceil(cols / 20));
    this.#chrome.write(
      `\x1b[H\x1b[2J\x1b[?7l\x1b[3${this.#random(8)}m${`${line}\r\n`.repeat(rows - 1)}${line}\x1b[m`,
    );
    this.#chrome.flush();
  }
}

/** Two parts of a rectangle, side by side or one above the other. */
function split(r: Random, { x, y, cols, rows }: Rect): [Rect, Rect] {
  if (cols > rows * 2 || r(4) === 0) {
    const left = 1 + r(cols);
    return [
      { x, y, cols: left, rows },
      { x: x + left, y, cols: cols - left, rows },
    ];
  }
  const top = 1 + r(rows);
  return [
    { x, y, cols, rows: top },
    { x, y: y + top, cols, rows: rows - top },
  ];
}

/** Where a screen shows other cells than a frame, in words; null if nowhere. */
export function differs(outer: Screen, frame: Frame): string | null {
  const row = new Uint32Array(frame.cols * CELL);
  for (let y = 0; y < frame.rows; y++) {
    outer.readRow(y, row, 0);
    const at = y * frame.cols * CELL;
    for (let word = 0; word < row.length; word++)
      if (row[word] !== frame.cells[at + word])
        return `row ${y}, column ${Math.floor(word / CELL)}: ${[...row.subarray(word & ~3, (word & ~3) + 4)]} for ${[...frame.cells.subarray(at + (word & ~3), at + (word & ~3) + 4)]}`;
  }
  return null;
}
