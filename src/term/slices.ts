/**
 * Parsing in slices: terminal output is parsed a little at a time, so that a flooding pane delays neither keys nor
 * the other panes. Whoever is urgent (the focused pane) goes first in every round, the rest take turns.
 */

/** Bytes parsed before anybody else gets a turn. */
export const SLICE = 16 * 1024;
/** Milliseconds of parsing before the event loop gets a turn. */
const BUDGET = 4;
/** While somebody types turns are shorter, since an echo waits for two of them on its way: bytes, and milliseconds. */
const SHORT_SLICE = 4 * 1024;
const SHORT_BUDGET = 0.15;
/** For so long after a key somebody types, in ms. */
const TYPING = 500;
/** What is not urgent is gathered for so many milliseconds, unless it is this much: many panes that write cost one turn. */
const GATHER = 30;
const PLENTY = 32 * 1024;

export interface Parsing {
  readonly urgent: boolean;
  /** What is to be parsed, in characters. */
  readonly pending: number;
  /** Parses at most so many bytes; returns what is still to be parsed. */
  slice(bytes: number): number;
  /** Called once at the end of a turn in which something was parsed. */
  settle(): void;
}

const waiting = new Set<Parsing>();
let scheduled = false;
let timer: NodeJS.Timeout | undefined;
let lastTurn = 0;
let typedAt = Number.NEGATIVE_INFINITY;

/** Somebody typed, and waits for the echo: turns are short for a while. */
export function hurry(): void {
  typedAt = performance.now();
}

/** Somebody has typed just now. */
export const isHurried = (): boolean => performance.now() - typedAt < TYPING;

/** Gives this one turns until nothing is left to parse. After a silence at once: programs wait for answers to queries. */
export function enqueue(item: Parsing): void {
  waiting.add(item);
  if (scheduled) return;
  const wait = item.urgent || item.pending >= PLENTY ? 0 : lastTurn + GATHER - performance.now();
  if (wait <= 0) {
    scheduled = true;
    setImmediate(turn);
  } else timer ??= setTimeout(turn, wait);
}

/** Takes this one out of the round: it was parsed at once, or is gone. */
export function dequeue(item: Parsing): void {
  waiting.delete(item);
}

function turn(): void {
  scheduled = false;
  clearTimeout(timer);
  timer = undefined;
  const touched = new Set<Parsing>();
  lastTurn = performance.now();
  const hurried = isHurried();
  const size = hurried ? SHORT_SLICE : SLICE;
  const end = lastTurn + (hurried ? SHORT_BUDGET : BUDGET);
  while (waiting.size > 0 && performance.now() < end) parseRound(touched, end, size);
  for (const item of touched) item.settle();
  if (waiting.size === 0 || scheduled) return;
  scheduled = true;
  setImmediate(turn);
}

function parseRound(touched: Set<Parsing>, end: number, size: number): void {
  const round = [...waiting].sort((a, b) => Number(b.urgent) - Number(a.urgent));
  for (const item of round) {
    if (!waiting.delete(item)) continue;
    const left = item.slice(size);
    if (left > 0) waiting.add(item); // at the end of the queue
    // What the person looks at is told at once, not after the others.
    if (item.urgent && left === 0) item.settle();
    else touched.add(item);
    if (performance.now() >= end) return;
  }
}
