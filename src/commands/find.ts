import { nearest } from '../core/nearest.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { type Agent, isEnded, type State, type Task } from '../core/state.ts';

/** The agent of that name, or a refusal that names the nearest one. */
export function findAgent(state: State, name: string): Agent | Refusal {
  const agent = state.agents[name];
  if (agent) return agent;
  const meant = nearest(name, Object.keys(state.agents));
  return refuse(`there is no agent \`${name}\`${meant ? `: did you mean \`${meant}\`?` : ''}`, 'mcc status');
}

/** The task of that id, or a refusal. */
export function findTask(state: State, id: string): Task | Refusal {
  const task = state.tasks[id];
  return task ?? refuse(`there is no task \`${id}\``, 'mcc task list');
}

/** The task of that id, refused when it has ended. */
export function openTask(state: State, id: string): Task | Refusal {
  const task = findTask(state, id);
  if (isRefusal(task) || !isEnded(task)) return task;
  return refuse(`${task.id} has ended already: it is ${task.status}`, `mcc task show ${task.id}`);
}

/** The task an agent means when it names none: its own open work, else its oldest open request. */
export function currentTask(state: State, agent: string): Task | Refusal {
  const open = Object.values(state.tasks).filter((task) => task.agent === agent && !isEnded(task));
  return (
    open.find((task) => task.kind === 'work') ??
    open[0] ??
    refuse(`${agent} has no task in hand`, 'mcc task list')
  );
}
