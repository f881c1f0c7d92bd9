import { join } from 'node:path';
import { type Event, parseEvent } from '../core/event.ts';
import { fold } from '../core/reduce.ts';
import { type Agent, emptyState, isRunning, type State } from '../core/state.ts';
import { readLog } from '../io/log.ts';
import { isAlive } from '../io/process.ts';

/** The events of a project's log, in order; `note` says what was left out at its end. */
export const readEvents = (root: string): { events: Event[]; note?: string } =>
  readLog(logOf(root), parseEvent);

export const logOf = (root: string): string => join(root, '.mcc', 'events.jsonl');

/**
 * The state of a project whose supervisor does not run, folded from its log. A supervisor that was killed could not
 * write that it and its sessions ended: what is not alive any more counts as ended.
 */
export function foldState(root: string, now: Date): { state: State; note?: string } {
  const { events, note } = readEvents(root);
  const state = asleep(fold(emptyState, events), now);
  return note === undefined ? { state } : { state, note };
}

function asleep(state: State, now: Date): State {
  const agents = Object.entries(state.agents).map(
    ([name, agent]) => [name, isGone(agent) ? ended(agent, now) : agent] as const,
  );
  return { ...state, supervisor: null, merging: null, agents: Object.fromEntries(agents) };
}

const isGone = (agent: Agent) =>
  isRunning(agent) && agent.session !== undefined && !isAlive(agent.session.pid, agent.session.start);

function ended(agent: Agent, now: Date): Agent {
  if (!agent.session) return agent;
  const exit = { code: null, signal: null, reason: 'ended with the supervisor', at: now.toISOString() };
  return { ...agent, session: { ...agent.session, exit } };
}
