import { nearest } from '../core/nearest.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { type Agent, entry, isEnded, type State, type Task } from '../core/state.ts';

/** The agent of that name, or a refusal that names the nearest one. */
export function findAgent(state: State, name: string): Agent | Refusal {
  const agent = entry(state.agents, name);
  if (agent) return agent;
  const meant = nearest(name, Object.keys(state.agents));
  return refuse(`there is no agent \`${name}\`${meant ? `: did you mean \`${meant}\`?` : ''}`, 'mcc status');
}

/** The task of that id, or of that id in the drop box; or a refusal. */
export function findTask(state: State, id: string): Task | Refusal {
  const task = entry(state.tasks, id) ?? Object.values(state.tasks).find((it) => it.alias === id);
  return task ?? refuse(`there is no task \`${id}\``, 'mcc task list');
}

/** The task of that id, refused when it has ended. */
export function openTask(state: State, id: string): Task | Refusal {
  const task = findTask(state, id);
  if (isRefusal(task) || !isEnded(task)) return task;
  return refuse(`${task.id} has ended already: it is ${task.status}`, `mcc task show ${task.id}`);
}

/** A refusal while the task is in the merge queue's hands: what it merges must not change under it. */
export const mergingRefused = (state: State, task: Task): Refusal | null =>
  state.merging?.task === task.id
    ? refuse(`${task.id} is being merged: wait for the gates`, `mcc task show ${task.id}`)
    : null;

/** Whom an agent asks when it may not do something itself. */
export const whoDecides = (state: State, asker: string | undefined): string =>
  state.team?.architect !== undefined && state.team.architect !== asker ? state.team.architect : 'person';

/** The task an agent means when it names none: its own open work, else its oldest open request. */
export function currentTask(state: State, agent: string): Task | Refusal {
  const open = Object.values(state.tasks).filter((task) => task.agent === agent && !isEnded(task));
  return (
    open.find((task) => task.kind === 'work') ??
    open[0] ??
    refuse(`${agent} has no task in hand`, 'mcc task list')
  );
}

/** A commit that changes files which are not its author's to change goes nowhere: the queue would send it back. */
export function outsideRefused({ id, base, agent }: Task, outside: readonly string[] = []): Refusal | null {
  const [first] = outside;
  if (first === undefined) return null;
  const named = outside.slice(0, 5).join(', ');
  const more = outside.length > 5 ? ` and ${outside.length - 5} more` : '';
  return refuse(
    `${id} changes what ${agent ?? 'its author'} may not: ${named}${more}`,
    `git checkout ${base?.slice(0, 10) ?? 'main'} -- ${first}, commit, and submit again`,
  );
}
