import type { Post, State } from '../../core/state.ts';
import { fitted, type Line, line, span, spread } from '../line.ts';
import { bad, heading, quiet, receiptMarks, strong } from '../theme.ts';
import { type Pane, type Row, window } from './pane.ts';

/** Lines of the log that are kept in reach of the arrow keys. */
const kept = 200;
/** From this width on a line says when. */
const timeFrom = 46;

const clock = (at: string): string => {
  const time = new Date(at);
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
};

function mark(post: Post) {
  const open = post.receipt === 'queued' || post.receipt === 'handed over';
  return receiptMarks[open && post.held ? 'held' : post.receipt];
}

const party = (name: string) => span(name === 'person' ? 'you' : name, name === 'person' ? strong : {});

/**
 * A failure as it reads in a narrow pane. A refused file is put aside under a name that is free there (`x.json`,
 * `x.2.json`, …, see io/box.ts): its own name says enough, and leaves room for the reason.
 */
function brief(text: string): string {
  const [, file = '', reason = ''] = /^\/.*?\/([^/]+?): (.*)$/s.exec(text) ?? [];
  if (file === '') return text;
  const name = file.replace(/\.\d+(\.\w+)$/, '$1');
  // Where it was found, and line and column: of `/…/new/x.json:1:2: what` only `:1:2: what` is new.
  const what = reason.replace(/^\/.*?\/[^/\n]*?((?::\d+:\d+)?: )/gm, '$1');
  return what.startsWith(':') ? `${name}${what}` : `${name}: ${what}`;
}

/** Failures that read the same, as one: when it was the last time, how often, and where the first of them stands. */
function coalesced(state: State): { at: string; first: number; text: string; count: number }[] {
  const found = new Map<string, { at: string; first: number; text: string; count: number }>();
  for (const [index, note] of state.notes.entries()) {
    const text = brief(note.text);
    const same = found.get(text);
    found.set(text, { at: note.at, first: same?.first ?? index, text, count: (same?.count ?? 0) + 1 });
  }
  return [...found.values()];
}

/** Messages by id and notes of failures by place, the oldest first. */
function entries(state: State): { at: string; id: string; line: (cols: number) => Line }[] {
  const posts = Object.values(state.posts).map((post) => ({
    at: post.at,
    seq: post.seq,
    id: post.message.id,
    line: (cols: number) => {
      const { from, to, subject, body } = post.message;
      const { symbol, style } = mark(post);
      const when = cols >= timeFrom && span(`${clock(post.at)} `, quiet);
      const who = line(party(from), span(' → ', quiet), party(to));
      const text = span(` ${subject ?? body}`, to === 'person' ? heading : quiet);
      return spread(line(when, ...who, text), line(' ', span(symbol, style)), cols);
    },
  }));
  const notes = coalesced(state).map(({ at, first, text, count }) => ({
    at,
    seq: 0,
    id: `note ${first}`,
    line: (cols: number) =>
      spread(
        line(cols >= timeFrom && span(`${clock(at)} `, quiet), span('! ', bad), span(text, bad)),
        count > 1 ? line(span(` ×${count}`, quiet)) : [],
        cols,
      ),
  }));
  return [...posts, ...notes].sort((a, b) => a.at.localeCompare(b.at) || a.seq - b.seq).slice(-kept);
}

/** The ids of the log from the newest to the oldest. */
export const logOrder = (state: State): string[] =>
  entries(state)
    .map(({ id }) => id)
    .reverse();

/** Who wrote to whom and how far it got, the newest at the bottom. */
export function logRows({ state, cols, rows, chosen }: Pane): Row[] {
  const all = entries(state).map(({ id, line: draw }): Row => {
    const here = id === chosen ? span('▌', { color: 'cyan' }) : ' ';
    return { line: fitted(line(here, ...draw(cols - 2), ' '), cols), id };
  });
  if (all.length === 0) return [{ line: fitted(line(' ', span('no messages yet', quiet)), cols) }];
  return chosen !== undefined && all.some((row) => row.id === chosen)
    ? window(all, rows, chosen)
    : all.slice(-rows);
}
