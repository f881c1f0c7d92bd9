import { weigh } from './evidence.ts';
import { isEnded, isPending, isRunning, type State } from './state.ts';

/** How long a drain waits for the turns in hand, in ms; conversations are kept in any case. */
export const drainMs = 120_000;

/** What `mcc down` waits for before it ends the sessions, and what stays for the next start. */
export interface Drain {
  /** who is still at work, since when (ISO 8601), at what */
  working: { agent: string; since: string | null; reason?: string }[];
  /** the task that is being merged */
  merging: string | null;
  /** held back until the next start */
  held: { messages: number; tasks: number };
}

/** What a drain still waits for at `now`, in milliseconds since the epoch. */
export function drain(state: State, now: number): Drain {
  const working = Object.values(state.agents).flatMap((agent) => {
    if (!isRunning(agent) || agent.kind === 'shell') return [];
    const { status, since, reason } = weigh(agent, now);
    return status === 'working'
      ? [{ agent: agent.name, since, ...(reason === undefined ? {} : { reason }) }]
      : [];
  });
  const messages = Object.values(state.posts).filter(
    (post) => isPending(post) && post.message.to !== 'person',
  ).length;
  const tasks = Object.values(state.tasks).filter((task) => !isEnded(task)).length;
  return { working, merging: state.merging?.task ?? null, held: { messages, tasks } };
}

/** True when nothing is in hand any more. */
export const isDrained = ({ working, merging }: Drain): boolean => working.length === 0 && merging === null;
