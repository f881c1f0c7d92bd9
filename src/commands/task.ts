import { type Fact, priorities } from '../core/event.ts';
import { nearest } from '../core/nearest.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import {
  byPriority,
  childrenOf,
  isEnded,
  isFinished,
  type State,
  type Task,
  waitsFor,
} from '../core/state.ts';
import {
  agentOf,
  arg,
  type Command,
  type Context,
  define,
  type Input,
  list,
  type Outcome,
  text,
} from './define.ts';
import {
  currentTask,
  findAgent,
  findTask,
  mergingRefused,
  openTask,
  outsideRefused,
  whoDecides,
} from './find.ts';
import { counted, taskLine, taskPage } from './show.ts';

const nextId = (state: State): string => `t${Object.keys(state.tasks).length + 1}`;

/** The facts of a new task; shared by `task add`, `ask` and the drop box. */
export function addTask(state: State, input: Input, kind: 'work' | 'request'): Fact | Refusal {
  const title = arg(input, 'title')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (title === '') return refuse('a task needs a title', 'mcc task add "parser for dates" --to backend');
  if (title.length > 4_000)
    return refuse('a title has at most 4,000 characters', 'put the details into --text');
  const to = text(input, 'to');
  if (to !== undefined) {
    const agent = findAgent(state, to);
    if (isRefusal(agent)) return agent;
    if (!agent.declared) return refuse(`${to} is no longer in agents.yaml`, 'mcc status');
  }
  const needs = findNeeds(state, input);
  if (!Array.isArray(needs)) return needs;
  const parent = text(input, 'parent');
  const above = parent === undefined ? undefined : openTask(state, parent);
  if (above && isRefusal(above)) return above;
  const circle = above && needs.find((id) => needsInTurn(state, id).has(above.id));
  if (circle !== undefined)
    return refuse(`${parent} waits for its tasks, so none of them may need ${circle}`, 'leave out --needs');
  const priority = priorityOf(text(input, 'priority') ?? 'normal');
  if (typeof priority === 'object') return priority;
  const timeout = input.flags.timeout;
  if (timeout === 0) return refuse('--timeout is in seconds, at least 1', 'leave out --timeout');
  const short = title.length > 120 ? `${title.slice(0, 119)}…` : title;
  return {
    type: 'task.added',
    task: nextId(state),
    kind,
    title: short,
    text: text(input, 'text') ?? title,
    needs,
    priority,
    files: list(input, 'files'),
    ...(to === undefined ? {} : { to }),
    ...(above === undefined ? {} : { parent: above.id }),
    ...(typeof timeout === 'number' ? { timeout: Math.ceil(timeout) } : {}),
  };
}

/** The ids of the tasks that --needs names, each once. */
function findNeeds(state: State, input: Input): string[] | Refusal {
  const ids = new Set<string>();
  for (const id of list(input, 'needs')) {
    const task = findTask(state, id);
    if (isRefusal(task)) return task;
    if (isEnded(task) && !isFinished(task))
      return refuse(
        `${task.id} is ${task.status}: what needs it could never start`,
        `mcc task show ${task.id}`,
      );
    ids.add(task.id);
  }
  return [...ids];
}

function priorityOf(word: string): (typeof priorities)[number] | Refusal {
  const found = priorities.find((priority) => priority === word);
  return (
    found ??
    refuse(
      `--priority is one of ${priorities.join(', ')}, not ${JSON.stringify(word)}`,
      `--priority ${nearest(word, priorities) ?? 'normal'}`,
    )
  );
}

/** The task a command is about: the one it names, or the agent's own. */
function meant({ state, input, by }: Pick<Context, 'state' | 'input' | 'by'>): Task | Refusal {
  const id = arg(input, 'task');
  if (id !== '') return openTask(state, id);
  const agent = agentOf(by);
  return agent ? currentTask(state, agent) : refuse('which task?', 'mcc task list');
}

/** An agent ends only its own tasks; the architect and the person any. */
function mayEnd({ state, by }: Context, task: Task): Refusal | null {
  const agent = agentOf(by);
  if (agent === undefined || agent === task.agent || agent === state.team?.architect) return null;
  return refuse(
    `${task.id} is not yours: it is ${task.agent ? `${task.agent}'s` : 'not assigned yet'}`,
    `mcc send ${task.agent ?? whoDecides(state, agent)} "…"`,
  );
}

const ending = (
  name: string,
  summary: string,
  flag: 'result' | 'reason',
  examples: string[],
  fact: (task: Task, words: string) => Fact,
  /** the tasks that end with it */
  along: (state: State, task: Task) => Task[],
  refusal: (task: Task, context: Context) => Refusal | null = () => null,
  asks?: Command['asks'],
): Command =>
  define({
    name,
    summary,
    args: [{ name: 'task', of: 'task', required: false }],
    flags: {
      [flag]: { type: 'text', describe: flag === 'result' ? 'what came of it' : 'why', required: true },
    },
    who: ['person', 'agent'],
    examples,
    ...(asks ? { asks } : {}),
    run: (context) => {
      const task = meant(context);
      if (isRefusal(task)) return task;
      const refused = mayEnd(context, task) ?? mergingRefused(context.state, task) ?? refusal(task, context);
      if (refused) return refused;
      const words = text(context.input, flag)?.trim();
      if (!words) return refuse(`\`${name}\` needs --${flag}`, examples[0]);
      const tasks = [task, ...along(context.state, task)];
      const facts = tasks.map((it) => fact(it, words));
      const what = facts[0]?.type.slice(5) ?? '';
      return { facts, text: `${tasks.map((it) => it.id).join(', ')} ${what}`, data: { task: task.id } };
    },
  });

const alone = (): Task[] => [];

/** The open tasks that are part of one, at any depth; one that is being merged is let be. */
const partsOf = (state: State, task: Task): Task[] =>
  childrenOf(state, task.id)
    .filter((it) => !isEnded(it) && state.merging?.task !== it.id)
    .flatMap((it) => [it, ...partsOf(state, it)]);

export const taskCommands: Command[] = [
  define({
    name: 'task add',
    summary: 'Add a task for an agent, or for whoever is free',
    args: [{ name: 'title', of: 'text', required: true, rest: true }],
    flags: {
      to: {
        type: 'text',
        describe: 'agent that does it; default: the free one with the least work',
        of: 'agent',
      },
      needs: { type: 'list', describe: 'tasks that must have finished before', of: 'task' },
      text: { type: 'text', describe: 'what is to be done, in full' },
      files: { type: 'list', describe: 'files it is about' },
      parent: { type: 'text', describe: 'request or task it is part of', of: 'task' },
      priority: { type: 'text', describe: `one of ${priorities.join(', ')}` },
      timeout: { type: 'number', describe: 'seconds it may take' },
    },
    who: ['person', 'architect'],
    examples: [
      'mcc task add "parser for ISO dates" --to backend',
      'mcc task add "page that uses it" --to frontend --needs t1 --priority high',
    ],
    run: ({ state, input }) => {
      const fact = addTask(state, input, 'work');
      if (isRefusal(fact)) return fact;
      const id = fact.type === 'task.added' ? fact.task : '';
      return { facts: [fact], text: `${id} added`, data: { task: id } };
    },
  }),
  define({
    name: 'task list',
    summary: 'List the tasks',
    flags: { all: { type: 'boolean', describe: 'those that ended too' } },
    who: ['person', 'agent'],
    reads: true,
    examples: ['mcc task list', 'mcc task list --all --json'],
    run: ({ state, input }) => {
      const tasks = Object.values(state.tasks)
        .filter((task) => input.flags.all === true || !isEnded(task))
        .sort(byPriority);
      const more = Object.keys(state.tasks).length - tasks.length;
      const lines = tasks.map((task) => taskLine(state, task));
      const rest = more > 0 ? [`(${more} ended: mcc task list --all)`] : [];
      return { text: [...lines, ...rest].join('\n') || 'no tasks yet: mcc task add "…"', data: tasks };
    },
  }),
  define({
    name: 'task show',
    summary: 'Show one task, whole',
    args: [{ name: 'task', of: 'task', required: true }],
    who: ['person', 'agent'],
    reads: true,
    examples: ['mcc task show t3'],
    run: ({ state, input }) => {
      const task = findTask(state, arg(input, 'task'));
      return isRefusal(task) ? task : { text: taskPage(state, task), data: task };
    },
  }),
  define({
    name: 'task submit',
    summary: 'Submit the last commit of a task for review',
    args: [{ name: 'task', of: 'task', required: false }],
    flags: { summary: { type: 'text', describe: 'what was done, for the reviewer' } },
    who: ['person', 'agent'],
    examples: ['mcc task submit t3 --summary "parser with tests"'],
    asks: (state, input, by) => {
      const task = meant({ state, input, by });
      if (isRefusal(task)) return task;
      return task.agent
        ? { type: 'worktree', agent: task.agent }
        : refuse(`${task.id} has no agent yet`, `mcc task show ${task.id}`);
    },
    run: submit,
  }),
  ending(
    'task done',
    'End a task that needs no merge, or answer a request',
    'result',
    ['mcc task done t1 --result "the parser is in, see src/parse.ts"'],
    (task, result) => ({ type: 'task.done', task: task.id, result }),
    alone,
    doneRefused,
    (state, input, by) => {
      const task = meant({ state, input, by });
      if (isRefusal(task)) return task;
      const mayLose = agentOf(by) !== undefined && task.branch !== undefined && task.agent !== undefined;
      return mayLose ? { type: 'worktree', agent: task.agent ?? '' } : null;
    },
  ),
  ending(
    'task fail',
    'Say that a task cannot be done',
    'reason',
    ['mcc task fail t3 --reason "the API does not exist"'],
    (task, reason) => ({
      type: 'task.failed',
      task: task.id,
      reason,
    }),
    alone,
  ),
  ending(
    'task cancel',
    'Take a task back, with the open tasks that are part of it',
    'reason',
    ['mcc task cancel t3 --reason "not wanted any more"'],
    (task, reason) => ({ type: 'task.cancelled', task: task.id, reason }),
    partsOf,
    (task, { by, state }) => {
      const agent = agentOf(by);
      return agent !== undefined && agent !== state.team?.architect
        ? refuse(
            'only the architect or the person takes a task back',
            `mcc task fail ${task.id} --reason "…"`,
          )
        : null;
    },
  ),
  define({
    name: 'task move',
    summary: 'Give an open task another agent, priority or other needs',
    args: [{ name: 'task', of: 'task', required: true }],
    flags: {
      to: { type: 'text', describe: 'agent', of: 'agent' },
      priority: { type: 'text', describe: `one of ${priorities.join(', ')}` },
      needs: { type: 'list', describe: 'tasks that must have finished before', of: 'task' },
    },
    who: ['person', 'architect'],
    examples: ['mcc task move t3 --to frontend', 'mcc task move t3 --priority urgent'],
    run: move,
  }),
];

/** What was committed reaches the base branch only through review: `done` would leave it behind unnoticed. */
function doneRefused(task: Task, { by, answer }: Context): Refusal | null {
  if (task.status === 'approved' || task.status === 'submitted')
    return refuse(`${task.id} is on its way to the base branch`, `mcc task cancel ${task.id} --reason "…"`);
  const left =
    agentOf(by) !== undefined && answer?.type === 'worktree' && answer.branch === task.branch
      ? answer.ahead
      : 0;
  return left > 0
    ? refuse(
        `${counted(left, 'commit')} on ${task.branch} would be left behind: submit ${left === 1 ? 'it' : 'them'} for review`,
        `mcc task submit ${task.id} --summary "…"`,
      )
    : null;
}

function submit(context: Context): Outcome {
  const { answer, input } = context;
  const task = meant(context);
  if (isRefusal(task)) return task;
  const refused = mayEnd(context, task) ?? mergingRefused(context.state, task);
  if (refused) return refused;
  if (task.kind === 'request')
    return refuse(`${task.id} is a request: it is answered`, `mcc task done ${task.id} --result "…"`);
  if (!task.branch)
    return refuse(
      `${task.id} has no branch yet: ${task.held ?? 'it was not started'}`,
      `mcc task show ${task.id}`,
    );
  if (answer?.type !== 'worktree')
    return refuse(answer?.type === 'failed' ? answer.error : 'git did not answer', 'mcc log');
  if (answer.branch !== task.branch)
    return refuse(
      `the worktree is on ${answer.branch || 'no branch'}, the task's branch is ${task.branch}`,
      `git switch ${task.branch}`,
    );
  if (answer.dirty > 0)
    return refuse(
      `${counted(answer.dirty, 'file')} with uncommitted changes`,
      'git add -A && git commit, then submit again',
    );
  if (answer.commit === task.base || answer.ahead === 0) {
    return refuse(
      `nothing is committed on ${task.branch}`,
      `commit first; if nothing needs to change: mcc task done ${task.id} --result "…"`,
    );
  }
  const beyond = outsideRefused(task, answer.outside);
  if (beyond) return beyond;
  if ((task.status === 'approved' || task.status === 'submitted') && task.commit === answer.commit)
    return refuse(`${task.id} is ${task.status} already at this commit`, 'mcc status');
  const summary = text(input, 'summary') ?? '';
  return {
    facts: [{ type: 'task.submitted', task: task.id, branch: task.branch, commit: answer.commit, summary }],
    text: `${task.id} submitted at ${answer.commit.slice(0, 10)}: it goes to review`,
    data: { task: task.id, commit: answer.commit },
  };
}

function move({ state, input }: Context): Outcome {
  const task = openTask(state, arg(input, 'task'));
  if (isRefusal(task)) return task;
  const to = text(input, 'to');
  if (to !== undefined) {
    const agent = findAgent(state, to);
    if (isRefusal(agent)) return agent;
    if (!agent.declared) return refuse(`${to} is no longer in agents.yaml`, 'mcc status');
    if (task.agent && task.agent !== to)
      return refuse(
        `${task.id} is in ${task.agent}'s hands already`,
        `mcc task cancel ${task.id} --reason "…"`,
      );
  }
  const asked = text(input, 'priority');
  const priority = asked === undefined ? undefined : priorityOf(asked);
  if (typeof priority === 'object') return priority;
  const needs = input.flags.needs === undefined ? undefined : findNeeds(state, input);
  if (needs !== undefined && !Array.isArray(needs)) return needs;
  if (needs !== undefined && task.status !== 'open')
    return refuse(`${task.id} has been started: it is ${task.status}`, `mcc task show ${task.id}`);
  const circle = needs?.find((id) => {
    const turn = needsInTurn(state, id);
    return turn.has(task.id) || (task.parent !== undefined && turn.has(task.parent));
  });
  if (circle !== undefined)
    return refuse(`${circle} waits for ${task.id} itself: that would be a circle`, `mcc task show ${circle}`);
  if (to === undefined && priority === undefined && needs === undefined)
    return refuse('nothing to change was named', 'mcc help task move');
  const fact: Fact = {
    type: 'task.changed',
    task: task.id,
    ...(to === undefined ? {} : { to }),
    ...(priority === undefined ? {} : { priority }),
    ...(needs === undefined ? {} : { needs }),
  };
  return { facts: [fact], text: `${task.id} changed`, data: { task: task.id } };
}

/** The ids of all that must have ended before a task has, itself included: what it needs, and a request's own tasks. */
function needsInTurn(state: State, id: string, seen = new Set<string>()): Set<string> {
  const task = state.tasks[id];
  if (!task || isEnded(task) || seen.has(id)) return seen;
  seen.add(id);
  const tasks = task.kind === 'request' ? childrenOf(state, id) : [];
  for (const needed of [...waitsFor(state, task), ...tasks]) needsInTurn(state, needed.id, seen);
  return seen;
}
