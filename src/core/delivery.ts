import type { Fact } from './event.ts';
import { isNotice } from './message.ts';
import type { Post, State } from './state.ts';

/** What is handed over at the end of a turn, and what proves that it arrived. */

/** How many messages are handed over in one go, and how long they may be together, in characters. */
const most = 10;
const mostNotices = 60;
const longest = 20_000;
/** Of a notice a line is told, where many come together. */
const noticeLength = 400;

/** The queued posts to hand over now, in order; none while one that was handed over is not accepted yet. */
export function nextPosts(pending: readonly Post[]): Post[] {
  if (pending.some((post) => post.receipt === 'handed over')) return [];
  let size = 0;
  let count = 0;
  const end = pending.findIndex(({ message }, index) => {
    const notice = isNotice(message);
    size += notice ? Math.min(message.body.length, noticeLength) : message.body.length;
    count += notice ? 0 : 1;
    return index > 0 && (size > longest || count > most || index >= mostNotices);
  });
  return end < 0 ? [...pending] : pending.slice(0, end);
}

/** What an agent itself has said or written down: ids of messages. */
export interface Proof {
  /** in the prompt that it has just taken */
  prompted: readonly string[];
  /** in its transcript; null where there is none to tell */
  written: ReadonlySet<string> | null;
  /** its turn has ended: what it was handed stands in its transcript by now, or has not arrived */
  ended: boolean;
  /** the turn had gone on with what the hook at its last end was answered: that arrived, whatever the transcript has by now */
  continued?: boolean;
}

/**
 * Which of these posts the agent has taken, and which have not arrived: given as the answer of a hook, without a word
 * of them at the end of the next turn.
 */
export function settled(
  open: readonly Post[],
  { prompted, written, ended, continued = false }: Proof,
): { taken: Post[]; lost: Post[] } {
  const has = ({ message: { id }, receipt, route }: Post): boolean =>
    prompted.includes(id) ||
    (receipt !== 'queued' && written?.has(id) === true) ||
    (receipt === 'handed over' && route === 'hook' && continued);
  const lost = (post: Post): boolean =>
    ended && written !== null && post.receipt === 'handed over' && post.route === 'hook' && !has(post);
  return { taken: open.filter(has), lost: open.filter(lost) };
}

export const factsOf = ({ taken, lost }: ReturnType<typeof settled>): Fact[] => [
  ...taken.map(({ message: { id } }): Fact => ({ type: 'message.accepted', id })),
  ...lost.map(({ message: { id } }): Fact => {
    return { type: 'message.requeued', id, reason: 'its turn ended without a word of it' };
  }),
];

const unknown = 'its session ended, and nothing tells whether it took it';

/** A CLI tells that it has a prompt before it writes it down or asks the model: killed in between, it has lost it. In ms. */
const unwrittenMs = 5_000;

/**
 * The messages that an agent took so short a time before it was last heard of that the end of its session may have taken
 * them along. Older ones stand in its transcript, or stood there before the conversation was cleared.
 */
export function justTaken({ agents, posts }: State, name: string): Post[] {
  const heard = Math.max(...Object.values(agents[name]?.reports ?? {}).map(({ at }) => Date.parse(at)));
  return Object.values(posts).filter(
    ({ message, receipt, times }) =>
      message.to === name && receipt === 'accepted' && heard - Date.parse(times.accepted ?? '') < unwrittenMs,
  );
}

/**
 * What became of messages that were being handed over when a session ended: what does not stand in its transcript is
 * queued again, also what it had just taken. Without a transcript it cannot be known, and the person decides.
 */
export const factsAfterEnd = (handed: readonly Post[], written: ReadonlySet<string> | null): Fact[] =>
  handed.flatMap(({ message: { id }, receipt, held }): Fact[] => {
    if (receipt === 'accepted')
      return !written || written.has(id)
        ? []
        : [{ type: 'message.requeued', id, reason: 'the session ended before it wrote it down' }];
    if (written?.has(id)) return [{ type: 'message.accepted', id }];
    if (written) return [{ type: 'message.requeued', id, reason: 'the session ended before it took it' }];
    return held === unknown ? [] : [{ type: 'message.held', id, reason: unknown }];
  });
