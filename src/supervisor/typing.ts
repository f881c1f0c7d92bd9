import type { Write } from '../agents/index.ts';
import { entry, type Post, type State } from '../core/state.ts';
import type { Terminal } from './terminal.ts';

/** How long the screen may take to show what was typed, in ms. */
const shownMs = 3_000;
/** The screen has settled when it has been still this long, in ms. */
const stillMs = 80;
/** How long the program may take to read one piece, which it shows by drawing, in ms. */
const readMs = 500;
/** How long the composer may take to let go of what was sent, and how often the key is pressed, in ms. */
const sentMs = 1_500;
const presses = 3;
/** How often the screen is looked at meanwhile, in ms. */
const lookMs = 10;

/**
 * Types a text into an empty composer, piece by piece, each when the program has drawn the one before.
 * @returns `typed` when it stands there alone now, on a screen that has settled; `occupied` when nothing was typed, since
 *   the composer was not empty; `mixed` when it shows something else than what was typed
 */
export async function typeDraft(
  terminal: Terminal,
  writes: readonly Write[],
): Promise<'typed' | 'occupied' | 'mixed'> {
  if (terminal.composer().state !== 'empty') return 'occupied';
  return typeRest(terminal, writes, writes);
}

/**
 * Types what is left of a text of which the composer holds the first pieces, or none.
 * @param rest the last of the writes
 * @returns `typed` when all of it stands there alone, on a screen that has settled; `mixed` when something else does
 */
export async function typeRest(
  terminal: Terminal,
  rest: readonly Write[],
  writes: readonly Write[],
): Promise<'typed' | 'mixed'> {
  for (const [index, { bytes, waitMs }] of rest.entries()) {
    const { version } = terminal.screen;
    terminal.pty.write(Buffer.from(bytes));
    await pause(waitMs);
    await until(() => terminal.over || terminal.screen.version !== version, readMs);
    // Until it shows the first piece it may think itself empty, and take keys of the rest for its own.
    const stands = () => terminal.over || terminal.composer().state === 'draft';
    if (index === 0 && rest.length > 1 && !(await until(stands, shownMs))) return 'mixed';
  }
  const shows = () => Date.now() - terminal.outputAt >= stillMs && holds(terminal, writes);
  return (await until(() => terminal.over || shows(), shownMs)) && !terminal.over ? 'typed' : 'mixed';
}

/**
 * Submits what the composer holds, by a write of its own. A key that was swallowed is pressed again, only while the
 * composer still shows just this text. Returns when the composer has let go of it: what follows cannot run into it.
 * @returns false when it never did
 */
export async function submitDraft(
  terminal: Terminal,
  writes: readonly Write[],
  key: string,
): Promise<boolean> {
  for (let press = 0; press < presses && holds(terminal, writes); press += 1) {
    terminal.pty.write(Buffer.from(key));
    if (await until(() => terminal.over || !holds(terminal, writes), sentMs)) return !terminal.over;
  }
  return !terminal.over && !holds(terminal, writes);
}

/** How many characters are erased at once, and how many at most, in characters. */
const erased = 256;
const mostErased = 4_000;
/** How long a CLI may take to put a prompt back after its turn has ended, in ms. */
const backMs = 500;

/**
 * Takes a text out of the composer again, where just that stands there: a CLI that is interrupted before it has begun
 * puts what it was sent back. @returns whether it was there and is gone
 */
export async function eraseDraft(terminal: Terminal, writes: readonly Write[]): Promise<boolean> {
  const { length } = Array.from(writes.map(({ bytes }) => bytes).join(''));
  if (length > mostErased || !(await until(() => terminal.over || holds(terminal, writes), backMs)))
    return false;
  for (let left = length; left > 0 && !terminal.over; left -= erased) {
    const { version } = terminal.screen;
    terminal.pty.write(Buffer.from('\x7f'.repeat(Math.min(left, erased))));
    await until(() => terminal.over || terminal.screen.version !== version, readMs);
  }
  return until(() => terminal.over || terminal.composer().state === 'empty', sentMs);
}

/** The messages that mcc typed and did not send, when they still wait and just their text stands in the composer. */
export function unsentIn({ posts }: State, terminal: Terminal): Post[] | null {
  terminal.unsent ??= terminal.recall?.() ?? null;
  const { unsent } = terminal;
  if (!unsent || !holds(terminal, unsent.writes)) return null;
  const waiting = unsent.ids.flatMap((id) => entry(posts, id) ?? []);
  return waiting.every(({ receipt }) => receipt === 'queued') ? waiting : null;
}

/** How many of these writes, from the first, are just what the composer holds; 0 when it holds something else. */
export function typedPart(terminal: Terminal, writes: readonly Write[]): number {
  const counts = writes.map((_, index) => writes.length - index);
  return counts.find((count) => holds(terminal, writes.slice(0, count))) ?? 0;
}

/** True when the composer holds just the text of these writes: letters and digits are compared, since rows are wrapped. */
function holds(terminal: Terminal, writes: readonly Write[]): boolean {
  const composer = terminal.composer();
  if (composer.state !== 'draft') return false;
  return essence(composer.text) === essence(writes.map(({ bytes }) => bytes).join(''));
}

const essence = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, '');

/** Looks are counted, not time: while this process itself could not run, it has not seen what the program did either. */
async function until(condition: () => boolean, ms: number): Promise<boolean> {
  for (let looks = ms / lookMs; looks > 0; looks -= 1) {
    if (condition()) return true;
    await pause(lookMs);
  }
  return condition();
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
