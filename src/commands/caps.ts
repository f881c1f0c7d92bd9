import { messageDefaults } from '../core/message-settings.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { isPending, type Post, type State } from '../core/state.ts';
import { whoDecides } from './find.ts';

/** What keeps agents from talking in circles: how fast, how long, and how often they may answer each other. */

const minuteMs = 60_000;

interface Sent {
  from: string;
  to: string;
  body: string;
  /** answers to answers that led to it, itself included */
  hops: number;
  /** milliseconds since the epoch */
  now: number;
}

/** Why an agent may not send this message; null when it may. The refusal tells it what to do instead. */
export function overCap(state: State, { from, to, body, hops, now }: Sent): Refusal | null {
  const caps = state.team?.messages ?? messageDefaults;
  if (body.length > caps.longest)
    return refuse(
      `a message has at most ${caps.longest} characters, this has ${body.length}`,
      'write it to a file, commit it, and name the file',
    );
  const sent = Object.values(state.posts).filter(
    ({ by, at }) => by === `agent:${from}` && now - Date.parse(at) < minuteMs,
  );
  if (sent.length >= caps.per_minute)
    return refuse(
      `${from} has sent ${sent.length} messages within a minute, which is the most`,
      'put what is left into one message, later',
    );
  const pair = sent.filter(({ message }) => message.to === to).length;
  if (pair >= caps.pair_per_minute)
    return refuse(
      `${from} has sent ${to} ${pair} messages within a minute, which is the most`,
      'put what is left into one message, later',
    );
  if (hops > caps.hops)
    return refuse(
      `agents have answered each other ${caps.hops} times here, without a word of the person or a step of a task`,
      `go on with your task, or: mcc send ${whoDecides(state, from) === to ? 'person' : whoDecides(state, from)} "what is open"`,
    );
  return null;
}

/**
 * How many answers to answers among agents lead to a message of this agent: one more than the longest way of what other
 * agents told it since the person or mcc, which speaks of tasks, had a word with it, or a task of its own went a step on.
 */
export function hopsFrom(state: State, from: string): number {
  const taken = Object.values(state.posts).filter((post) => post.message.to === from && !isQueued(post));
  const anew = [
    ...taken.filter((post) => !isChat(post)).map(({ at }) => at),
    ...Object.values(state.tasks).flatMap(({ agent, at }) =>
      agent === from ? [at.assigned ?? '', at.submitted ?? '', at.ended ?? ''] : [],
    ),
  ].reduce((latest, at) => (at > latest ? at : latest), '');
  const heard = taken.filter((post) => isChat(post) && post.at > anew);
  return 1 + Math.max(0, ...heard.map(({ message }) => message.hops ?? 1));
}

const isQueued = (post: Post): boolean => isPending(post) && post.receipt === 'queued';

/** What another agent wrote; a reminder of mcc begins nothing anew either. */
const isChat = ({ by, message }: Post): boolean =>
  by.startsWith('agent:') || (by === 'mcc' && message.kind === 'nudge');
