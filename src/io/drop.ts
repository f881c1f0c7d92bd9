import { basename, join } from 'node:path';
import { z } from 'zod';
import { type Priority, priorities } from '../core/event.ts';
import { messageId } from '../core/message.ts';
import { nearest } from '../core/nearest.ts';
import { type BoxKind, type Misfit, moveTo, scanBox } from './box.ts';
import { type BoxWatcher, watchBoxes } from './box-watcher.ts';
import { sentenceOf } from './inbox.ts';

/**
 * A drop box, `tasks/<agent>/`: a task file put there is a task for that agent. The names of fields of earlier
 * systems are understood.
 */
export interface TaskFile {
  /** what others call the task in their `needs`; the file's name where it gives none */
  id: string;
  to: string;
  title: string;
  text: string;
  /** tasks of mcc, or ids of other task files */
  needs: string[];
  priority: Priority;
  files: string[];
  /** seconds */
  timeout?: number;
}

const aliases: Readonly<Record<string, string>> = {
  task_id: 'id',
  worker: 'to',
  assigned_to: 'to',
  agent: 'to',
  description: 'text',
  dependencies: 'needs',
  depends_on: 'needs',
};
const fields = ['id', 'to', 'title', 'text', 'needs', 'priority', 'files', 'timeout'];

/** A number is taken for how pressing it is: 0 low, 1 normal, 2 high, 3 and more urgent. */
const byNumber = (number: number): Priority =>
  number <= 0 ? 'low' : number <= 1 ? 'normal' : number <= 2 ? 'high' : 'urgent';

const names = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value),
  z.array(z.string().min(1)).default([]),
);
const taskFileSchema = z.object({
  id: messageId,
  to: z.string(),
  title: z.string().trim().min(1).max(4000).optional(),
  text: z
    .string()
    .max(256 * 1024)
    .default(''),
  needs: names,
  priority: z
    .union(
      [z.enum(priorities), z.number().transform(byNumber)],
      `one of ${priorities.join(', ')}, or a number`,
    )
    .default('normal'),
  files: names,
  timeout: z.number().positive().optional(),
});

export const dropKind: BoxKind<TaskFile> = {
  arrivals: '.',
  largest: 1024 * 1024,
  read(value, name, folder) {
    const agent = basename(folder);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error('expected a task: an object with a title');
    const result = taskFileSchema.safeParse({ id: name, to: agent, ...unalias(value) });
    if (!result.success) throw new Error(`expected a task: ${sentenceOf(result.error)}`);
    const { title, text, timeout, ...rest } = result.data;
    if (rest.to !== agent) throw new Error(`expected a task for ${agent}, found one for ${rest.to}`);
    const first = title ?? text.trim().split('\n')[0]?.trim() ?? '';
    if (first === '') throw new Error('expected a task: title: it has neither a title nor a text');
    return { ...rest, title: first, text, ...(timeout === undefined ? {} : { timeout: Math.ceil(timeout) }) };
  },
};

/** Fields under mcc's own names. Unknown ones are let be, except where a known one was meant. */
function unalias(value: object): Record<string, unknown> {
  const task: Record<string, unknown> = {};
  const from: Record<string, string> = {};
  for (const [key, given] of Object.entries(value)) {
    const field = aliases[key] ?? key;
    if (!fields.includes(field)) {
      const meant = misspelt(key);
      if (meant) throw new Error(`expected a task: unknown field ${key}, did you mean ${meant}?`);
    } else if (from[field] !== undefined) {
      throw new Error(`expected a task: ${from[field]} and ${key} say the same; give one of them`);
    } else {
      from[field] = key;
      task[field] = given;
    }
  }
  return task;
}

/** The known field that a key resembles; keys that other systems write beside those are none of them. */
function misspelt(key: string): string | undefined {
  const others =
    'type kind status created_by created_at updated_at parent project branch labels tags notes retries result cost metadata';
  const meant = nearest(key, [...fields, ...Object.keys(aliases), ...others.split(' ')]);
  return meant && !others.split(' ').includes(meant) ? meant : undefined;
}

/** Marks a task file as taken up: moves it to `cur/` of its box. @returns where it is now */
export const takeUp = (folder: string, file: string): Promise<string> => moveTo(join(folder, 'cur'), file);

export interface DropFound {
  agent: string;
  tasks: { task: TaskFile; file: string }[];
  bad: Misfit[];
}

/** The tasks that wait in a drop box; what is none is moved to `bad/`, once it has been left alone. */
export async function scanDrop(folder: string, settle?: number): Promise<DropFound> {
  const { arrivals, bad } = await scanBox(folder, dropKind, settle === undefined ? {} : { settle });
  return { agent: basename(folder), tasks: arrivals.map(({ value, file }) => ({ task: value, file })), bad };
}

/**
 * Watches all drop boxes of a project; what lies in them at the start is given too.
 * @param root folder of the drop boxes
 * @param found is given each task once for as long as its file stays as it is
 */
export const watchDrops = (
  root: string,
  found: (found: DropFound) => void,
  options?: { settle?: number; failed?: (error: Error) => void },
): BoxWatcher =>
  watchBoxes(
    root,
    dropKind,
    (agent, { arrivals, bad }) =>
      found({ agent, tasks: arrivals.map(({ value, file }) => ({ task: value, file })), bad }),
    options,
  );
