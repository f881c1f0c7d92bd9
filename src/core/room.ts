import type { Fact } from './event.ts';
import { weigh } from './evidence.ts';
import type { World } from './plan.ts';
import { restartAt } from './restart.ts';
import {
  type Agent,
  isReady,
  isRunning,
  isUnprepared,
  pendingPosts,
  rank,
  type State,
  type Task,
  takesAny,
  taskOf,
} from './state.ts';
import { bytesText } from './usage.ts';

/** Who may run where there is not room for all: places are given by need, and taken from those who have nothing to do. */

export interface Room {
  /** sessions that may run at once; null for any number */
  most: number | null;
  /** bytes of memory that must be free for a new session, and that are; null where that does not matter */
  memory: { floor: number; free: number } | null;
  /** idle for so long without work, an agent makes room, in ms */
  suspendAfterMs: number;
}

/** While an agent waits for memory it is looked at this often, and while none does, in ms: nothing tells of it. */
const waitingMs = 5_000;
const idleMs = 30_000;

/** The work that is an agent's own: what it has in hand, else what only it may take next. One that waits for a review has none. */
function ownTasks(state: State, name: string): Task[] {
  const inHand = taskOf(state, name);
  return Object.values(state.tasks).filter((task) =>
    task.agent === name
      ? task.status === 'assigned' || (task.status === 'working' && task.kind === 'work')
      : task.to === name && isReady(state, task) && (task.kind === 'request' || inHand === undefined),
  );
}

/** True for an agent with work of its own or messages to take: what anybody may do is not counted. */
export const hasWork = (state: State, { name }: Agent): boolean =>
  ownTasks(state, name).length > 0 || pendingPosts(state, name).length > 0;

/** Ready tasks that any agent may take. */
const forAnybody = (state: State): Task[] =>
  Object.values(state.tasks).filter(
    (task) => task.kind === 'work' && task.to === undefined && isReady(state, task),
  );

/** True for an agent that could take up a task which names nobody. */
const isFree = (state: State, agent: Agent): boolean =>
  takesAny(state, agent) && agent.wanted && taskOf(state, agent.name) === undefined;

/** How pressing the need of an agent for a place is: the rank of its most urgent task, then messages; null without need. */
function need(state: State, agent: Agent): number | null {
  const { name } = agent;
  const tasks = [...ownTasks(state, name), ...(isFree(state, agent) ? forAnybody(state) : [])];
  if (tasks.length > 0) return Math.min(...tasks.map(({ priority }) => rank[priority]));
  return pendingPosts(state, name).length > 0 ? rank.low + 1 : null;
}

/**
 * A session that ends right after its turn may lose the end of its transcript, which Claude Code writes a moment later
 * (measured on 2.1.197: all of a first turn): so long it must have been idle before it is ended to make room, in ms.
 */
const settledMs = 3_000;

/** True when the session of a suspended agent is to end now. */
export function mayLeave(agent: Agent, now: number): boolean {
  const at = leavesAt(agent, now);
  return at !== null && at <= now;
}

/** When the session of a suspended agent may be ended, in ms since the epoch; null where none is to be. */
function leavesAt(agent: Agent, now: number): number | null {
  if (!agent.suspended || !isRunning(agent)) return null;
  return Date.parse(weigh(agent, now).since ?? agent.suspended.at) + settledMs;
}

/** True for an agent of which a session is to start as soon as there is room. */
function isWaiting(agent: Agent, world: World): boolean {
  const { wanted, declared, worktree, suspended, name } = agent;
  if (!wanted || !declared || !worktree || suspended || isRunning(agent) || isUnprepared(agent)) return false;
  const key = `session ${name}`;
  const due = restartAt(agent);
  // One that cannot be started just now takes no place from those that can.
  const later = (world.notBefore.get(key) ?? 0) > world.now;
  return due !== null && due <= world.now && !later && !world.busy.has(key);
}

/** Those who wait for room, the most pressing first. */
function waiting(state: State, world: World): Agent[] {
  if (world.draining) return [];
  const found = Object.values(state.agents).filter((agent) => isWaiting(agent, world));
  if (found.length < 2 || isPlenty(world.room)) return found;
  return found
    .map((agent) => ({ agent, need: need(state, agent) ?? Number.MAX_SAFE_INTEGER }))
    .sort((a, b) => a.need - b.need || a.agent.name.localeCompare(b.agent.name))
    .map(({ agent }) => agent);
}

/** There is room for all. */
const isPlenty = ({ most, memory }: Room): boolean => most === null && memory === null;

/** Agents that run or are being started. */
const placed = (state: State, world: World): Agent[] =>
  Object.values(state.agents).filter((agent) => isRunning(agent) || world.busy.has(`session ${agent.name}`));

/** The agents of which a session may start now. */
export function admitted(state: State, world: World): ReadonlySet<string> {
  const { most, memory } = world.room;
  const names = waiting(state, world).map(({ name }) => name);
  if (names.length === 0 || isPlenty(world.room)) return new Set(names);
  const taken = placed(state, world);
  const places = most === null ? names.length : Math.max(0, most - taken.length);
  if (memory === null) return new Set(names.slice(0, places));
  if (memory.free < memory.floor) return new Set();
  // What a session takes shows only once it has started: so one after the other.
  const starting = taken.some((agent) => !isRunning(agent) || weigh(agent, world.now).status === 'starting');
  return new Set(starting ? [] : names.slice(0, Math.min(1, places)));
}

/** Why agents wait, once per reason; and who makes room for those that have something to do. */
export function roomFacts(state: State, world: World): Fact[] {
  const { most, memory } = world.room;
  if (isPlenty(world.room)) return [];
  const may = admitted(state, world);
  const left = waiting(state, world).filter(({ name }) => !may.has(name));
  const short = memory !== null && memory.free < memory.floor;
  const reason = short
    ? `waiting for memory: less than ${bytesText(memory.floor)} are free`
    : most !== null && placed(state, world).length >= most
      ? `waiting for a place: ${most} of ${most} run`
      : 'waiting for a place: another agent is just starting';
  const told = left.flatMap((agent): Fact[] =>
    agent.waits === reason ? [] : [{ type: 'agent.waits', agent: agent.name, reason }],
  );
  return [...told, ...makeRoom(state, world, left, short)];
}

/** Suspends as many as are needed, of those that have been idle without work for long, the longest first. */
function makeRoom(state: State, world: World, left: readonly Agent[], short: boolean): Fact[] {
  const full = world.room.most !== null && placed(state, world).length >= world.room.most;
  const inNeed = short || full ? left.filter((agent) => need(state, agent) !== null) : [];
  const leaving = Object.values(state.agents).filter((it) => it.suspended && isRunning(it)).length;
  const count = Math.max(inNeed.length, short ? 1 : 0) - leaving;
  if (count <= 0) return [];
  const [first] = inNeed;
  const reason = short ? 'memory is short' : `${first?.name} waits for a place`;
  return dispensable(state, world)
    .filter(({ at }) => at <= world.now)
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ agent }) => ({ type: 'agent.suspended', agent: agent.name, reason }));
}

/** Idle agents that nothing waits for and of which nothing would be lost, and when they have been so for long enough. */
function dispensable(state: State, world: World): { agent: Agent; at: number }[] {
  return Object.values(state.agents).flatMap((agent) => {
    const pane = world.panes[agent.name];
    if (!pane?.keeps || pane.composer !== 'empty' || !canSuspend(state, agent, world.now)) return [];
    const { since } = weigh(agent, world.now);
    const touched = Math.max(Date.parse(since ?? agent.session?.since ?? ''), world.now - pane.typedMs);
    return [{ agent, at: touched + world.room.suspendAfterMs }];
  });
}

/** True for an agent that could be suspended, but for what its terminal may show. */
export const canSuspend = (state: State, agent: Agent, now: number): boolean =>
  isRunning(agent) &&
  agent.wanted &&
  !agent.suspended &&
  !agent.restarting &&
  weigh(agent, now).status === 'idle' &&
  !hasWork(state, agent);

/** When room is to be looked for again although nothing happens, in ms since the epoch. */
export function roomTimes(state: State, world: World): number[] {
  const leaving = Object.values(state.agents).flatMap((agent) => leavesAt(agent, world.now) ?? []);
  return [...leaving, ...scarceTimes(state, world)];
}

function scarceTimes(state: State, world: World): number[] {
  const { memory } = world.room;
  if (world.draining || isPlenty(world.room)) return [];
  const left = waiting(state, world).length > 0;
  const idle = dispensable(state, world).map(({ at }) => at);
  if (memory === null) return left ? idle : [];
  if (left) return [...idle, world.now + waitingMs];
  return idle.length > 0 ? [world.now + idleMs] : [];
}

/** Suspended agents are woken by what is theirs to do, and one for each task that anybody may take and nobody can. */
export function woken(state: State): Fact[] {
  const asleep = Object.values(state.agents).filter(
    (agent) => agent.suspended && agent.declared && agent.wanted,
  );
  if (asleep.length === 0) return [];
  const own = asleep.filter((agent) => hasWork(state, agent));
  const hands = Object.values(state.agents).filter((agent) => !agent.suspended && isFree(state, agent));
  const more = asleep
    .filter((agent) => !own.includes(agent) && isFree(state, agent))
    .slice(0, Math.max(0, forAnybody(state).length - hands.length));
  return [...own, ...more].map((agent) => ({
    type: 'agent.woken',
    agent: agent.name,
    reason: own.includes(agent) ? 'something is there for it' : 'a task waits for an agent',
  }));
}
