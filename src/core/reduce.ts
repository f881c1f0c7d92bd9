import type { Event, FactOf, FactType } from './event.ts';
import {
  type Agent,
  entry,
  isCrash,
  isEnded,
  isPending,
  type Permission,
  type Post,
  type State,
  type Task,
} from './state.ts';

/**
 * Folds one event into the state. Total: every fact that is in the log has a place here, and one that names
 * something unknown changes nothing but `seq`, since facts may not be refused.
 */
export function reduce(state: State, event: Event): State {
  const apply = appliers[event.type] as (state: State, event: Event) => State;
  return { ...apply(state, event), seq: event.seq };
}

/**
 * Folds many events, as `reduce` does one after the other, in a time that grows with their number alone: records that
 * this fold itself has made are written to in place, since nobody else has seen them.
 */
export function fold(state: State, events: Iterable<Event>): State {
  let folded = state;
  own = new WeakSet();
  try {
    for (const event of events) folded = reduce(folded, event);
  } finally {
    own = null;
  }
  return folded;
}

/** The records that the fold under way has made; null outside of one. */
let own: WeakSet<object> | null = null;

/** The record with an entry set: a copy, or the record itself where the fold under way has made it. */
function put<T>(record: Record<string, T>, key: string, value: T): Record<string, T> {
  if (own?.has(record)) {
    record[key] = value;
    return record;
  }
  const copy = { ...record, [key]: value };
  own?.add(copy);
  return copy;
}

type Of<T extends FactType> = Event & FactOf<T>;
type Appliers = { [T in FactType]: (state: State, event: Of<T>) => State };

const withAgent = (state: State, name: string, change: (agent: Agent) => Agent): State => {
  const agent = entry(state.agents, name);
  return agent ? { ...state, agents: put(state.agents, name, change(agent)) } : state;
};

const withTask = (state: State, id: string, change: (task: Task) => Task): State => {
  const task = entry(state.tasks, id);
  return task ? { ...state, tasks: put(state.tasks, id, change(task)) } : state;
};

/** A task that ended stays as it ended, whatever an effect that was in hand still brings. */
const withOpen = (state: State, id: string, change: (task: Task) => Task): State =>
  withTask(state, id, (task) => (isEnded(task) ? task : change(task)));

const withPost = (state: State, id: string, change: (post: Post) => Post): State => {
  const post = entry(state.posts, id);
  return post ? { ...state, posts: put(state.posts, id, change(post)) } : state;
};

const without = <T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> => {
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
};

const noted = (state: State, at: string, text: string, hint?: string): State => ({
  ...state,
  notes: [...state.notes, { at, text, ...(hint ? { hint } : {}) }].slice(-50),
});

const newAgent = (name: string, kind: string, wanted: boolean): Agent => ({
  name,
  kind,
  declared: true,
  wanted,
  reports: {},
  crashes: 0,
});

/** A worktree as it is made: nothing in it differs from the base. */
const unchanged = { dirty: 0, ahead: 0, behind: 0, insertions: 0, deletions: 0 };

/** Permissions that nobody waits for any more are forgotten; the log keeps them. */
const withoutPermissions = (state: State, over: (permission: Permission) => boolean): State => {
  const left = Object.entries(state.permissions).filter(([, permission]) => !over(permission));
  return left.length === Object.keys(state.permissions).length
    ? state
    : { ...state, permissions: Object.fromEntries(left) };
};

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

const answer = (post: Post): Post => ({ ...(without(post, 'held') as Post), receipt: 'answered' });

/** A reply answers what its writer was sent; nobody answers for another. */
const answered = (state: State, { reply_to, from }: Post['message']): State =>
  reply_to === undefined
    ? state
    : withPost(state, reply_to, (post) => (post.message.to === from ? answer(post) : post));

/**
 * The ids of what mcc asks about a task (letters.ts makes them): they are looked up, since a search through all messages
 * at every step of every task would make a long log slow to fold.
 */
function askedAbout({ posts }: State, { id, kind, round }: Task): string[] {
  const rounds = Array.from({ length: round }, (_, index) => index + 1);
  const letters = rounds.flatMap((it) => [`assign-${id}-${it}`, `review-${id}-${it}`]);
  return kind === 'request'
    ? [...letters, ...Object.keys(posts).filter((it) => it.startsWith(`digest-${id}-`))]
    : letters;
}

/** The task went a step on: what mcc asked about it is answered, and not delivered any more if it still waited. */
function stepped(state: State, id: string): State {
  const task = entry(state.tasks, id);
  return task
    ? askedAbout(state, task).reduce((next, letter) => withPost(next, letter, answer), state)
    : state;
}

/** The branch was just looked up: its worktree stands at that commit, whatever was seen of it before. */
const seenAt = (state: State, agent: string | undefined, branch: string | undefined, commit: string): State =>
  withAgent(state, agent ?? '', (it) =>
    it.worktree && it.worktree.branch === branch ? { ...it, worktree: { ...it.worktree, commit } } : it,
  );

const appliers: Appliers = {
  'team.declared': (state, { base, architect, auto, gates, agents }) => {
    const kept = Object.fromEntries(
      Object.entries(state.agents).map(([name, agent]) => [
        name,
        { ...agent, declared: false, wanted: false },
      ]),
    );
    for (const spec of agents) {
      const before = entry(state.agents, spec.name);
      kept[spec.name] = {
        ...(before
          ? (without(before, 'description') as Agent)
          : newAgent(spec.name, spec.kind, spec.autostart)),
        kind: spec.kind,
        declared: true,
        wanted: before?.declared ? before.wanted : spec.autostart,
        ...(spec.description === undefined ? {} : { description: spec.description }),
      };
    }
    return {
      ...state,
      team: { base, auto, gates, ...(architect === undefined ? {} : { architect }) },
      agents: kept,
    };
  },
  'supervisor.started': (state, { pid, version, at }) => ({
    ...state,
    supervisor: { pid, version, since: at },
    merging: null,
    // What failed is tried anew.
    agents: Object.fromEntries(
      Object.entries(state.agents).map(([name, agent]) => [name, without(agent, 'failure') as Agent]),
    ),
  }),
  'supervisor.stopped': (state) => ({ ...state, supervisor: null, merging: null }),
  'base.moved': (state, { commit }) => ({ ...state, baseCommit: commit }),

  'agent.wanted': (state, { agent }) =>
    withAgent(state, agent, (it) => ({ ...it, wanted: true, crashes: 0 })),
  'agent.unwanted': (state, { agent }) => withAgent(state, agent, (it) => ({ ...it, wanted: false })),
  'agent.restarting': (state, { agent }) =>
    withAgent(state, agent, (it) => ({ ...it, restarting: true, crashes: 0 })),
  'agent.reported': (state, { agent, source, status, reason, at }) =>
    withAgent(state, agent, (it) => ({
      ...it,
      // Only a turn that ended well counts: an agent that crashes soon after each start was idle for a moment too.
      crashes: status === 'idle' && it.reports[source]?.status === 'working' ? 0 : it.crashes,
      reports: {
        ...it.reports,
        [source]: { source, status, at, ...(reason === undefined ? {} : { reason }) },
      },
    })),
  'permission.asked': (state, { id, agent, session, tool, argument, input, at }) => ({
    ...state,
    permissions: {
      ...state.permissions,
      [id]: { id, agent, session, tool, input, at, ...(argument === undefined ? {} : { argument }) },
    },
  }),
  'permission.answered': (state, { id }) => withoutPermissions(state, (it) => it.id === id),
  'permission.ended': (state, { id }) => withoutPermissions(state, (it) => it.id === id),
  'permission.granted': (state, { task, rule }) =>
    withOpen(state, task, (it) => (it.grants.includes(rule) ? it : { ...it, grants: [...it.grants, rule] })),
  'worktree.ready': (state, { agent, path, branch, commit }) =>
    withAgent(state, agent, (it) => ({
      ...(without(it, 'failure') as Agent),
      worktree: {
        ...(it.worktree ?? unchanged),
        path,
        branch,
        commit,
      },
    })),
  'worktree.moved': (state, { agent, branch, commit, dirty, ahead, behind, insertions, deletions }) =>
    withAgent(state, agent, (it) =>
      it.worktree
        ? { ...it, worktree: { ...it.worktree, branch, commit, dirty, ahead, behind, insertions, deletions } }
        : it,
    ),
  'session.started': (state, { agent, session, conversation, pid, start, resumed, at }) =>
    withAgent(state, agent, (it) => ({
      ...(without(it, 'restarting', 'failure') as Agent),
      session: { id: session, conversation, pid, start, since: at, resumed },
      reports: {},
    })),
  'session.exited': (state, { agent, session, code, signal, reason, at }) =>
    withAgent(
      withoutPermissions(state, (it) => it.session === session),
      agent,
      (it) =>
        it.session?.id === session && !it.session.exit
          ? {
              ...(without(it, 'restarting', 'failure') as Agent),
              session: { ...it.session, exit: { code, signal, reason, at } },
              crashes: isCrash({ code, signal, reason }) ? it.crashes + 1 : it.crashes,
              // Left on one's own account: it stays out until somebody starts it again.
              wanted:
                it.wanted &&
                (reason !== 'exited' || isCrash({ code, signal, reason }) || it.restarting === true),
            }
          : it,
    ),
  'session.renewed': (state, { agent, conversation }) =>
    withAgent(state, agent, (it) => (it.session ? { ...it, session: { ...it.session, conversation } } : it)),

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
    return seenAt(stepped(submitted, task), submitted.tasks[task]?.agent, branch, commit);
  },
  'task.approved': (state, { task, commit, by, at }) => {
    const approved = withOpen(state, task, (it) => ({
      ...(without(it, 'held') as Task),
      status: 'approved',
      approval: { commit, by, at },
    }));
    const { agent, branch } = approved.tasks[task] ?? {};
    return seenAt(stepped(approved, task), agent, branch, commit);
  },
  'task.rejected': (state, { task, reason }) =>
    stepped(
      withOpen(state, task, (it) => ({
        ...(without(it, 'approval', 'held') as Task),
        status: 'working',
        mergeAsked: false,
        round: it.round + 1,
        findings: [...it.findings, { round: it.round, kind: 'rejected', text: reason, files: [] }],
      })),
      task,
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
      ),
      task,
    ),
    baseCommit: base,
  }),
  'task.done': (state, { task, result, at, by }) =>
    stepped(
      withOpen(state, task, (it) => ({ ...end(it, { at, by }), status: 'done', result })),
      task,
    ),
  'task.failed': (state, { task, reason, at, by }) =>
    endMerge(
      stepped(
        withOpen(state, task, (it) => ({ ...giveUp(it, { at, by }), status: 'failed', reason })),
        task,
      ),
      task,
    ),
  'task.cancelled': (state, { task, reason, at, by }) =>
    endMerge(
      stepped(
        withOpen(state, task, (it) => ({ ...giveUp(it, { at, by }), status: 'cancelled', reason })),
        task,
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

  'message.queued': (state, { message, by, at, seq }) =>
    entry(state.posts, message.id)
      ? state
      : answered(
          {
            ...state,
            posts: put(state.posts, message.id, { message, by, receipt: 'queued', at, seq }),
          },
          message,
        ),
  'message.handed': (state, { id, route, session }) =>
    withPost(state, id, (post) =>
      isPending(post)
        ? {
            ...(without(post, 'held', 'session') as Post),
            receipt: 'handed over',
            route,
            ...(session === undefined ? {} : { session }),
          }
        : post,
    ),
  'message.accepted': (state, { id }) =>
    withPost(state, id, (post) => ({
      ...(without(post, 'held') as Post),
      receipt: post.receipt === 'answered' ? 'answered' : 'accepted',
    })),
  'message.requeued': (state, { id }) =>
    withPost(state, id, (post) =>
      post.receipt === 'handed over'
        ? { ...(without(post, 'held', 'route', 'session') as Post), receipt: 'queued' }
        : post,
    ),
  'message.held': (state, { id, reason }) =>
    withPost(state, id, (post) => (isPending(post) ? { ...post, held: reason } : post)),
  'file.refused': (state, { file, reason, at }) =>
    noted(state, at, `${file}: ${reason}`, 'look at the reason beside the file'),

  'effect.failed': (state, { effect, error, hint, at }) => {
    const [, what, agent = ''] = /^(worktree|session) (.+)$/.exec(effect) ?? [];
    const reason = error.replace(/\s+/g, ' ');
    return withAgent(noted(state, at, `${effect}: ${error}`, hint), agent, (it) =>
      // With a worktree there, it is a task's branch that could not be made: that holds the task.
      what === 'worktree' && it.worktree ? it : { ...it, failure: { reason, at, ...(hint ? { hint } : {}) } },
    );
  },
};
