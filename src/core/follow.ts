import type { Fact } from './event.ts';
import { assignment, digest, failure, goOn, review } from './letters.ts';
import type { Message } from './message.ts';
import {
  type Agent,
  byPriority,
  childrenOf,
  isEnded,
  isFinished,
  isReady,
  isRunning,
  type State,
  type Task,
  taskOf,
  waitsFor,
} from './state.ts';

/**
 * What follows from the state alone, without asking the world: assignments, and the messages that mcc owes.
 * The supervisor folds these facts and asks again until nothing follows; each fact removes its own cause.
 */
export function follow(state: State): Fact[] {
  return [...assign(state), ...approvalsLost(state), ...owed(state)];
}

const open = (state: State): Task[] => Object.values(state.tasks).filter((task) => !isEnded(task));

/** Hands ready tasks to free agents, the most urgent first. One task an agent at a time; requests do not occupy. */
function assign(state: State): Fact[] {
  const taken = new Set<string>();
  return open(state)
    .filter((task) => isReady(state, task))
    .sort(byPriority)
    .flatMap((task): Fact[] => {
      if (task.kind === 'request') {
        const agent = task.to ?? state.team?.architect;
        return agent && state.agents[agent]?.declared
          ? [{ type: 'task.assigned', task: task.id, agent }]
          : [];
      }
      const agent = pick(state, task, taken);
      if (!agent) return [];
      taken.add(agent.name);
      return [{ type: 'task.assigned', task: task.id, agent: agent.name }];
    });
}

/** The agent for a task: the one it names, or the free one that has had the fewest tasks so far. */
function pick(state: State, task: Task, taken: Set<string>): Agent | undefined {
  const free = Object.values(state.agents).filter(
    (agent) =>
      agent.declared &&
      agent.wanted &&
      isRunning(agent) &&
      !taken.has(agent.name) &&
      !taskOf(state, agent.name),
  );
  if (task.to !== undefined) return free.find((agent) => agent.name === task.to);
  const load = (agent: Agent) => Object.values(state.tasks).filter((it) => it.agent === agent.name).length;
  return free
    .filter((agent) => agent.name !== state.team?.architect && agent.kind !== 'shell')
    .sort((a, b) => load(a) - load(b) || a.name.localeCompare(b.name))[0];
}

/** An approval names a commit: a branch that moves on loses it. */
const approvalsLost = (state: State): Fact[] =>
  open(state).flatMap((task): Fact[] => {
    const worktree = task.agent ? state.agents[task.agent]?.worktree : undefined;
    const moved =
      task.approval && worktree?.branch === task.branch && worktree?.commit !== task.approval.commit;
    if (!task.approval || !worktree || !moved || state.merging?.task === task.id) return [];
    const detail = `approved was ${task.approval.commit.slice(0, 10)}, the branch is now at ${worktree.commit.slice(0, 10)}`;
    return [
      {
        type: 'task.returned',
        task: task.id,
        commit: task.approval.commit,
        reason: 'moved',
        detail,
        files: [],
      },
    ];
  });

/** Messages that the state calls for and that were not queued yet. */
function owed(state: State): Fact[] {
  const architect = state.team?.architect;
  const letters: Omit<Message, 'at'>[] = [];
  for (const task of Object.values(state.tasks)) {
    if (task.status === 'working') letters.push(assignment(state, task));
    if (!architect) continue;
    if (task.status === 'submitted' && task.agent !== architect) letters.push(review(task, architect));
    if (task.status === 'failed' && task.by !== `agent:${architect}`)
      letters.push(failure(state, task, architect));
    if (task.kind === 'request' && task.status === 'working') {
      const children = childrenOf(state, task.id);
      if (children.length > 0 && children.every((it) => isEnded(it) || isStuck(state, it)))
        letters.push(digest(state, task, architect));
    }
  }
  letters.push(...resumes(state));
  return letters
    .filter((letter) => letter.to !== '' && !state.posts[letter.id])
    .map((message) => ({ type: 'message.queued', message }));
}

/** True for a task that can never start, because something it needs ended without finishing. */
export const isStuck = (state: State, task: Task): boolean =>
  task.status === 'open' &&
  waitsFor(state, task).some((need) => (isEnded(need) && !isFinished(need)) || isStuck(state, need));

/** A session that was started anew in the middle of work is told what is still open, once. */
const resumes = (state: State): Omit<Message, 'at'>[] =>
  Object.values(state.agents).flatMap((agent) => {
    const session = agent.session;
    if (!session?.resumed || session.exit) return [];
    const told = open(state).filter((task) => {
      const post = state.posts[`assign-${task.id}-${task.round}`];
      return (
        task.agent === agent.name &&
        task.status === 'working' &&
        post !== undefined &&
        (post.receipt === 'accepted' || post.receipt === 'answered') &&
        post.at < session.since
      );
    });
    return told.length > 0 ? [goOn(agent.name, session.id, told)] : [];
  });
