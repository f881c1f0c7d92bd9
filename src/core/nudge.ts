import type { Fact } from './event.ts';
import { isFree, weigh } from './evidence.ts';
import { reminder, silence } from './letters.ts';
import type { Message } from './message.ts';
import { nudgeDefaults } from './message-settings.ts';
import {
  type Agent,
  childrenOf,
  entry,
  isEnded,
  isPending,
  isStuck,
  type Post,
  pendingPosts,
  type State,
  type Task,
} from './state.ts';

/**
 * What follows from silence: an agent that has work in hand, has taken it up and is idle all the same is reminded, then
 * again after twice the time; then the architect hears of it, and at last the person.
 */
export interface Overdue {
  /** milliseconds since the epoch */
  at: number;
  fact: Fact;
}

/** Work that an agent has taken up, and the letter that gave it. */
export interface InHand {
  task: Task;
  letter: Post;
}

/** What is due to an agent that goes on being silent, and when; null for one that works, waits or has nothing to do. */
export function overdue(state: State, agent: Agent, now: number): Overdue | null {
  const { after, times } = state.team?.nudge ?? nudgeDefaults;
  if (after === 0 || !agent.declared || !agent.wanted || agent.kind === 'shell') return null;
  const judged = weigh(agent, now);
  const { status, since } = judged;
  if (since === null || (!isFree(judged) && status !== 'stalled')) return null;
  const work = workOf(state, agent.name);
  if (!work) return null;
  const ids = nudgesOf(work.letter.message.id);
  const told = ids.all.flatMap((id) => entry(state.posts, id) ?? []);
  // What waits for it will set it going, or says itself why it cannot be handed over.
  if (pendingPosts(state, agent.name).some((post) => !told.includes(post))) return null;
  const quiet = Math.max(Date.parse(since), ...[work.letter, ...told].map(lastAt));
  const sent = ids.nudges.filter((id) => entry(state.posts, id)).length;
  const stuck = told.some((post) => post.message.to === agent.name && isPending(post));
  const letter = next(state, agent.name, work, { sent: stuck ? times : sent, times, quiet, now });
  if (!letter) return null;
  const wait = after * 1000 * 2 ** Math.min(sent, times);
  const fact: Fact = { type: 'message.queued', message: letter };
  // Only what seems due is looked at more closely: that goes through all messages.
  if (quiet + wait > now) return { at: quiet + wait, fact };
  const asked = askedAt(state, agent.name, work.letter);
  return asked === null ? null : { at: Math.max(quiet, asked) + wait, fact };
}

/**
 * When what an agent wrote since it has the work was read, in milliseconds since the epoch, 0 without such; null while
 * something of it waits to be read: then not the agent is silent.
 */
function askedAt(state: State, agent: string, { seq }: Post): number | null {
  const asked = Object.values(state.posts).filter((post) => post.by === `agent:${agent}` && post.seq > seq);
  return asked.some(isPending) ? null : Math.max(0, ...asked.map(lastAt));
}

/** The ids of all letters about the silence after another: reminders, to the architect, to the person. */
export function nudgesOf(letter: string): {
  nudges: string[];
  architect: string;
  person: string;
  all: string[];
} {
  const nudges = [1, 2, 3, 4, 5].map((count) => `nudge-${count}-${letter}`);
  const [architect, person] = [`silent-${letter}`, `silent-you-${letter}`];
  return { nudges, architect, person, all: [...nudges, architect, person] };
}

function next(
  state: State,
  agent: string,
  work: InHand,
  { sent, times, quiet, now }: { sent: number; times: number; quiet: number; now: number },
): Omit<Message, 'at'> | null {
  const ids = nudgesOf(work.letter.message.id);
  const minutes = Math.max(1, Math.round((now - quiet) / 60_000));
  const decides = state.team?.architect;
  if (sent < times)
    return reminder(work.task, agent, {
      id: ids.nudges[sent] ?? '',
      review: isReview(work),
      minutes,
      decides,
    });
  const about = { sent, minutes };
  if (decides !== undefined && decides !== agent && !entry(state.posts, ids.architect))
    return silence(work.task, agent, { id: ids.architect, to: decides, ...about });
  return entry(state.posts, ids.person)
    ? null
    : silence(work.task, agent, { id: ids.person, to: 'person', ...about });
}

const isReview = ({ letter }: InHand): boolean => letter.message.kind === 'review';

/** The last moment at which a letter came a step on, in milliseconds since the epoch. */
const lastAt = ({ times, at }: Post): number => Math.max(Date.parse(at), Date.parse(times.accepted ?? at));

/** What an agent has taken up and not handed in: its task, a request of which no part is under way, a review. */
function workOf(state: State, agent: string): InHand | undefined {
  for (const task of Object.values(state.tasks)) {
    if (isEnded(task)) continue;
    const letter = entry(state.posts, letterOf(state, task, agent) ?? '');
    if (letter?.message.to === agent && !isPending(letter)) return { task, letter };
  }
  return undefined;
}

function letterOf(state: State, task: Task, agent: string): string | null {
  const { id, round, status } = task;
  if (status === 'submitted')
    return agent === state.team?.architect && task.agent !== agent ? `review-${id}-${round}` : null;
  if (status !== 'working' || task.agent !== agent) return null;
  const parts = task.kind === 'request' ? childrenOf(state, id) : [];
  return parts.every((part) => isEnded(part) || isStuck(state, part)) ? `assign-${id}-${round}` : null;
}
