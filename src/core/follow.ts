import type { Fact } from './event.ts';
import {
  answer,
  assignment,
  callOff,
  crashing,
  digest,
  endedForMemory,
  failure,
  goOn,
  overMemory,
  review,
  takenOver,
} from './letters.ts';
import type { Message } from './message.ts';
import { isGivenUp } from './restart.ts';
import { woken } from './room.ts';
import {
  type Agent,
  byPriority,
  childrenOf,
  entry,
  isEnded,
  isPending,
  isReady,
  isRunning,
  isStuck,
  type State,
  type Task,
  takesAny,
  taskOf,
} from './state.ts';

/**
 * What follows from the state alone, without asking the world: assignments, and the messages that mcc owes.
 * The supervisor folds these facts and asks again until nothing follows; each fact removes its own cause.
 */
export function follow(state: State): Fact[] {
  return [...released(state), ...assign(state), ...approvalsLost(state), ...owed(state), ...woken(state)];
}

const open = (state: State): Task[] => Object.values(state.tasks).filter((task) => !isEnded(task));

/** Work of an agent that is not started again by itself is open for others. */
const released = (state: State): Fact[] =>
  open(state).flatMap((task): Fact[] => {
    const agent = entry(state.agents, task.agent ?? '');
    const inHand = task.kind === 'work' && (task.status === 'assigned' || task.status === 'working');
    if (!agent || !inHand || !isGivenUp(agent)) return [];
    const reason = `${agent.name} crashed ${agent.crashes} times`;
    return [{ type: 'task.released', task: task.id, agent: agent.name, reason }];
  });

/** Hands ready tasks to free agents, the most urgent first. One task an agent at a time; requests do not occupy. */
function assign(state: State): Fact[] {
  const taken = new Set<string>();
  return open(state)
    .filter((task) => isReady(state, task))
    .sort(byPriority)
    .flatMap((task): Fact[] => {
      if (task.kind === 'request') {
        const agent = task.to ?? state.team?.architect;
        return agent && entry(state.agents, agent)?.declared
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
      !agent.suspended &&
      !taken.has(agent.name) &&
      !taskOf(state, agent.name),
  );
  if (task.to !== undefined) return free.find((agent) => agent.name === task.to);
  const load = (agent: Agent) => Object.values(state.tasks).filter((it) => it.agent === agent.name).length;
  return free
    .filter((agent) => takesAny(state, agent))
    .sort((a, b) => load(a) - load(b) || a.name.localeCompare(b.name))[0];
}

/** An approval names a commit: a branch that moves on loses it. */
const approvalsLost = (state: State): Fact[] =>
  open(state).flatMap((task): Fact[] => {
    const worktree = entry(state.agents, task.agent ?? '')?.worktree;
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
  const letters = [
    ...Object.values(state.tasks).flatMap((task) => [
      ...toAuthor(state, task),
      ...toArchitect(state, task),
      ...toPerson(state, task),
    ]),
    ...Object.values(state.agents).flatMap((agent) => [
      ...resume(state, agent),
      ...givenUp(state, agent),
      ...overLimit(state, agent),
    ]),
  ];
  return letters
    .filter((letter) => letter.to !== '' && !entry(state.posts, letter.id))
    .map((message) => ({ type: 'message.queued', message }));
}

type Letter = Omit<Message, 'at'>;

/** What is to be done, and that it is not to be done any more. */
function toAuthor(state: State, task: Task): Letter[] {
  if (task.status === 'working')
    return [
      assignment(state, task),
      ...(task.before && task.before.agent !== task.agent ? [takenOver(task, task.before.agent)] : []),
    ];
  const calledOff = task.status === 'cancelled' || task.status === 'failed';
  const author = task.agent;
  if (!calledOff || author === undefined || task.endedBy === `agent:${author}`) return [];
  const knows = Object.values(state.posts).some(
    ({ message, route }) => message.kind === 'assignment' && message.task === task.id && route !== undefined,
  );
  return knows ? [callOff(task, author)] : [];
}

/** What is to be reviewed, what failed, and that all of a request has ended. */
function toArchitect(state: State, task: Task): Letter[] {
  const architect = state.team?.architect;
  if (architect === undefined) return [];
  if (task.status === 'submitted' && task.agent !== architect) return [review(task, architect)];
  if (task.status === 'failed' && task.agent !== architect && task.endedBy !== `agent:${architect}`)
    return [failure(state, task, architect)];
  if (task.kind !== 'request' || task.status !== 'working') return [];
  const children = childrenOf(state, task.id);
  const over = children.length > 0 && children.every((it) => isEnded(it) || isStuck(state, it));
  return over ? [digest(state, task, task.agent ?? architect)] : [];
}

/** The answer to a request; and a failure where no architect can take it up. */
function toPerson(state: State, task: Task): Letter[] {
  const architect = state.team?.architect;
  if (task.kind === 'request' && task.status === 'done' && task.by === 'person' && task.endedBy !== 'person')
    return [answer(task)];
  const alone = architect === undefined || task.agent === architect;
  return task.status === 'failed' && alone && task.endedBy !== 'person'
    ? [failure(state, task, 'person')]
    : [];
}

/** An agent that crashes again and again: the architect is asked what to do, else the person. */
function givenUp(state: State, agent: Agent): Letter[] {
  if (!agent.session || !isGivenUp(agent)) return [];
  const architect = state.team?.architect;
  const to = architect === undefined || architect === agent.name ? 'person' : architect;
  // First its work goes to whom it may go, then it is told.
  if (released(state).length > 0 || assign(state).length > 0) return [];
  const tasks = open(state).filter((task) => task.before?.agent === agent.name);
  return [crashing(agent, agent.session, tasks, to)];
}

/** Who took too much memory is told what was ended for it; where nothing was, the architect is. */
function overLimit({ team }: State, { name, over }: Agent): Letter[] {
  const excess = over?.memory;
  if (!excess) return [];
  if (excess.ended !== undefined) return [endedForMemory(name, excess)];
  const architect = team?.architect;
  return architect === undefined || architect === name ? [] : [overMemory(name, excess, architect)];
}

/** A session that was started anew in the middle of work is told what is still open, once. */
function resume(state: State, agent: Agent): Letter[] {
  const session = agent.session;
  if (!session || session.exit) return [];
  // What was taken before this session began; what was not is delivered to it anyway.
  const taken = (id: string): boolean => {
    const post = entry(state.posts, id);
    return post !== undefined && post.at < session.since && post.session !== session.id && !isPending(post);
  };
  const own = open(state).filter(
    (task) =>
      task.agent === agent.name && task.status === 'working' && taken(`assign-${task.id}-${task.round}`),
  );
  const reviews = open(state).filter(
    (task) =>
      task.agent !== agent.name &&
      task.status === 'submitted' &&
      agent.name === state.team?.architect &&
      taken(`review-${task.id}-${task.round}`),
  );
  return own.length + reviews.length > 0 ? [goOn(agent.name, session, own, reviews)] : [];
}
