import type { FactOf, Priority } from './event.ts';
import type { Message } from './message.ts';

/** What the log folds to. Plain data: it travels to every TUI as JSON and is never changed in place. */

/** The last word of one source on an agent. */
export interface Report extends Omit<FactOf<'agent.reported'>, 'type' | 'agent'> {
  /** ISO 8601: since when it says so */
  at: string;
}

export interface Exit {
  code: number | null;
  /** the signal that ended it; 0 and null mean none */
  signal: number | null;
  /** `exited`, or what mcc ended it for */
  reason: string;
  /** ISO 8601 */
  at: string;
}

export interface Session {
  /** id of this run; a new one at every start */
  id: string;
  /** the CLI's own conversation id, kept over restarts */
  conversation: string;
  pid: number;
  /** process start time: pid alone may be reused */
  start: string;
  /** ISO 8601 */
  since: string;
  resumed: boolean;
  /** a turn was taken in its conversation */
  worked?: true;
  /** what its start came to that its agent would not expect */
  said?: string;
  exit?: Exit;
}

export interface Worktree {
  path: string;
  branch: string;
  commit: string;
  /** files with uncommitted changes */
  dirty: number;
  ahead: number;
  behind: number;
  insertions: number;
  deletions: number;
  /** the settings it was made ready by */
  prepared?: string;
  /** the settings that it could not be made ready by */
  unprepared?: string;
}

/** How far over a limit: bytes, percent of one core, or processes. */
export interface Excess {
  used: number;
  most: number;
  /** what was ended for it, in words */
  ended?: string;
  at: string;
}

/** What is a worktree's own beside its files, for as long as it is there. */
export interface Lease {
  /** unique on this machine: for databases, containers */
  name: string;
  ports: number[];
}

export interface Agent {
  name: string;
  kind: string;
  description?: string;
  /** declared in agents.yaml now; an agent that was taken out keeps its history */
  declared: boolean;
  wanted: boolean;
  /** its session is to end and to start again */
  restarting?: true;
  /** its turn is to end */
  interrupting?: true;
  /** what its worktree is to be made ready by before a session starts in it; absent when by nothing */
  settings?: string;
  /** why its session does not start although it is wanted */
  waits?: string;
  session?: Session;
  worktree?: Worktree;
  reports: Record<string, Report>;
  /** why its session was ended, or is to be, although it is wanted */
  suspended?: { reason: string; at: string };
  /** the limits that it is over, with all that it started */
  over?: { [L in FactOf<'limit.exceeded'>['limit']]?: Excess };
  /** why its worktree or session could not be made, or ended, at the last try */
  failure?: { reason: string; hint?: string; at: string };
  /** exits that nobody asked for since the last turn that ended well */
  crashes: number;
}

/**
 * open: waits for what it needs, or for its agent. assigned: its agent is chosen. working: its branch is ready.
 * submitted → approved → merged: the way to the base branch. done: ended without a branch.
 */
export type TaskStatus =
  | 'open'
  | 'assigned'
  | 'working'
  | 'submitted'
  | 'approved'
  | 'merged'
  | 'done'
  | 'failed'
  | 'cancelled';

export interface Task {
  id: string;
  /** the id that a task file of the drop box gave it */
  alias?: string;
  kind: 'work' | 'request';
  title: string;
  text: string;
  to?: string;
  by: string;
  needs: string[];
  priority: Priority;
  parent?: string;
  files: string[];
  timeout?: number;
  status: TaskStatus;
  agent?: string;
  branch?: string;
  /** who had it before it was taken from them, and on which branch */
  before?: { agent: string; branch?: string };
  /** commit the branch started from */
  base?: string;
  /** commit last submitted */
  commit?: string;
  summary?: string;
  /** commit that was approved, and by whom */
  approval?: { commit: string; by: string; at: string };
  /** commit on the base branch after the merge */
  merged?: string;
  result?: string;
  reason?: string;
  /** the actor that ended it */
  endedBy?: string;
  /** why it does not go on although it could */
  held?: string;
  mergeAsked: boolean;
  /** rounds of submission, from 1 */
  round: number;
  /** findings that went back to the author, newest last */
  findings: {
    round: number;
    kind: 'rejected' | 'conflict' | 'gates' | 'moved' | 'git' | 'fence';
    text: string;
    files: string[];
  }[];
  gates: { gate: string; ok: boolean; ms: number }[];
  /** what its agent may do without asking until it ends: patterns of tools */
  grants: string[];
  at: { added: string; assigned?: string; submitted?: string; ended?: string };
}

/** dropped: a person took it out of the way, and its reader does not get it. */
export type Receipt = 'queued' | 'handed over' | 'accepted' | 'answered' | 'dropped';

export interface Post {
  message: Message;
  /** the actor that put it there, as the supervisor knows it */
  by: string;
  receipt: Receipt;
  route?: string;
  /** session it was handed to */
  session?: string;
  held?: string;
  /** when it last came to a stage, ISO 8601; `held` only while it is */
  times: Partial<Record<Receipt | 'held', string>>;
  /** a person wants it handed over as soon as it is safe */
  urged?: true;
  /** how often it was queued again */
  again?: number;
  at: string;
  /** position in the order of delivery */
  seq: number;
}

/** A permission that a session waits for. */
export interface Permission {
  id: string;
  agent: string;
  session: string;
  tool: string;
  argument?: string;
  input: string;
  at: string;
}

/** What stands for the main checkout where others are named by their agent; no agent can have this name. */
export const mainCheckout = 'main checkout';

/** Changes in a checkout that nobody made who works there. */
export interface ForeignChange {
  files: string[];
  /** who used a tool at that time */
  suspects: string[];
  tool?: string;
  /** nothing says that the tool was used there: it may as well have been the person */
  vague: boolean;
  at: string;
}

export interface Note {
  at: string;
  text: string;
  hint?: string;
}

export interface State {
  seq: number;
  team: Omit<FactOf<'team.declared'>, 'type' | 'agents'> | null;
  supervisor: { pid: number; version: string; since: string } | null;
  baseCommit: string | null;
  agents: Record<string, Agent>;
  tasks: Record<string, Task>;
  posts: Record<string, Post>;
  /** those that wait for an answer, by id */
  permissions: Record<string, Permission>;
  /** by the agent whose worktree it is, or `main checkout` */
  foreign: Record<string, ForeignChange>;
  /** by holder: an agent, or the gates */
  leases: Record<string, Lease>;
  /** the merge in hand */
  merging: { task: string; commit: string; base: string; since: string } | null;
  /** last failures of effects and refused files, newest last; at most 50 */
  notes: Note[];
}

export const emptyState: State = {
  seq: 0,
  team: null,
  supervisor: null,
  baseCommit: null,
  agents: {},
  tasks: {},
  posts: {},
  permissions: {},
  foreign: {},
  leases: {},
  merging: null,
  notes: [],
};

/** The entry of that name; names come from people, so that what every object inherits must not be found. */
export const entry = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const ended: TaskStatus[] = ['merged', 'done', 'failed', 'cancelled'];

/** True when nothing more will happen to the task. */
export const isEnded = (task: Task): boolean => ended.includes(task.status);

/** True when the task ended as wanted, so that what needs it may start. */
export const isFinished = (task: Task): boolean => task.status === 'merged' || task.status === 'done';

/** Tasks that this one waits for: those it needs that have not finished. */
export const waitsFor = (state: State, task: Task): Task[] =>
  task.needs.flatMap((id) => {
    const needed = entry(state.tasks, id);
    return needed && !isFinished(needed) ? [needed] : [];
  });

/** True when all that an open task needs has finished. */
export const isReady = (state: State, task: Task): boolean =>
  task.status === 'open' && waitsFor(state, task).length === 0;

/** True for a task that can never start: something it needs ended without finishing, or needs the task itself. */
export function isStuck(state: State, task: Task, seen = new Map<string, boolean>()): boolean {
  if (task.status !== 'open') return false;
  const known = seen.get(task.id);
  if (known !== undefined) return known;
  // Whoever comes back here while it is being looked at came round in a circle, in which nothing can start.
  seen.set(task.id, true);
  const stuck = waitsFor(state, task).some((need) => isEnded(need) || isStuck(state, need, seen));
  seen.set(task.id, stuck);
  return stuck;
}

/** The work task an agent has in hand, if any. A request does not occupy its agent. */
export const taskOf = (state: State, agent: string): Task | undefined =>
  Object.values(state.tasks).find(
    (task) =>
      task.agent === agent &&
      task.kind === 'work' &&
      ['assigned', 'working', 'submitted', 'approved'].includes(task.status),
  );

/** The tasks that came out of a request or task, in the order they were added. */
export const childrenOf = (state: State, id: string): Task[] =>
  Object.values(state.tasks).filter((task) => task.parent === id);

/** True for a post that its reader has not accepted yet. */
export const isPending = (post: Post): boolean => post.receipt === 'queued' || post.receipt === 'handed over';

/** Posts for an agent that it has not accepted yet, in the order of delivery. */
export const pendingPosts = (state: State, agent: string): Post[] => [
  ...(waiting(state.posts).get(agent) ?? []),
];

/** The posts that wait, by reader; kept as long as no post changes, since they are asked for at every look. */
function waiting(posts: State['posts']): Map<string, Post[]> {
  const known = waitingIn.get(posts);
  if (known) return known;
  const found = Map.groupBy(
    Object.values(posts)
      .filter(isPending)
      .sort((a, b) => a.seq - b.seq),
    (post) => post.message.to,
  );
  waitingIn.set(posts, found);
  return found;
}
const waitingIn = new WeakMap<State['posts'], Map<string, Post[]>>();

/** The order of priorities: 0 comes first. */
export const rank: Record<Priority, number> = { urgent: 0, high: 1, normal: 2, low: 3 };

/** Orders tasks as work is taken up: highest priority first, then first come. */
export const byPriority = (a: Task, b: Task): number =>
  rank[a.priority] - rank[b.priority] || Number(a.id.slice(1)) - Number(b.id.slice(1));

/** True for an agent that takes tasks which name nobody: not the architect, not a shell. */
export const takesAny = (state: State, agent: Agent): boolean =>
  agent.declared && agent.name !== state.team?.architect && agent.kind !== 'shell';

/** True for an agent whose worktree is there, and still to be made ready as agents.yaml says. */
export const isUnprepared = ({ settings, worktree }: Agent): boolean =>
  settings !== undefined && worktree !== undefined && worktree.prepared !== settings;

/** True while a session of the agent runs. */
export const isRunning = (agent: Agent): boolean => agent.session !== undefined && !agent.session.exit;

/**
 * True for an exit that nobody asked for. `exited` is the reason of an exit that mcc did not cause; a process that a
 * signal ended has code 0 in node-pty.
 */
export const isCrash = (exit: Pick<Exit, 'code' | 'signal' | 'reason'>): boolean =>
  exit.reason === 'exited' && (exit.code !== 0 || Boolean(exit.signal));
