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
  const notes = state.notes.map((note, index) => ({
    at: note.at,
    seq: 0,
    id: `note ${index}`,
    line: (cols: number) =>
      fitted(
        line(cols >= timeFrom && span(`${clock(note.at)} `, quiet), span('! ', bad), span(note.text, bad)),
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
