import type { Fact } from '../core/event.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import type { State, Task } from '../core/state.ts';
import { agentOf, arg, type Command, type Context, define, type Outcome, text } from './define.ts';
import { findTask, mergingRefused, openTask, outsideRefused, whoDecides } from './find.ts';

const taskArg = { name: 'task', of: 'task', required: true } as const;

/** The task as it was submitted: its branch and commit. */
function submitted(state: State, id: string): (Task & { branch: string; commit: string }) | Refusal {
  const task = openTask(state, id);
  if (isRefusal(task)) return task;
  const { branch, commit } = task;
  if (task.status !== 'submitted' && task.status !== 'approved')
    return refuse(`${task.id} is ${task.status}: nothing was submitted`, `mcc task show ${task.id}`);
  return branch && commit
    ? { ...task, branch, commit }
    : refuse(`${task.id} has no commit`, `mcc task show ${task.id}`);
}

/** The author never judges its own work. Who asks comes from the session's token, not from the text. */
function authorRefused(context: Context, task: Task): Refusal | null {
  const agent = agentOf(context.by);
  return agent !== undefined && agent === task.agent
    ? refuse(
        `${task.id} is your own work: somebody else must review it`,
        `mcc send ${whoDecides(context.state, agent)} "please review ${task.id}"`,
      )
    : null;
}

export const branchCommands: Command[] = [
  define({
    name: 'review',
    summary: 'Show what a task would merge: files, diff, predicted conflicts',
    args: [taskArg],
    flags: { stat: { type: 'boolean', describe: 'only the files' } },
    who: ['person', 'agent'],
    examples: ['mcc review t3', 'mcc review t3 --stat --json'],
    asks: (state, input) => {
      const task = findTask(state, arg(input, 'task'));
      if (isRefusal(task)) return task;
      if (!task.branch || !task.commit)
        return refuse(
          `${task.id} has nothing to review yet: it is ${task.status}`,
          `mcc task show ${task.id}`,
        );
      return { type: 'diff', branch: task.branch, commit: task.commit };
    },
    run: review,
  }),
  define({
    name: 'approve',
    summary: 'Approve exactly the submitted commit of a task',
    args: [taskArg],
    flags: {
      commit: { type: 'text', describe: 'the commit you reviewed (at least 7 digits); required from agents' },
      note: { type: 'text', describe: 'a word to the author' },
    },
    who: ['person', 'architect'],
    examples: ['mcc approve t3', 'mcc approve t3 --commit 1f2e3d4'],
    asks: (state, input) => {
      const task = submitted(state, arg(input, 'task'));
      return isRefusal(task) ? task : { type: 'head', branch: task.branch, agent: task.agent };
    },
    run: approve,
  }),
  define({
    name: 'reject',
    summary: 'Send submitted work back to its author with the reason',
    args: [taskArg],
    flags: { reason: { type: 'text', describe: 'what to change', required: true } },
    who: ['person', 'architect'],
    examples: ['mcc reject t3 --reason "leap years are missing"'],
    run: (context) => {
      const task = submitted(context.state, arg(context.input, 'task'));
      if (isRefusal(task)) return task;
      const refused = authorRefused(context, task) ?? mergingRefused(context.state, task);
      if (refused) return refused;
      const reason = text(context.input, 'reason')?.trim();
      if (!reason) return refuse('`reject` needs --reason', `mcc reject ${task.id} --reason "…"`);
      return {
        facts: [{ type: 'task.rejected', task: task.id, commit: task.commit, reason }],
        text: `${task.id} goes back to ${task.agent ?? 'its author'}`,
        data: { task: task.id },
      };
    },
  }),
  define({
    name: 'merge',
    summary: 'Merge an approved task, or all that are approved',
    args: [{ ...taskArg, required: false }],
    who: ['person', 'architect'],
    examples: ['mcc merge', 'mcc merge t3'],
    run: merge,
  }),
];

function review({ state, input, answer }: Context): Outcome {
  const task = findTask(state, arg(input, 'task'));
  if (isRefusal(task)) return task;
  if (answer?.type !== 'diff')
    return refuse(
      answer?.type === 'failed' ? answer.error : 'git did not answer',
      `mcc task show ${task.id}`,
    );
  const { head, stat, files, diff, conflicts } = answer;
  const moved = head !== null && head !== task.commit && task.status !== 'merged';
  const lines = [
    `${task.id}  ${task.title}`,
    `author ${task.agent ?? '?'}, branch ${task.branch ?? '?'}, commit ${task.commit ?? '?'}`,
    ...(task.summary ? [`says: ${task.summary}`] : []),
    ...(moved ? [`! the branch has moved on to ${head.slice(0, 10)}: the author must submit again`] : []),
    ...(conflicts.length > 0
      ? [`! conflicts with ${state.team?.base ?? 'the base'}: ${conflicts.join(', ')}`]
      : []),
    '',
    stat,
    ...(input.flags.stat === true ? [] : ['', diff]),
  ];
  return {
    text: lines.join('\n').trimEnd(),
    data: {
      task: task.id,
      agent: task.agent,
      branch: task.branch,
      commit: task.commit,
      head,
      files,
      conflicts,
      stat,
      diff,
    },
  };
}

function approve(context: Context): Outcome {
  const { state, input, answer } = context;
  const task = submitted(state, arg(input, 'task'));
  if (isRefusal(task)) return task;
  const refused = authorRefused(context, task);
  if (refused) return refused;
  const named = text(input, 'commit')?.toLowerCase();
  if (named === undefined && agentOf(context.by) !== undefined) {
    return refuse(
      'an approval names the commit that was reviewed',
      `mcc approve ${task.id} --commit ${task.commit.slice(0, 10)}`,
    );
  }
  if (named !== undefined && (named.length < 7 || !task.commit.startsWith(named))) {
    return refuse(
      `submitted is ${task.commit.slice(0, 10)}, not ${named.slice(0, 40)}`,
      `mcc review ${task.id}`,
    );
  }
  if (answer?.type !== 'head')
    return refuse(
      answer?.type === 'failed' ? answer.error : 'git did not answer',
      `mcc task show ${task.id}`,
    );
  if (answer.commit !== task.commit) {
    return refuse(
      `the branch has moved on to ${answer.commit?.slice(0, 10) ?? 'nothing'} since ${task.id} was submitted`,
      `mcc send ${task.agent ?? 'person'} "submit ${task.id} again"`,
    );
  }
  const beyond = outsideRefused(task, answer.outside);
  if (beyond) return beyond;
  if (task.status === 'approved') return refuse(`${task.id} is approved already`, `mcc merge ${task.id}`);
  const note = text(input, 'note')?.trim() || undefined;
  return {
    facts: [
      { type: 'task.approved', task: task.id, commit: task.commit, ...(note === undefined ? {} : { note }) },
      ...wordTo(context, task, note),
    ],
    text: `${task.id} approved at ${task.commit.slice(0, 10)}${state.team?.auto ? ': the queue merges it' : `: mcc merge ${task.id}`}`,
    data: { task: task.id, commit: task.commit },
  };
}

/** The message that brings the reviewer's word to the author. */
const wordTo = ({ by, fresh }: Context, task: Task, note: string | undefined): Fact[] => {
  if (note === undefined || task.agent === undefined) return [];
  const from = agentOf(by) ?? by;
  const message = {
    id: `m-${fresh}`,
    from,
    to: task.agent,
    kind: 'note' as const,
    task: task.id,
    body: note,
  };
  return [{ type: 'message.queued', message }];
};

function merge({ state, input }: Context): Outcome {
  const id = arg(input, 'task');
  if (id !== '') {
    const task = findTask(state, id);
    if (isRefusal(task)) return task;
    if (task.status === 'merged')
      return refuse(`${id} is merged already at ${task.merged?.slice(0, 10) ?? '?'}`, `mcc task show ${id}`);
    const refused = mergingRefused(state, task);
    if (refused) return refused;
    if (task.status !== 'approved')
      return refuse(
        `${id} is not approved: it is ${task.status}`,
        task.status === 'submitted' ? `mcc review ${id}` : `mcc task show ${id}`,
      );
    return {
      facts: [{ type: 'merge.requested', task: id }],
      text: `${id} goes into the merge queue`,
      data: { tasks: [id] },
    };
  }
  const ready = Object.values(state.tasks).filter(
    (task) => task.status === 'approved' && state.merging?.task !== task.id,
  );
  if (ready.length === 0) return refuse('nothing is approved', 'mcc task list');
  const facts = ready.map((task): Fact => ({ type: 'merge.requested', task: task.id }));
  return {
    facts,
    text: `${ready.map((task) => task.id).join(', ')} go into the merge queue`,
    data: { tasks: ready.map((task) => task.id) },
  };
}
