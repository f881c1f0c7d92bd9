import type { Event, FactOf, FactType } from './event.ts';
import { type Agent, entry, isEnded, type Post, type State, type Task } from './state.ts';

/** How a fact changes the state: nothing is changed in place, but for what a fold under way has made itself. */

/** One fact as it stands in the log. */
export type Of<T extends FactType> = Event & FactOf<T>;
/** What each type of fact does to the state. */
export type Appliers = { [T in FactType]: (state: State, event: Of<T>) => State };

/** The records that the fold under way has made; null outside of one. */
let own: WeakSet<object> | null = null;

/** The record with an entry set: a copy, or the record itself where the fold under way has made it. */
export function put<T>(record: Record<string, T>, key: string, value: T): Record<string, T> {
  if (own?.has(record)) {
    record[key] = value;
    return record;
  }
  const copy = { ...record, [key]: value };
  own?.add(copy);
  return copy;
}

/** Runs a fold, in which records that it makes itself are written to in place: nobody else has seen them. */
export function inPlace<T>(work: () => T): T {
  own = new WeakSet();
  try {
    return work();
  } finally {
    own = null;
  }
}

export const withAgent = (state: State, name: string, change: (agent: Agent) => Agent): State => {
  const agent = entry(state.agents, name);
  return agent ? { ...state, agents: put(state.agents, name, change(agent)) } : state;
};

export const withTask = (state: State, id: string, change: (task: Task) => Task): State => {
  const task = entry(state.tasks, id);
  return task ? { ...state, tasks: put(state.tasks, id, change(task)) } : state;
};

/** A task that ended stays as it ended, whatever an effect that was in hand still brings. */
export const withOpen = (state: State, id: string, change: (task: Task) => Task): State =>
  withTask(state, id, (task) => (isEnded(task) ? task : change(task)));

export const withPost = (state: State, id: string, change: (post: Post) => Post): State => {
  const post = entry(state.posts, id);
  return post ? { ...state, posts: put(state.posts, id, change(post)) } : state;
};

export const without = <T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> => {
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
};
