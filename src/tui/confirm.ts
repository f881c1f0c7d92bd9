import { type Refusal, refuse } from '../core/refusal.ts';
import { childrenOf, entry, isEnded, isPending, type State, type Task } from '../core/state.ts';
import { clip } from './line.ts';
import type { Confirm, Scene } from './ui.ts';

/** What a single key on a list does not do at once: approve, merge, cancel and drop ask first. */

/** What is asked, and the words that a yes stands for. */
export interface Question {
  readonly title: string;
  readonly words: readonly string[];
  readonly confirm: Confirm;
  /** what the line is for, where it takes one */
  readonly hint?: string;
}

const questions: Readonly<Record<string, (task: Task, scene: Scene) => Question | Refusal>> = {
  approve: askApprove,
  merge: askMerge,
  'task cancel': askCancel,
};

/**
 * The question that stands before a command in words, or why it would be refused; null when it asks nothing.
 * What cannot be done now is refused at once, so that a yes never counts for something that came later.
 */
export function questionOf(words: readonly string[], scene: Scene): Question | Refusal | null {
  if (words[0] === 'message' && words.includes('--drop')) return askDrop(words[2] ?? '', scene);
  const name = words[0] === 'task' ? `task ${words[1]}` : (words[0] ?? '');
  const task = scene.state.tasks[words[words[0] === 'task' ? 2 : 1] ?? ''];
  return task ? (questions[name]?.(task, scene) ?? null) : null;
}

/** The words of a yes: with what was typed, or with what is said when nothing was. */
export function confirmed(words: readonly string[], { flag, otherwise }: Confirm, line: string): string[] {
  const said = line.trim() === '' ? otherwise : line;
  return flag === null || said === null ? [...words] : [...words, flag, said];
}

function askApprove(task: Task, scene: Scene): Question | Refusal {
  const { id, commit } = task;
  if ((task.status !== 'submitted' && task.status !== 'approved') || commit === undefined)
    return refuse(`${id} is ${task.status}: nothing was submitted`, `task show ${id}`);
  return {
    title: titled('approve', task, ` at ${commit.slice(0, 7)}?`, scene),
    // The commit that was asked about, whatever is submitted meanwhile.
    words: ['approve', id, '--commit', commit],
    confirm: {
      does: mergesAlone(scene.state) ? 'approves, mcc merges' : 'approves',
      flag: '--note',
      otherwise: null,
    },
    hint: 'a word to the author (optional)',
  };
}

const mergesAlone = (state: State): boolean => state.team?.auto === true;

function askMerge(task: Task, scene: Scene): Question | Refusal {
  const { id, commit, status } = task;
  if (status !== 'approved') return refuse(`${id} is not approved: it is ${status}`, `task show ${id}`);
  return {
    title: titled('merge', task, commit === undefined ? '?' : ` at ${commit.slice(0, 7)}?`, scene),
    words: ['merge', id],
    confirm: { does: 'merges', flag: null, otherwise: null },
  };
}

function askCancel(task: Task, scene: Scene): Question | Refusal {
  const { id } = task;
  if (isEnded(task)) return refuse(`${id} has ended: it is ${task.status}`, `task show ${id}`);
  const parts = childrenOf(scene.state, id).some((part) => !isEnded(part));
  return {
    title: titled('cancel', task, parts ? ' with its open tasks?' : '?', scene),
    words: ['task', 'cancel', id],
    confirm: { does: 'cancels', flag: '--reason', otherwise: 'not wanted any more' },
    hint: 'why (optional)',
  };
}

function askDrop(id: string, { state, size }: Scene): Question | Refusal {
  const post = entry(state.posts, id);
  if (!post || !isPending(post)) return refuse(`${id} does not wait any more`, `message show ${id}`);
  const { to, subject, body } = post.message;
  const head = `drop ${id} to ${to} "`;
  const said = clip(
    (subject ?? body).replace(/\s+/g, ' '),
    Math.max(8, Math.min(100, size.cols - 4) - 6 - head.length),
  );
  return {
    title: `${head}${said}"?`,
    words: ['message', 'resolve', id, '--drop'],
    confirm: { does: 'drops', flag: null, otherwise: null },
  };
}

/** `approve t3 "title" at 1f2e3d4?`: of all that, only the title is cut. */
function titled(verb: string, { id, title }: Task, end: string, { size }: Scene): string {
  const head = `${verb} ${id} "`;
  const room = Math.min(100, size.cols - 4) - 4 - head.length - end.length - 1;
  return `${head}${clip(title, Math.max(8, room))}"${end}`;
}
