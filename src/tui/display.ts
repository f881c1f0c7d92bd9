import { isRunning } from '../core/state.ts';
import {
  copyFrame,
  createFrame,
  cut,
  difference,
  dim,
  type Frame,
  keep,
  placeCursor,
  type Rect,
  sourceOf,
} from '../term/compose.ts';
import { fitFrame, type Outer, showsAll } from '../term/outer.ts';
import { allRows, noRows, type Rows, spanning } from '../term/screen.ts';
import type { Window } from '../term/window.ts';
import { chrome, overlay } from './chrome.ts';
import { footCursor } from './foot.ts';
import { highlight } from './highlight.ts';
import type { LookBack } from './look-back.ts';
import { inputCursor } from './overlay/palette.ts';
import { draw } from './surface.ts';
import type { Terminals } from './terminals.ts';
import type { Theme } from './theme.ts';
import { cropped, overlayRect, terminalsIn, type View } from './view.ts';

/** Status is drawn at most five times a second, terminals at most sixty; what the person does, at once. In ms. */
const chromePace = 200;
const framePace = 16;
/** After a frame of so many characters the terminal with the keyboard waits twice as long: nobody reads what races by. */
const muchBytes = 4_000;
const floodPace = 33;
/**
 * Terminals without the keyboard wait the longer the more they drew last time, so that they all together write about
 * so much, in characters a millisecond (100 kB/s: nobody reads more, and a slow line takes it); but not longer than this, in ms.
 */
const besideRate = 100;
const besidePace = 100;
/** A program that never ends its synchronised update is drawn all the same after this long, in ms. */
const longestUpdate = 150;

/** A terminal that changed: where it is, and in which rows of the picture. */
interface Part {
  readonly agent: string;
  readonly rect: Rect;
  readonly rows: Rows;
}

/** The colours of the chrome, and what the outer terminal can show. */
export interface Looks {
  readonly theme: Theme;
  readonly outer: Outer;
}

export interface Output {
  /** False when the terminal has not taken the last frame yet. */
  write(frame: string): boolean;
}

/**
 * The one picture: the chrome, the terminals' screens and what lies over them cut together, compared with what is on
 * display, and the difference written. Draws when something changed, and never otherwise.
 */
export class Display {
  readonly #out: Output;
  readonly #terminals: Terminals;
  readonly #look: () => View;
  /** runs what timers call */
  readonly #guard: (work: () => void) => void;
  readonly #looks: () => Looks;
  #view: View;
  #chrome: Frame;
  #overlay: Frame | undefined;
  #shown: Frame | null = null;
  /** the frame before it, whose cells the next one may take, and the rows in which it looks different */
  #spare: Frame | null = null;
  #behind: Rows = allRows;
  /** terminals that changed since the shown frame, and in which rows; null when anything may have */
  #changed: Map<string, Rows> | null = null;
  /** programs inside a synchronised update */
  readonly #updating = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #chromeTimer: NodeJS.Timeout | undefined;
  /** when terminals without the keyboard may be drawn again */
  #besideAt = 0;
  /** when the terminal with the keyboard may be drawn again */
  #focusAt = 0;
  #timerAt = 0;
  #chromeAt = 0;
  #stale = false;
  /** where terminals stand in the shown frame, and their sizes; none of them while an overlay lies over it */
  #places = new Map<string, string>();

  constructor(
    out: Output,
    terminals: Terminals,
    looks: () => Looks,
    look: () => View,
    guard: (work: () => void) => void,
  ) {
    this.#guard = guard;
    this.#out = out;
    this.#terminals = terminals;
    this.#look = look;
    this.#looks = looks;
    this.#view = look();
    this.#chrome = createFrame(this.#view.size);
  }

  /** The view that is on display. */
  get view(): View {
    return this.#view;
  }

  /** The team's state changed: the chrome follows within a fifth of a second. */
  stateChanged(): void {
    if (this.#chromeTimer) return;
    const wait = this.#chromeAt + chromePace - performance.now();
    if (wait <= 0) this.refresh();
    else this.#chromeTimer = setTimeout(() => this.#guard(() => this.refresh()), wait);
  }

  /** Draws chrome and everything else now: the person did something. */
  refresh(): void {
    clearTimeout(this.#chromeTimer);
    this.#chromeTimer = undefined;
    this.#chromeAt = performance.now();
    const first = this.#look();
    // Geometry first, then the terminals' sizes, then the picture.
    const { focus } = first.ui;
    const resized = this.#terminals.show(
      terminalsIn(first),
      focus && 'agent' in focus ? focus.agent : undefined,
    );
    // How far a terminal is looked back is another number at another size.
    const view = resized ? this.#look() : first;
    this.#view = view;
    const { theme } = this.#looks();
    const over = overlayRect(view);
    this.#chrome = draw(view.size, chrome(view), theme);
    this.#overlay = over ? draw(over, overlay(view, over), theme) : undefined;
    this.#changed = null;
    this.compose();
  }

  /** A terminal has something new: at once if it is the echo of a key, else in its turn. */
  terminalChanged(agent: string, atOnce: boolean, rows: Rows = allRows): void {
    const before = this.#changed?.get(agent);
    this.#changed?.set(agent, before ? spanning(before, rows) : rows);
    // Its frame says how far it is looked back, which grows.
    if (this.#terminals.window(agent)?.scroll) this.stateChanged();
    const { focus } = this.#view.ui;
    const beside = !(focus && 'agent' in focus && focus.agent === agent);
    if (atOnce) this.compose(agent);
    else this.#composeAt(Math.max(this.#focusAt, beside ? this.#besideAt : 0));
  }

  #composeAt(at: number): void {
    if (this.#timer && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const wait = at - performance.now();
    if (wait > 0) {
      this.#timerAt = at;
      this.#timer = setTimeout(() => this.#guard(() => this.compose()), wait);
    } else this.compose();
  }

  /** What is on the terminal is not known any more: everything is painted. */
  repaint(): void {
    this.#shown = null;
    this.refresh();
  }

  /** The terminal takes frames again. */
  drained(): void {
    if (this.#stale) this.compose();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#chromeTimer);
  }

  /** Puts the picture together and writes what differs from the last one; of one agent alone, the others are for later. */
  compose(alone?: string): void {
    const now = performance.now();
    const only = this.#onlyTerminals(alone);
    const later = only && alone !== undefined;
    if (!later) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    const frame = only ? this.#patched(only, now) : this.#picture(now);
    const { outer } = this.#looks();
    if (!showsAll(outer)) fitFrame(frame, outer);
    const rows = only ? rowsOf(only) : allRows;
    const bytes = difference(this.#shown, frame, only ? rows : undefined);
    this.#behind = rows;
    this.#stale = bytes !== '' && !this.#out.write(bytes);
    if (this.#stale) return;
    this.#spare = this.#shown;
    this.#shown = frame;
    if (later) {
      if (!this.#updating.has(alone)) this.#changed?.delete(alone);
      return;
    }
    this.#changed = new Map([...this.#updating].map((agent) => [agent, allRows]));
    this.#besideAt = now + Math.min(besidePace, bytes.length / besideRate);
    this.#focusAt = now + (bytes.length > muchBytes ? floodPace : framePace);
    if (only) return;
    const plain = !overlayRect(this.#view);
    this.#places = new Map(
      plain ? terminalsIn(this.#view).map(({ agent, rect }) => [agent, this.#place(agent, rect)]) : [],
    );
  }

  /** The terminals to draw when nothing but these changed since the shown frame, and each stands where it was. */
  #onlyTerminals(alone: string | undefined): Part[] | null {
    const changed = this.#changed;
    if (!changed || !this.#shown) return null;
    const parts: Part[] = [];
    for (const { agent, rect } of terminalsIn(this.#view)) {
      const rows = changed.get(agent);
      if (!rows || (alone !== undefined && agent !== alone)) continue;
      if (this.#places.get(agent) !== this.#place(agent, rect)) return null;
      parts.push({ agent, rect, rows: this.#visible(agent, rect, rows) });
    }
    return parts;
  }

  /** Rows of the picture in which changed rows of a screen are seen; all of the terminal's where that is not plain to see. */
  #visible(agent: string, rect: Rect, rows: Rows): Rows {
    const whole = { from: rect.y, to: rect.y + rect.rows };
    const window = this.#terminals.window(agent);
    const { mode, selection } = this.#view.ui;
    const plain = mode.type === 'typing' && selection === null && !this.#updating.has(agent);
    if (!window || !plain || window.scroll > 0 || window.size.rows > rect.rows) return whole;
    return { from: Math.max(whole.from, rect.y + rows.from), to: Math.min(whole.to, rect.y + rows.to) };
  }

  #place(agent: string, { x, y, cols, rows }: Rect): string {
    const size = this.#terminals.window(agent)?.size;
    return [x, y, cols, rows, size?.cols, size?.rows].join();
  }

  /** The shown frame with some terminals drawn anew. */
  #patched(changed: readonly Part[], now: number): Frame {
    const frame = copyFrame(this.#shown ?? createFrame(this.#view.size), this.#spare, this.#behind);
    for (const { agent, rect, rows } of changed) this.#cutTerminal(frame, agent, rect, now, rows);
    return frame;
  }

  #picture(now: number): Frame {
    const view = this.#view;
    const whole = { x: 0, y: 0, ...view.size };
    const frame = copyFrame(this.#chrome);
    const { theme } = this.#looks();
    for (const { agent, rect } of terminalsIn(view)) this.#cutTerminal(frame, agent, rect, now);
    const rect = overlayRect(view);
    if (rect && this.#overlay) {
      if (view.ui.mode.type !== 'leader' && theme.faint) dim(frame, { ...whole, rows: whole.rows - 1 });
      cut(sourceOf(this.#overlay), frame, { x: 0, y: 0 }, rect);
      this.#placeOverlayCursor(frame, rect);
    }
    return frame;
  }

  /** @param rows rows of the picture that are looked at; all that the terminal has there unless told */
  #cutTerminal(frame: Frame, agent: string, rect: Rect, now: number, rows?: Rows): void {
    const window = this.#terminals.window(agent);
    const state = this.#view.state.agents[agent];
    if (!window || !state) return;
    const from = { x: 0, y: cropped(window, rect.rows) };
    const inside = {
      ...rect,
      cols: Math.min(rect.cols, window.size.cols),
      rows: Math.min(rect.rows, window.size.rows),
    };
    const inPlace = this.#places.get(agent) === this.#place(agent, rect);
    if (this.#isUpdating(agent, window, now) && this.#shown && inPlace) keep(this.#shown, frame, rect);
    else {
      if (rows) cutRows(window, frame, from, inside, rows);
      else cut(window, frame, from, inside);
      highlight(frame, this.#view, agent, inside, from.y, this.#looks().theme);
    }
    const { focus, mode } = this.#view.ui;
    if (mode.type === 'scroll' && mode.agent === agent)
      placeBackCursor(frame, mode, window, from, inside, rect);
    else if (!isRunning(state)) {
      if (this.#looks().theme.faint) dim(frame, rect);
    } else if (
      focus &&
      'agent' in focus &&
      focus.agent === agent &&
      (mode.type === 'typing' || mode.type === 'leader')
    )
      placeCursor(frame, window.cursor, from, inside);
  }

  /** In the middle of a synchronised update the last picture stays, but not for ever. */
  #isUpdating(agent: string, window: Window, now: number): boolean {
    const since = window.updatingSince;
    if (since === null) this.#updating.delete(agent);
    else this.#updating.add(agent);
    if (since === null || now - since >= longestUpdate) return false;
    this.#composeAt(since + longestUpdate);
    return true;
  }

  #placeOverlayCursor(frame: Frame, rect: Rect): void {
    const { mode } = this.#view.ui;
    const line = mode.type === 'palette' || mode.type === 'entry' ? mode.line : undefined;
    frame.cursor = line
      ? { x: rect.x + 1 + inputCursor(line, rect.cols - 2), y: rect.y + 1, shape: 'bar', blink: false }
      : frame.cursor;
    // The cursor of a terminal does not show through what lies over it.
    const { cursor } = frame;
    const covered = cursor && cursor.y >= rect.y && cursor.y < rect.y + rect.rows;
    if (!line && (mode.type === 'page' || covered)) frame.cursor = null;
  }
}

/** All rows that some parts are in; none for none. */
const rowsOf = (parts: readonly Part[]): Rows => parts.reduce((all, { rows }) => spanning(all, rows), noRows);

function cutRows(
  window: Window,
  frame: Frame,
  from: { x: number; y: number },
  inside: Rect,
  rows: Rows,
): void {
  const top = Math.max(inside.y, rows.from);
  const bottom = Math.min(inside.y + inside.rows, rows.to);
  const part = { ...inside, y: top, rows: Math.max(0, bottom - top) };
  cut(window, frame, { x: from.x, y: from.y + top - inside.y }, part);
}

/** Looking back, the cursor is in the words being typed, or where text is selected. */
function placeBackCursor(
  frame: Frame,
  mode: LookBack,
  window: Window,
  from: { x: number; y: number },
  inside: Rect,
  rect: Rect,
): void {
  const column = footCursor(mode);
  if (column !== null) {
    const x = Math.min(rect.x + rect.cols - 1, rect.x - 1 + column);
    frame.cursor = { x, y: rect.y + rect.rows, shape: 'bar', blink: false };
  } else if (mode.cursor) {
    const { line, x } = mode.cursor;
    const y = line - window.shed - window.top;
    placeCursor(frame, { x, y, visible: true, shape: 'block', blink: false }, from, inside);
  }
}
