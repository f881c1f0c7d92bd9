import { type Appliers, put, withAgent, withOpen, without, withPost, withTask } from './change.ts';
import type { Event } from './event.ts';
import { nudgesOf } from './nudge.ts';
import { unchanged } from './reduce-agents.ts';
import { answer } from './reduce-messages.ts';
import { entry, type State, type Task } from './state.ts';

/** What facts about tasks and their merges do. */

const endMerge = (state: State, task: string): State =>
  state.merging?.task === task ? { ...state, merging: null } : state;

const end = (task: Task, { at, by }: Pick<Event, 'at' | 'by'>): Task => ({
  ...(without(task, 'held') as Task),
  mergeAsked: false,
  // What was allowed for the task ends with it.
  grants: [],
  endedBy: by,
  at: { ...task.at, ended: at },
});

/** Ended without its merge: no approval is left that a merge in hand could still rest on. */
const giveUp = (task: Task, event: Pick<Event, 'at' | 'by'>): Task =>
  end(without(task, 'approval') as Task, event);

/**
 * The ids of what mcc asks about a task (letters.ts makes them): they are looked up, since a search through all messages
 * at every step of every task would make a long log slow to fold.
 */
function askedAbout({ posts }: State, { id, kind, round }: Task): string[] {
  const rounds = Array.from({ length: round }, (_, index) => index + 1);
  const letters = rounds
    .flatMap((it) => [`assign-${id}-${it}`, `review-${id}-${it}`])
    .flatMap((letter) => [letter, ...nudgesOf(letter).all]);
  return kind === 'request'
    ? [...letters, ...Object.keys(posts).filter((it) => it.startsWith(`digest-${id}-`))]
    : letters;
}

/** The task went a step on: what mcc asked about it is answered, and not delivered any more if it still waited. */
function stepped(state: State, id: string, at: string): State {
  const task = entry(state.tasks, id);
  return task
    ? askedAbout(state, task).reduce(
        (next, letter) => withPost(next, letter, (post) => answer(post, at)),
        state,
      )
    : state;
}

/** The branch was just looked up: its worktree stands at that commit, whatever was seen of it before. */
const seenAt = (state: State, agent: string | undefined, branch: string | undefined, commit: string): State =>
  withAgent(state, agent ?? '', (it) =>
    it.worktree && it.worktree.branch === branch ? { ...it, worktree: { ...it.worktree, commit } } : it,
  );

export const taskAppliers = {
  'permission.granted': (state, { task, rule }) =>
    withOpen(state, task, (it) => (it.grants.includes(rule) ? it : { ...it, grants: [...it.grants, rule] })),
  'task.added': (state, event) => {
    const { task, kind, title, text, to, needs, priority, parent, files, timeout, alias, by, at } = event;
    if (entry(state.tasks, task)) return state;
    const added: Task = {
      id: task,
      kind,
      title,
      text,
      by,
      needs,
      priority,
      files,
      status: 'open',
      mergeAsked: false,
      round: 1,
      findings: [],
      gates: [],
      grants: [],
      at: { added: at },
      ...(to === undefined ? {} : { to }),
      ...(parent === undefined ? {} : { parent }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(alias === undefined ? {} : { alias }),
    };
    return { ...state, tasks: put(state.tasks, task, added) };
  },
  'task.assigned': (state, { task, agent, at }) =>
    withOpen(state, task, (it) => ({
      ...(without(it, 'held') as Task),
      agent,
      status: it.kind === 'request' ? 'working' : 'assigned',
      at: { ...it.at, assigned: at },
    })),
  'task.branched': (state, { task, branch, base, agent }) =>
    withAgent(
      withOpen(state, task, (it) => ({ ...(without(it, 'held') as Task), branch, base, status: 'working' })),
      agent,
      // A branch that was just made has nothing of its own yet.
      (it) =>
        it.worktree
          ? { ...it, worktree: { ...unchanged, path: it.worktree.path, branch, commit: base } }
          : it,
    ),
  'task.released': (state, { task, agent, at }) =>
    stepped(
      withOpen(state, task, (it) =>
        it.agent === agent && (it.status === 'assigned' || it.status === 'working')
          ? {
              ...(without(it, 'agent', 'branch', 'base', 'held') as Task),
              status: 'open',
              // Whoever takes it up next gets an assignment of its own.
              round: it.round + 1,
              before: { agent, ...(it.branch === undefined ? {} : { branch: it.branch }) },
            }
          : it,
      ),
      task,
      at,
    ),
  'task.held': (state, { task, reason }) => withOpen(state, task, (it) => ({ ...it, held: reason })),
  'task.submitted': (state, { task, branch, commit, summary, at }) => {
    const submitted = withOpen(state, task, (it) => ({
      ...(without(it, 'held', 'approval') as Task),
      branch,
      commit,
      summary,
      status: 'submitted',
      // Submitted anew without a finding in between: a round of its own, so that it is reviewed anew.
      round: it.status === 'working' ? it.round : it.round + 1,
      gates: [],
      mergeAsked: false,
      at: { ...it.at, submitted: at },
    }));
    return seenAt(stepped(submitted, task, at), submitted.tasks[task]?.agent, branch, commit);
  },
  'task.approved': (state, { task, commit, by, at }) => {
    const approved = withOpen(state, task, (it) => ({
      ...(without(it, 'held') as Task),
      status: 'approved',
      approval: { commit, by, at },
    }));
    const { agent, branch } = approved.tasks[task] ?? {};
    return seenAt(stepped(approved, task, at), agent, branch, commit);
  },
  'task.rejected': (state, { task, reason, at }) =>
    stepped(
      withOpen(state, task, (it) => ({
        ...(without(it, 'approval', 'held') as Task),
        status: 'working',
        mergeAsked: false,
        round: it.round + 1,
        findings: [...it.findings, { round: it.round, kind: 'rejected', text: reason, files: [] }],
      })),
      task,
      at,
    ),
  'task.returned': (state, { task, commit, reason, detail, files }) =>
    endMerge(
      // Only what is still approved at that commit goes back: the author may have submitted anew meanwhile.
      withOpen(state, task, (it) =>
        it.approval?.commit === commit
          ? {
              ...(without(it, 'approval', 'held') as Task),
              status: 'working',
              mergeAsked: false,
              round: it.round + 1,
              findings: [...it.findings, { round: it.round, kind: reason, text: detail, files }],
            }
          : it,
      ),
      task,
    ),
  'task.merged': (state, { task, base, at, by }) => ({
    ...endMerge(
      // What the base branch holds is merged, even if the task was taken back while that happened.
      stepped(
        withTask(state, task, (it) => ({ ...end(it, { at, by }), status: 'merged', merged: base })),
        task,
        at,
      ),
      task,
    ),
    baseCommit: base,
  }),
  'task.done': (state, { task, result, at, by }) =>
    stepped(
      withOpen(state, task, (it) => ({ ...end(it, { at, by }), status: 'done', result })),
      task,
      at,
    ),
  'task.failed': (state, { task, reason, at, by }) =>
    endMerge(
      stepped(
        withOpen(state, task, (it) => ({ ...giveUp(it, { at, by }), status: 'failed', reason })),
        task,
        at,
      ),
      task,
    ),
  'task.cancelled': (state, { task, reason, at, by }) =>
    endMerge(
      stepped(
        withOpen(state, task, (it) => ({ ...giveUp(it, { at, by }), status: 'cancelled', reason })),
        task,
        at,
      ),
      task,
    ),
  'task.changed': (state, { task, to, priority, needs }) =>
    withOpen(state, task, (it) => ({
      ...it,
      ...(to === undefined ? {} : { to }),
      ...(priority === undefined ? {} : { priority }),
      ...(needs === undefined ? {} : { needs }),
    })),
  'merge.requested': (state, { task }) =>
    withOpen(state, task, (it) => ({ ...(without(it, 'held') as Task), mergeAsked: true })),
  'merge.started': (state, { task, commit, base, at }) => ({
    ...withOpen(state, task, (it) => ({ ...(without(it, 'held') as Task), gates: [] })),
    merging: { task, commit, base, since: at },
  }),
  'merge.gated': (state, { task, gate, ok, ms }) =>
    withTask(state, task, (it) => ({ ...it, gates: [...it.gates, { gate, ok, ms }] })),
  'merge.held': (state, { task, reason }) =>
    endMerge(
      withOpen(state, task, (it) => ({ ...it, held: reason })),
      task,
    ),
} satisfies Partial<Appliers>;
