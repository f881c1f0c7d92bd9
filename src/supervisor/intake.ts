import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findAgent } from '../commands/find.ts';
import type { Fact } from '../core/event.ts';
import type { Message } from '../core/message.ts';
import { isRefusal } from '../core/refusal.ts';
import { entry, type State } from '../core/state.ts';
import { moveAside } from '../io/box.ts';
import { watchDrops } from '../io/drop.ts';
import { type InboxFound, messageFile, watchInboxes } from '../io/inbox.ts';
import { inTurn } from './in-turn.ts';
import type { Project } from './project.ts';
import { TaskFiles } from './task-files.ts';

/**
 * Takes in what others put into the inboxes and drop boxes: a message file there is as good as `mcc send`, a task file as
 * good as `mcc task add`. Returns how to stop.
 */
export async function takeIn(project: Project): Promise<{ close(): Promise<void> }> {
  const { supervisor, paths, note } = project;
  for (const [id, where] of await messageFiles(paths.inboxes)) supervisor.filed.set(id, where);
  for (const id of await resultFiles(paths.results)) supervisor.results.add(id);
  const failed = (error: unknown) =>
    note('warn', 'a box cannot be read', { error: error instanceof Error ? error.message : String(error) });
  const tasks = new TaskFiles(project);
  const inOrder = inTurn();
  const taking = (take: () => Promise<void>) => void inOrder(take).catch(failed);
  const inboxes = watchInboxes(paths.inboxes, (found) => taking(() => takeMessages(project, found)), {
    failed,
  });
  const drops = watchDrops(paths.drops, (found) => taking(() => tasks.take(found)), { failed });
  await Promise.all([inboxes.ready, drops.ready]);
  return {
    close: async () => {
      await Promise.all([inboxes.close(), drops.close()]);
      tasks.close();
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

async function takeMessages(project: Project, { agent, messages, bad }: InboxFound): Promise<void> {
  const { supervisor, paths } = project;
  const refused = bad.map(({ file, reason }) => ({ file, reason }));
  const fresh: Message[] = [];
  for (const message of messages) {
    const reason = refusalOf(supervisor.state, message);
    const file = messageFile(paths.inbox(agent), message.id);
    if (reason && file) refused.push({ file: await moveAside(paths.inbox(agent), file, reason), reason });
    else if (!entry(supervisor.state.posts, message.id)) fresh.push(message);
  }
  for (const { id } of fresh) supervisor.filed.set(id, 'new');
  // For the person, as above; mcc's own messages are known already.
  supervisor.turn(
    [
      ...fresh.map((message): Fact => ({ type: 'message.queued', message })),
      ...refused.map((one): Fact => ({ type: 'file.refused', ...one })),
    ],
    'person',
    'inbox file',
  );
}

/** Why a message file cannot be taken; null when it can, or when it is the file of a message that mcc knows. */
function refusalOf(state: State, { id, from, to, body }: Message): string | null {
  const known = entry(state.posts, id);
  if (known)
    return known.message.body === body ? null : `expected a new id: there is a message ${id} already`;
  // Whoever can write here acts for the person: mcc and agents have a door of their own, which knows who comes in.
  if (from === 'mcc' || entry(state.agents, from)?.declared)
    return `expected a message from person: a file put here by hand is not from ${from}`;
  const agent = to === 'person' ? null : findAgent(state, to);
  return agent && isRefusal(agent) ? agent.refusal : null;
}
