import { basename } from 'node:path';
import { findTask } from '../commands/find.ts';
import { addTask } from '../commands/task.ts';
import type { Fact } from '../core/event.ts';
import { isRefusal } from '../core/refusal.ts';
import { moveAside } from '../io/box.ts';
import { type DropFound, type TaskFile, takeUp } from '../io/drop.ts';
import type { Project } from './project.ts';

/** How long a task file may wait for the files of the tasks that it needs, in ms: they are put there one by one. */
const patience = 5_000;

interface Waiting {
  agent: string;
  task: TaskFile;
  file: string;
  /** ms since the epoch: then it is refused if what it needs is still not there */
  until: number;
}

/** Task files on their way to tasks. One that needs another waits for that one's file, in whatever box it comes. */
export class TaskFiles {
  readonly #project: Project;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(project: Project) {
    this.#project = project;
  }

  /** Makes tasks of what was found, and of what waited for it. To be called for one find after the other. */
  async take({ agent, tasks, bad }: DropFound): Promise<void> {
    const facts = bad.map(({ file, reason }): Fact => ({ type: 'file.refused', file, reason }));
    this.#project.supervisor.turn(facts, 'person', 'task file');
    const until = Date.now() + patience;
    this.#waiting.push(...tasks.map((found) => ({ agent, until, ...found })));
    await this.#takeReady();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #takeReady(): Promise<void> {
    clearTimeout(this.#timer);
    for (let next = this.#next(); next; next = this.#next()) {
      this.#waiting = this.#waiting.filter((one) => one !== next);
      await this.#takeOne(next);
    }
    if (this.#waiting.length === 0) return;
    const first = Math.min(...this.#waiting.map(({ until }) => until));
    const { note } = this.#project;
    this.#timer = setTimeout(
      () =>
        void this.#takeReady().catch((error: unknown) =>
          note('warn', 'a task file was not taken', { error: String(error) }),
        ),
      Math.max(0, first - Date.now()) + 1,
    );
  }

  /** The next file of which all needs are tasks, or which has waited long enough. */
  #next(): Waiting | undefined {
    const { state } = this.#project.supervisor;
    const now = Date.now();
    return this.#waiting.find(
      ({ task, until }) => until <= now || task.needs.every((need) => !isRefusal(findTask(state, need))),
    );
  }

  async #takeOne({ agent, task, file }: Waiting): Promise<void> {
    const { supervisor, paths } = this.#project;
    const box = paths.drop(agent);
    const { id, to, title, text, needs, files, priority, timeout } = task;
    const known = Object.values(supervisor.state.tasks).some((it) => it.alias === id);
    const flags = {
      to,
      text: text === '' ? title : text,
      needs,
      files,
      priority,
      ...(timeout === undefined ? {} : { timeout }),
    };
    const fact = known ? null : addTask(supervisor.state, { args: { title }, flags }, 'work');
    if (fact && isRefusal(fact)) {
      const reason = `${fact.refusal}${fact.hint ? ` (${fact.hint})` : ''}`;
      const aside = await moveAside(box, file, reason);
      supervisor.turn([{ type: 'file.refused', file: aside, reason }], 'person', 'task file');
      return;
    }
    if (fact?.type === 'task.added')
      supervisor.turn([{ ...fact, alias: id }], 'person', `task file ${basename(file)}`);
    await takeUp(box, file);
  }
}
