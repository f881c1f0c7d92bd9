import type { State, Task } from '../core/state.ts';
import { writeWhole } from '../io/files.ts';
import type { Project } from './project.ts';

/** Derived views are written at most this often, in ms. */
const everyMs = 500;

/** Writes `tasks.json` and `state.json` for people and scripts, whole and renamed, soon after something changed. */
export function keepViews(project: Project): { changed(): void; flush(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let written = -1;
  const write = async (): Promise<void> => {
    timer = undefined;
    const { state } = project.supervisor;
    if (state.seq === written) return;
    written = state.seq;
    const { posts: _posts, ...rest } = state;
    await Promise.all([
      writeWhole(project.paths.tasks, json({ seq: state.seq, tasks: Object.values(state.tasks) })),
      writeWhole(project.paths.state, json(rest)),
    ]).catch((error: unknown) => project.note('warn', 'a view was not written', { error: String(error) }));
  };
  return {
    changed: () => {
      timer ??= setTimeout(() => void write(), everyMs);
    },
    flush: () => {
      clearTimeout(timer);
      return write();
    },
  };
}

/** The result file of a task that ended: `results/<agent>/<task>.json`. */
export async function writeResult(project: Project, id: string): Promise<void> {
  const task = project.supervisor.state.tasks[id];
  if (!task) return;
  const { state } = project.supervisor;
  await writeWhole(project.paths.result(task.agent ?? 'nobody', id), json(resultOf(state, task)));
  project.supervisor.results.add(id);
}

function resultOf(state: State, task: Task): object {
  const started = task.at.assigned ?? task.at.added;
  return {
    task_id: task.id,
    worker: task.agent ?? null,
    title: task.title,
    status: task.status === 'merged' || task.status === 'done' ? 'completed' : task.status,
    summary: task.result ?? task.summary ?? task.reason ?? null,
    findings: task.findings,
    artifacts: [],
    branch: task.branch ?? null,
    commit: task.commit ?? null,
    merged: task.merged ?? null,
    approved_by: task.approval?.by ?? null,
    gates: task.gates,
    execution_time: task.at.ended ? (Date.parse(task.at.ended) - Date.parse(started)) / 1000 : null,
    next_steps: Object.values(state.tasks)
      .filter((other) => other.needs.includes(task.id))
      .map((other) => other.id),
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
