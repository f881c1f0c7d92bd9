import { isFree, type Judgement, weigh } from './evidence.ts';
import { admitted, mayLeave, type Room } from './room.ts';
import {
  type Agent,
  byPriority,
  entry,
  isEnded,
  isPending,
  isRunning,
  isUnprepared,
  pendingPosts,
  type State,
  type Task,
} from './state.ts';

/** Something to do in the world. `key` names it: the same key is never in hand twice. */
export type Effect = { key: string } & (
  | { type: 'worktree.make'; agent: string }
  | { type: 'worktree.prepare'; agent: string }
  | { type: 'session.start'; agent: string }
  | { type: 'session.stop'; agent: string }
  | { type: 'branch.start'; task: string; agent: string; branch: string }
  | { type: 'message.file'; id: string }
  | { type: 'message.shelve'; id: string }
  | { type: 'message.type'; agent: string; ids: string[] }
  | { type: 'turn.interrupt'; agent: string }
  | { type: 'result.write'; task: string }
  | { type: 'merge.run'; task: string }
);

/** What the supervisor sees of the world beside the log. */
export interface World {
  /** milliseconds since the epoch */
  now: number;
  /** keys of the effects in hand */
  busy: ReadonlySet<string>;
  /** effects that failed: not before this time again */
  notBefore: ReadonlyMap<string, number>;
  /** where the file of a message is */
  filed: ReadonlyMap<string, 'new' | 'cur'>;
  /** tasks whose result file is there */
  results: ReadonlySet<string>;
  panes: Readonly<Record<string, Pane>>;
  /** how many sessions there is room for */
  room: Room;
  /** no new work and no new sessions: the supervisor is going down */
  draining: boolean;
}

/** What is known of the terminal of a running session. */
export interface Pane {
  /** `none`: this kind has no composer that messages can be typed into */
  composer: 'empty' | 'draft' | 'absent' | 'none';
  /** ms since the screen last changed */
  quietMs: number;
  /** ms since the person last typed into it */
  typedMs: number;
  /** its program keeps its conversation over its end */
  keeps: boolean;
}

/** The screen must have settled before a message is typed, and the person's hands must have left the keys. */
export const settledMs = 300;
export const handsOffMs = 3_000;

/** The branch of an agent for a task; `work` without one. Each agent has a folder of refs of its own. */
export const branchOf = (agent: string, task?: string): string => `mcc/${agent}/${task ?? 'work'}`;

/** The effects that are owed now: the difference between what is wanted and what is so. */
export function plan(state: State, world: World): Effect[] {
  const may = admitted(state, world);
  const effects = [
    ...Object.values(state.agents).flatMap((agent) => planAgent(state, world, agent, may)),
    ...Object.values(state.tasks).flatMap((task) => planTask(state, world, task)),
    ...planFiles(state, world),
    ...planMerge(state, world),
  ];
  return effects.filter(({ key }) => !world.busy.has(key) && (world.notBefore.get(key) ?? 0) <= world.now);
}

function planAgent(state: State, world: World, agent: Agent, may: ReadonlySet<string>): Effect[] {
  const { name } = agent;
  if (isRunning(agent)) {
    if (!agent.wanted || agent.restarting || mayLeave(agent, world.now))
      return [{ type: 'session.stop', key: `session ${name}`, agent: name }];
    // The keyboard has one writer at a time.
    if (agent.interrupting) return [{ type: 'turn.interrupt', key: `typing ${name}`, agent: name }];
    return world.draining ? [] : planTyping(state, world, agent);
  }
  if (!agent.wanted || !agent.declared || world.draining) return [];
  if (!agent.worktree) return [{ type: 'worktree.make', key: `worktree ${name}`, agent: name }];
  if (isUnprepared(agent)) {
    // Commands that failed are not run again before somebody has put it right.
    return agent.worktree.unprepared === agent.settings
      ? []
      : [{ type: 'worktree.prepare', key: `setup ${name}`, agent: name }];
  }
  return may.has(name) ? [{ type: 'session.start', key: `session ${name}`, agent: name }] : [];
}

/** The keyboard is for an idle agent whose composer is proved empty; else the hooks hand over at the turn's end. */
function planTyping(state: State, world: World, agent: Agent): Effect[] {
  const pending = pendingPosts(state, agent.name);
  const queued = pending.filter((post) => post.receipt === 'queued').map((post) => post.message.id);
  if (queued.length === 0 || pending.length > queued.length || holding(state, world, agent.name) !== null)
    return [];
  return [{ type: 'message.type', key: `typing ${agent.name}`, agent: agent.name, ids: queued }];
}

/**
 * In these states the keyboard may be tried; where nothing is known of an agent, or a limit or a login stopped it, only when
 * the person wants it.
 */
export const mayType = (judged: Judgement, urged: boolean): boolean =>
  isFree(judged) || (urged && (judged.status === 'unknown' || isStopped(judged)));

/** It sits at its composer, and what stopped it is over only when somebody says so. */
const isStopped = ({ status, needs }: Judgement): boolean =>
  status === 'needs-you' && (needs === 'limit' || needs === 'login');

/**
 * Why messages for an agent cannot be handed over now, in words; null when they can. What the person wants handed over
 * now does not wait for their own hands, nor for a word of an agent that says nothing.
 */
export function holding(
  state: State,
  world: World,
  name: string,
  urged = pendingPosts(state, name).some((post) => post.urged),
): string | null {
  const agent = entry(state.agents, name);
  const pane = entry(world.panes, name);
  if (!agent || !isRunning(agent) || !pane) return 'it does not run';
  if (pane.composer === 'none') return `a ${agent.kind} takes no messages: it reads them with mcc inbox`;
  const judged = weigh(agent, world.now);
  if (!mayType(judged, urged)) return whyNot(judged);
  if (pane.composer === 'draft') return 'your draft is in its composer: send it or clear it';
  if (pane.composer === 'absent') return 'its composer is not on the screen';
  if (pane.typedMs < handsOffMs && !urged) return 'you are typing';
  return pane.quietMs < settledMs ? 'its screen is still changing' : null;
}

function whyNot(judged: Judgement): string {
  const { status, reason } = judged;
  if (status === 'background') return 'its subagents are at work';
  if (status !== 'needs-you') return `it is ${status}`;
  return `${isStopped(judged) ? 'it cannot go on' : 'a dialog is open'}${reason ? `: ${reason}` : ''}`;
}

function planTask(state: State, world: World, task: Task): Effect[] {
  if (isEnded(task) && !world.results.has(task.id)) {
    return [{ type: 'result.write', key: `result ${task.id}`, task: task.id }];
  }
  const agent = entry(state.agents, task.agent ?? '');
  if (task.status !== 'assigned' || !agent || !isRunning(agent) || world.draining) return [];
  // Only between turns does mcc touch a live worktree.
  const judged = weigh(agent, world.now);
  if (!isFree(judged) && judged.status !== 'unknown') return [];
  const branch = branchOf(agent.name, task.id);
  return [{ type: 'branch.start', key: `worktree ${agent.name}`, task: task.id, agent: agent.name, branch }];
}

/** Inbox files mirror the log: a message that waits has its file in new/, one that was taken or answered in cur/. */
const planFiles = (state: State, world: World): Effect[] =>
  Object.values(state.posts).flatMap((post): Effect[] => {
    const { id } = post.message;
    const filed = world.filed.get(id);
    if (filed === undefined) return [{ type: 'message.file', key: `file ${id}`, id }];
    return !isPending(post) && filed === 'new' ? [{ type: 'message.shelve', key: `file ${id}`, id }] : [];
  });

/** One merge at a time, of what is approved and may be merged, in the order of priority. */
function planMerge(state: State, world: World): Effect[] {
  if (state.merging || world.draining || [...world.busy].some((key) => key.startsWith('merge '))) return [];
  // One that git holds up until later does not hold up the others.
  const next = Object.values(state.tasks)
    .filter((task) => task.status === 'approved' && (task.mergeAsked || state.team?.auto === true))
    .filter((task) => (world.notBefore.get(`merge ${task.id}`) ?? 0) <= world.now)
    .sort(byPriority)[0];
  return next ? [{ type: 'merge.run', key: `merge ${next.id}`, task: next.id }] : [];
}
