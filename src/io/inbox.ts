import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { completeMessage, type Message, messageSchema } from '../core/message.ts';
import { nearest } from '../core/nearest.ts';
import { type BoxKind, type Misfit, scanBox } from './box.ts';
import { type BoxWatcher, watchBoxes } from './box-watcher.ts';
import { codeOf, writeSynced } from './files.ts';

/**
 * An inbox is a maildir, `inbox/<agent>/{tmp,new,cur,bad}`, one message a file named by its id. Written in `tmp`,
 * delivered by a rename into `new`, moved to `cur` once the agent has it: no lock, and no message in parts.
 */
export const inboxKind: BoxKind<Message> = {
  arrivals: 'new',
  largest: 1024 * 1024,
  read(value, name, folder) {
    const agent = basename(folder);
    const wrong = misnamed(value);
    if (wrong) throw new Error(`expected a message: ${wrong}`);
    const result = messageSchema.safeParse(completeMessage(value, name, agent));
    if (!result.success) throw new Error(`expected a message: ${sentenceOf(result.error)}`);
    const message = result.data;
    if (message.to !== agent) throw new Error(`expected a message to ${agent}, found one to ${message.to}`);
    if (existsSync(join(folder, 'cur', `${message.id}.json`)))
      throw new Error(`expected a new id: a message ${message.id} was delivered before`);
    return message;
  },
  nameOf: ({ id }) => id,
};

const fields = Object.keys(messageSchema.shape);
/** What other programs call the body. */
const bodies = ['text', 'message', 'content', 'msg'];

/** What is wrong with the names of fields; undefined when nothing is. Unknown ones are let be, except where a known one was meant. */
function misnamed(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const missing = fields.filter((field) => !Object.hasOwn(value, field));
  for (const key of Object.keys(value).filter((name) => !fields.includes(name))) {
    const meant = bodies.includes(key) ? 'body' : nearest(key, fields);
    if (meant && missing.includes(meant)) return `unknown field ${key}, did you mean ${meant}?`;
  }
  return missing.includes('body') ? 'it has no body' : undefined;
}

/** The first thing that does not fit a schema, in words. */
export function sentenceOf(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0];
  return issue
    ? `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${issue.message}`
    : 'it does not fit';
}

/**
 * Delivers a message. One with the same id that was delivered before, read or not, is left as it is.
 * @param folder the inbox of the agent that it is to
 * @returns whether it was new
 */
export async function putMessage(folder: string, message: Message): Promise<boolean> {
  const { id } = messageSchema.parse(message);
  for (const name of ['tmp', 'new', 'cur']) await mkdir(join(folder, name), { recursive: true });
  const name = `${id}.json`;
  if (existsSync(join(folder, 'new', name)) || existsSync(join(folder, 'cur', name))) return false;
  const temporary = join(folder, 'tmp', `${id}.${randomUUID().slice(0, 8)}`);
  try {
    await writeSynced(temporary, `${JSON.stringify(message, null, 2)}\n`);
    await rename(temporary, join(folder, 'new', name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return true;
}

/** Where the file of a message is now; undefined when the inbox has none of that id. */
export const messageFile = (folder: string, id: string): string | undefined =>
  ['new', 'cur'].map((name) => join(folder, name, `${id}.json`)).find((path) => existsSync(path));

/**
 * The messages that wait in an inbox. What is no message is moved to `bad/`, once it has been left alone.
 * @param settle ms for which a wrong file must have been left alone
 */
export async function scan(
  folder: string,
  settle?: number,
): Promise<{ messages: Message[]; bad: Misfit[]; unsettled: string[] }> {
  const { arrivals, bad, unsettled } = await scanBox(
    folder,
    inboxKind,
    settle === undefined ? {} : { settle },
  );
  return { messages: arrivals.map(({ value }) => value), bad, unsettled };
}

/** Marks a message as delivered. @returns false when it was no longer in `new` */
export async function moveToCur(folder: string, id: string): Promise<boolean> {
  await mkdir(join(folder, 'cur'), { recursive: true });
  try {
    await rename(join(folder, 'new', `${id}.json`), join(folder, 'cur', `${id}.json`));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

export interface InboxFound {
  agent: string;
  messages: Message[];
  bad: Misfit[];
}

/**
 * Watches all inboxes of a project; what lies in them at the start is given too.
 * @param root folder of the inboxes
 * @param found is given each message once for as long as its file stays as it is, mcc's own messages included
 */
export const watchInboxes = (
  root: string,
  found: (found: InboxFound) => void,
  options?: { settle?: number; failed?: (error: Error) => void },
): BoxWatcher =>
  watchBoxes(
    root,
    inboxKind,
    (agent, { arrivals, bad }) => found({ agent, messages: arrivals.map(({ value }) => value), bad }),
    options,
  );
