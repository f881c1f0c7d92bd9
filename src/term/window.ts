import type { Cursor, Mark, Modes, Screen, Size } from './screen.ts';

/** One onlooker's view of a screen, looked back in its history or not. Several may look at the same screen. */
export class Window {
  readonly #screen: Screen;
  #anchor: Mark | undefined;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Lines above the bottom that the view shows, 0 to follow; the view stays on its text while output goes on. */
  get scroll(): number {
    if (!this.#anchor || this.modes.alternate) return 0;
    const { line } = this.#anchor;
    return line === null ? this.history : Math.max(0, this.history - line);
  }

  set scroll(lines: number) {
    this.#anchor?.dispose();
    this.#anchor = undefined;
    const wanted = Math.min(this.history, Math.max(0, Math.floor(lines)));
    if (wanted > 0) this.#anchor = this.#screen.mark(wanted);
  }

  /** The absolute number of the line at the top of the view. */
  get top(): number {
    return this.history - this.scroll;
  }

  /** Where the cursor stands in the view (below it, and so invisible, when looked far enough back). */
  get cursor(): Cursor {
    const its = this.#screen.cursor;
    const y = its.y + this.scroll;
    return { ...its, y, visible: its.visible && y < this.size.rows };
  }

  /** Packs cells of the view's row `y`, as `readRow` of Screen does. */
  readRow(y: number, into: Uint32Array, at: number, cols: number = this.size.cols, x = 0): void {
    const within = y >= 0 && y < this.size.rows;
    this.#screen.readRow(within ? y - this.scroll : this.size.rows, into, at, cols, x);
  }

  /** The rows in view as text, trailing blanks trimmed. */
  text(): string[] {
    return Array.from({ length: this.size.rows }, (_, y) => this.line(this.top + y));
  }

  dispose(): void {
    this.#anchor?.dispose();
  }

  // Everything else is as it is for everyone.
  get size(): Size {
    return this.#screen.size;
  }
  get modes(): Modes {
    return this.#screen.modes;
  }
  get lines(): number {
    return this.#screen.lines;
  }
  get history(): number {
    return this.#screen.history;
  }
  get shed(): number {
    return this.#screen.shed;
  }
  get prompts(): readonly number[] {
    return this.#screen.prompts;
  }
  get updatingSince(): number | null {
    return this.#screen.updatingSince;
  }
  line(index: number): string {
    return this.#screen.line(index);
  }
  wrapped(index: number): boolean {
    return this.#screen.wrapped(index);
  }
  part(index: number, from: number, to: number): string {
    return this.#screen.part(index, from, to);
  }
}
