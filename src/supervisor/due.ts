import type { Fact } from '../core/event.ts';
import { isFree, levelAgain, startMs, weigh } from '../core/evidence.ts';
import { type Overdue, overdue } from '../core/nudge.ts';
import { handsOffMs, holding, settledMs, type World } from '../core/plan.ts';
import { restartAt } from '../core/restart.ts';
import { roomFacts, roomTimes } from '../core/room.ts';
import { type Agent, isRunning, type Post, pendingPosts, type State, type Task } from '../core/state.ts';

/** A message that waits this long says why, in ms. */
const heldMs = 3_000;

/** The facts that only the passing of time brings. */
export const dueFacts = (state: State, world: World): Fact[] => [
  ...Object.values(state.agents).flatMap((agent) => heldFacts(state, world, agent)),
  ...roomFacts(state, world),
  ...Object.values(state.agents).flatMap((agent) => levelFacts(world, agent)),
  ...Object.values(state.tasks).flatMap((task) => overdueFacts(state, world, task)),
  ...(world.draining
    ? []
    : silent(state, world.now).flatMap(({ at, fact }) => (at <= world.now ? [fact] : []))),
];

const silent = (state: State, now: number): Overdue[] =>
  Object.values(state.agents).flatMap((agent) => overdue(state, agent, now) ?? []);

/** When the next look is due although nothing happens, in ms since the epoch; null when time alone changes nothing. */
export function nextLook(state: State, world: World): number | null {
  const times = [
    ...world.notBefore.values(),
    ...Object.values(state.agents).flatMap((agent) => timesOf(state, world, agent)),
    ...Object.values(state.tasks).flatMap((task) => deadline(state, task) ?? []),
    ...roomTimes(state, world),
    ...(world.draining ? [] : silent(state, world.now).map(({ at }) => at)),
  ].filter((at) => at > world.now);
  return times.length > 0 ? Math.min(...times) : null;
}

/** The first message that waits for an agent, while nothing that was handed over stands in its way. */
export function firstWaiting(state: State, agent: Agent): Post | undefined {
  const [first] = isRunning(agent) ? pendingPosts(state, agent.name) : [];
  return first?.receipt === 'queued' ? first : undefined;
}

/** A message that waits says why, once per reason. */
function heldFacts(state: State, world: World, agent: Agent): Fact[] {
  const first = firstWaiting(state, agent);
  if (!first || world.now - Date.parse(first.at) < heldMs) return [];
  const reason = holding(state, world, agent.name);
  const passing = reason === null || reason === 'its screen is still changing';
  return passing || reason === first.held ? [] : [{ type: 'message.held', id: first.message.id, reason }];
}

/** The state file, or the screen, that has contradicted the last hook for long enough says so again. */
function levelFacts(world: World, agent: Agent): Fact[] {
  const again = isRunning(agent) ? levelAgain(agent, weigh(agent, world.now)) : null;
  if (!again || world.now < again.at) return [];
  const { at: _, ...said } = again.report;
  return [{ type: 'agent.reported', agent: agent.name, ...said }];
}

/** A task that took longer than it may has failed: whoever decides gets word of it, and its author is called off. */
function overdueFacts(state: State, world: World, task: Task): Fact[] {
  const end = deadline(state, task);
  if (end === null || world.now < end) return [];
  const reason = `it took longer than the ${task.timeout} s that it may take`;
  return [{ type: 'task.failed', task: task.id, reason }];
}

/** When a task in its author's hands is overdue, in ms since the epoch: each round of work has the whole time. */
function deadline(state: State, task: Task): number | null {
  const { timeout, status, at, id, round } = task;
  if (timeout === undefined || (status !== 'assigned' && status !== 'working')) return null;
  const began = state.posts[`assign-${id}-${round}`]?.at ?? at.assigned;
  return began === undefined ? null : Date.parse(began) + timeout * 1000;
}

function timesOf(state: State, world: World, agent: Agent): number[] {
  if (!isRunning(agent)) {
    const due = agent.wanted && agent.declared && !world.draining ? restartAt(agent) : null;
    return due === null ? [] : [due];
  }
  const judged = weigh(agent, world.now);
  const { status } = judged;
  const again = levelAgain(agent, judged)?.at ?? null;
  // What has said nothing for so long is taken for a program that never will.
  const silent = [
    ...(status === 'starting' && agent.session ? [Date.parse(agent.session.since) + startMs] : []),
    ...(again === null ? [] : [again]),
  ];
  const first = firstWaiting(state, agent);
  const pane = world.panes[agent.name];
  if (!first || !pane) return silent;
  const told = Date.parse(first.at) + heldMs;
  const still = world.now + settledMs - pane.quietMs;
  const handsOff = world.now + handsOffMs - pane.typedMs;
  return [...silent, told, ...(isFree(judged) ? [still, handsOff] : [])];
}
