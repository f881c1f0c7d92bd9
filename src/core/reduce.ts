import { type Appliers, inPlace } from './change.ts';
import type { Event } from './event.ts';
import { agentAppliers } from './reduce-agents.ts';
import { messageAppliers } from './reduce-messages.ts';
import { taskAppliers } from './reduce-tasks.ts';
import type { State } from './state.ts';

const appliers: Appliers = { ...agentAppliers, ...taskAppliers, ...messageAppliers };

/**
 * Folds one event into the state. Total: every fact that is in the log has a place here, and one that names
 * something unknown changes nothing but `seq`, since facts may not be refused.
 */
export function reduce(state: State, event: Event): State {
  const apply = appliers[event.type] as (state: State, event: Event) => State;
  return { ...apply(state, event), seq: event.seq };
}

/** Folds many events, as `reduce` does one after the other, in a time that grows with their number alone. */
export const fold = (state: State, events: Iterable<Event>): State =>
  inPlace(() => {
    let folded = state;
    for (const event of events) folded = reduce(folded, event);
    return folded;
  });
