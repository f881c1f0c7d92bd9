import type { Event, FactOf, FactType } from './event.ts';
import { type Agent, isCrash, type Post, type State, type Task } from './state.ts';

/**
 * Folds one event into the state. Total: every fact that is in the log has a place here, and one that names
 * something unknown changes nothing but `seq`, since facts may not be refused.
 */
export function reduce(state: State, event: Event): State {
  const apply = appliers[event.type] as (state: State, event: Event) => State;
  return { ...apply(state, event), seq: event.seq };
}

type Of<T extends FactType> = Event & FactOf<T>;
type Appliers = { [T in FactType]: (state: State, event: Of<T>) => State };

const withAgent = (state: State, name: string, change: (agent: Agent) => Agent): State => {
  const agent = state.agents[name];
  return agent ? { ...state, agents: { ...state.agents, [name]: change(agent) } } : state;
};

const withTask = (state: State, id: string, change: (task: Task) => Task): State => {
  const task = state.tasks[id];
  return task ? { ...state, tasks: { ...state.tasks, [id]: change(task) } } : state;
};

const withPost = (state: State, id: string, change: (post: Post) => Post): State => {
  const post = state.posts[id];
  return post ? { ...state, posts: { ...state.posts, [id]: change(post) } } : state;
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

const endMerge = (state: State, task: string): State =>
  state.merging?.task === task ? { ...state, merging: null } : state;

const end = (task: Task, at: string): Task => ({
  ...(without(task, 'held') as Task),
  mergeAsked: false,
  at: { ...task.at, ended: at },
});

/** Marks what a message or a step of work answers. */
const answered = (state: State, id: string | undefined): State =>
  id === undefined
    ? state
    : withPost(state, id, (post) => ({ ...(without(post, 'held') as Post), receipt: 'answered' }));

const assignmentOf = (task: Task): string => `assign-${task.id}-${task.round}`;

const appliers: Appliers = {
  'team.declared': (state, { base, architect, auto, gates, agents }) => {
    const kept = Object.fromEntries(
      Object.entries(state.agents).map(([name, agent]) => [
        name,
        { ...agent, declared: false, wanted: false },
      ]),
    );
    for (const spec of agents) {
      const before = state.agents[spec.name];
      kept[spec.name] = {
        ...(before ?? newAgent(spec.name, spec.kind, spec.autostart)),
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
      crashes: status === 'idle' ? 0 : it.crashes,
      reports: {
        ...it.reports,
        [source]: { source, status, at, ...(reason === undefined ? {} : { reason }) },
      },
    })),
  'worktree.ready': (state, { agent, path, branch, commit }) =>
    withAgent(state, agent, (it) => ({
      ...it,
      worktree: {
        ...(it.worktree ?? { dirty: 0, ahead: 0, behind: 0, insertions: 0, deletions: 0 }),
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
      ...it,
      session: { id: session, conversation, pid, start, since: at, resumed },
      reports: {},
    })),
  'session.exited': (state, { agent, session, code, signal, reason, at }) =>
    withAgent(state, agent, (it) =>
      it.session?.id === session
        ? {
            ...(without(it, 'restarting') as Agent),
            session: { ...it.session, exit: { code, signal, reason, at } },
            crashes: isCrash(code, reason) ? it.crashes + 1 : it.crashes,
            // Left on one's own account: it stays out until somebody starts it again.
            wanted: reason === 'exited' && !isCrash(code, reason) ? false : it.wanted,
          }
        : it,
    ),
  'session.renewed': (state, { agent, conversation }) =>
    withAgent(state, agent, (it) => (it.session ? { ...it, session: { ...it.session, conversation } } : it)),

  'task.added': (state, event) => {
    const { task, kind, title, text, to, needs, priority, parent, files, timeout, by, at } = event;
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
      at: { added: at },
      ...(to === undefined ? {} : { to }),
      ...(parent === undefined ? {} : { parent }),
      ...(timeout === undefined ? {} : { timeout }),
    };
    return { ...state, tasks: { ...state.tasks, [task]: added } };
  },
  'task.assigned': (state, { task, agent, at }) =>
    withTask(state, task, (it) => ({
      ...(without(it, 'held') as Task),
      agent,
      status: it.kind === 'request' ? 'working' : 'assigned',
      at: { ...it.at, assigned: at },
    })),
  'task.branched': (state, { task, branch, base, agent }) =>
    withAgent(
      withTask(state, task, (it) => ({ ...(without(it, 'held') as Task), branch, base, status: 'working' })),
      agent,
      (it) => (it.worktree ? { ...it, worktree: { ...it.worktree, branch, commit: base, dirty: 0 } } : it),
    ),
  'task.held': (state, { task, reason }) => withTask(state, task, (it) => ({ ...it, held: reason })),
  'task.submitted': (state, { task, branch, commit, summary, at }) => {
    const before = state.tasks[task];
    const submitted = withTask(state, task, (it) => ({
      ...(without(it, 'held', 'approval') as Task),
      branch,
      commit,
      summary,
      status: 'submitted',
      gates: [],
      mergeAsked: false,
      at: { ...it.at, submitted: at },
    }));
    return before ? answered(submitted, assignmentOf(before)) : submitted;
  },
  'task.approved': (state, { task, commit, by, at }) =>
    answered(
      withTask(state, task, (it) => ({
        ...(without(it, 'held') as Task),
        status: 'approved',
        approval: { commit, by, at },
      })),
      `review-${task}-${state.tasks[task]?.round ?? 1}`,
    ),
  'task.rejected': (state, { task, reason }) =>
    answered(
      withTask(state, task, (it) => ({
        ...(without(it, 'approval', 'held') as Task),
        status: 'working',
        mergeAsked: false,
        round: it.round + 1,
        findings: [...it.findings, { round: it.round, kind: 'rejected', text: reason, files: [] }],
      })),
      `review-${task}-${state.tasks[task]?.round ?? 1}`,
    ),
  'task.returned': (state, { task, reason, detail, files }) =>
    endMerge(
      withTask(state, task, (it) => ({
        ...(without(it, 'approval', 'held') as Task),
        status: 'working',
        mergeAsked: false,
        round: it.round + 1,
        findings: [...it.findings, { round: it.round, kind: reason, text: detail, files }],
      })),
      task,
    ),
  'task.merged': (state, { task, base, at }) => ({
    ...endMerge(
      withTask(state, task, (it) => ({ ...end(it, at), status: 'merged', merged: base })),
      task,
    ),
    baseCommit: base,
  }),
  'task.done': (state, { task, result, at }) => {
    const before = state.tasks[task];
    const done = withTask(state, task, (it) => ({ ...end(it, at), status: 'done', result }));
    return before ? answered(done, assignmentOf(before)) : done;
  },
  'task.failed': (state, { task, reason, at }) =>
    endMerge(
      withTask(state, task, (it) => ({ ...end(it, at), status: 'failed', reason })),
      task,
    ),
  'task.cancelled': (state, { task, reason, at }) =>
    endMerge(
      withTask(state, task, (it) => ({ ...end(it, at), status: 'cancelled', reason })),
      task,
    ),
  'task.changed': (state, { task, to, priority, needs }) =>
    withTask(state, task, (it) => ({
      ...it,
      ...(to === undefined ? {} : { to }),
      ...(priority === undefined ? {} : { priority }),
      ...(needs === undefined ? {} : { needs }),
    })),

  'merge.requested': (state, { task }) =>
    withTask(state, task, (it) => ({ ...(without(it, 'held') as Task), mergeAsked: true })),
  'merge.started': (state, { task, commit, base, at }) => ({
    ...withTask(state, task, (it) => ({ ...(without(it, 'held') as Task), gates: [] })),
    merging: { task, commit, base, since: at },
  }),
  'merge.gated': (state, { task, gate, ok, ms }) =>
    withTask(state, task, (it) => ({ ...it, gates: [...it.gates, { gate, ok, ms }] })),
  'merge.held': (state, { task, reason }) =>
    endMerge(
      withTask(state, task, (it) => ({ ...it, held: reason })),
      task,
    ),

  'message.queued': (state, { message, by, at, seq }) =>
    state.posts[message.id]
      ? state
      : answered(
          {
            ...state,
            posts: { ...state.posts, [message.id]: { message, by, receipt: 'queued', at, seq } },
          },
          message.reply_to,
        ),
  'message.handed': (state, { id, route, session }) =>
    withPost(state, id, (post) => ({
      ...(without(post, 'held') as Post),
      receipt: post.receipt === 'queued' ? 'handed over' : post.receipt,
      route,
      ...(session === undefined ? {} : { session }),
    })),
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
  'message.held': (state, { id, reason }) => withPost(state, id, (post) => ({ ...post, held: reason })),
  'file.refused': (state, { file, reason, at }) =>
    noted(state, at, `${file}: ${reason}`, 'look at the reason beside the file'),

  'effect.failed': (state, { effect, error, hint, at }) => noted(state, at, `${effect}: ${error}`, hint),
};
