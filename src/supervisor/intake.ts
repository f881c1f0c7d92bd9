import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { addTask } from '../commands/task.ts';
import type { Fact } from '../core/event.ts';
import { isRefusal } from '../core/refusal.ts';
import { moveAside } from '../io/box.ts';
import { type DropFound, takeUp, watchDrops } from '../io/drop.ts';
import { type InboxFound, watchInboxes } from '../io/inbox.ts';
import type { Project } from './project.ts';

/**
 * Takes in what others put into the inboxes and drop boxes: a message file there is as good as `mcc send`, a task file as
 * good as `mcc task add`. Returns how to stop.
 */
export async function takeIn(project: Project): Promise<{ close(): Promise<void> }> {
  const { supervisor, paths, note } = project;
  for (const [id, where] of await messageFiles(paths.inboxes)) supervisor.filed.set(id, where);
  for (const id of await resultFiles(paths.results)) supervisor.results.add(id);
  const failed = (error: Error) => note('warn', 'a box cannot be read', { error: error.message });
  const inboxes = watchInboxes(paths.inboxes, (found) => takeMessages(project, found), { failed });
  const drops = watchDrops(paths.drops, (found) => void takeTasks(project, found), { failed });
  await Promise.all([inboxes.ready, drops.ready]);
  return {
    close: async () => {
      await Promise.all([inboxes.close(), drops.close()]);
    },
  };
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
const idsIn = async (folder: string): Promise<string[]> =>
  (await namesIn(folder)).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []));

/** Where the message files of all inboxes are, by id. */
async function messageFiles(inboxes: string): Promise<Map<string, 'new' | 'cur'>> {
  const found = new Map<string, 'new' | 'cur'>();
  for (const agent of await namesIn(inboxes)) {
    for (const where of ['new', 'cur'] as const) {
      for (const id of await idsIn(join(inboxes, agent, where))) found.set(id, where);
    }
  }
  return found;
}

/** The tasks that have their result file. */
const resultFiles = async (results: string): Promise<string[]> =>
  (await Promise.all((await namesIn(results)).map((agent) => idsIn(join(results, agent))))).flat();

function takeMessages(project: Project, { messages, bad }: InboxFound): void {
  const { supervisor } = project;
  const fresh = messages.filter((message) => !supervisor.state.posts[message.id]);
  for (const message of fresh) supervisor.filed.set(message.id, 'new');
  const facts = [
    ...fresh.map((message): Fact => ({ type: 'message.queued', message })),
    ...bad.map(({ file, reason }): Fact => ({ type: 'file.refused', file, reason })),
  ];
  // Whoever can write here acts for the person; mcc's own messages are known already.
  if (facts.length > 0) supervisor.turn(facts, 'person', 'inbox file');
}

/** Task files become tasks, in order; one that needs another waits for that one's file only within the same look. */
async function takeTasks(project: Project, { agent, tasks, bad }: DropFound): Promise<void> {
  const { supervisor, paths } = project;
  const refused = bad.map(({ file, reason }): Fact => ({ type: 'file.refused', file, reason }));
  if (refused.length > 0) supervisor.turn(refused, 'person', 'task file');
  for (const { task, file } of inOrder(tasks)) {
    const known = Object.values(supervisor.state.tasks).some((it) => it.alias === task.id);
    const flags = {
      to: task.to,
      text: task.text === '' ? task.title : task.text,
      needs: task.needs,
      files: task.files,
      priority: task.priority,
      ...(task.timeout === undefined ? {} : { timeout: task.timeout }),
    };
    const fact = known ? null : addTask(supervisor.state, { args: { title: task.title }, flags }, 'work');
    if (fact && isRefusal(fact)) {
      const reason = `${fact.refusal}${fact.hint ? ` (${fact.hint})` : ''}`;
      const aside = await moveAside(paths.drop(agent), file, reason);
      supervisor.turn([{ type: 'file.refused', file: aside, reason }], 'person', 'task file');
      continue;
    }
    if (fact?.type === 'task.added')
      supervisor.turn([{ ...fact, alias: task.id }], 'person', `task file ${basename(file)}`);
    await takeUp(paths.drop(agent), file);
  }
}

/** Those that others of the same look need come first. */
function inOrder(tasks: DropFound['tasks']): DropFound['tasks'] {
  const left = [...tasks];
  const done: DropFound['tasks'] = [];
  while (left.length > 0) {
    const ids = new Set(left.map(({ task }) => task.id));
    const next = left.findIndex(({ task }) => !task.needs.some((need) => need !== task.id && ids.has(need)));
    done.push(...left.splice(Math.max(next, 0), 1));
  }
  return done;
}
