import type { Agent } from './state.ts';

/** Restarts after crashes: at most three, after 1, 4 and 16 seconds. */
const restartMs = [1_000, 4_000, 16_000];

/** When a session may start again, in ms since the epoch; null after too many crashes. */
export function restartAt(agent: Agent): number | null {
  if (agent.crashes === 0 || !agent.session?.exit) return 0;
  const wait = restartMs[agent.crashes - 1];
  return wait === undefined ? null : Date.parse(agent.session.exit.at) + wait;
}

/** True for an agent that crashed so often that it is not started again by itself. */
export const isGivenUp = (agent: Agent): boolean =>
  agent.wanted && agent.session?.exit !== undefined && restartAt(agent) === null;

/** What is heard of the program itself, once it has come up. */
const ownSources = ['hook', 'session file'];

/**
 * True for an agent that crashed twice in a row, the last time without a word after it was to go on with its conversation:
 * a third time would end the same way.
 */
export const failsToResume = ({ session, crashes, reports }: Agent): boolean =>
  crashes >= 2 &&
  session?.exit !== undefined &&
  session.resumed &&
  !Object.keys(reports).some((source) => ownSources.includes(source));
