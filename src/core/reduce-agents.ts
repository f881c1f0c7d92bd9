import { type Appliers, withAgent, without, withPost } from './change.ts';
import { resumeId } from './letters.ts';
import { answer } from './reduce-messages.ts';
import {
  type Agent,
  entry,
  isCrash,
  isPending,
  isRunning,
  type Permission,
  type State,
  type Worktree,
} from './state.ts';

/** What facts about the project, its agents, sessions, worktrees and permissions do. */

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
export const unchanged = { dirty: 0, ahead: 0, behind: 0, insertions: 0, deletions: 0 };

type Content = Omit<Worktree, 'path' | 'branch' | 'commit'>;

/** A worktree of which it is not known any more that it was made ready, or that it could not be. */
const unreadied = <T extends Content>(worktree: T): Omit<T, 'prepared' | 'unprepared'> =>
  without(worktree, 'prepared', 'unprepared');

/** What failed is tried anew. */
const retried = (agent: Agent): Agent => {
  const again = without(agent, 'failure', 'waits') as Agent;
  return again.worktree ? { ...again, worktree: without(again.worktree, 'unprepared') as Worktree } : again;
};

/** Permissions that nobody waits for any more are forgotten; the log keeps them. */
const withoutPermissions = (state: State, over: (permission: Permission) => boolean): State => {
  const left = Object.entries(state.permissions).filter(([, permission]) => !over(permission));
  return left.length === Object.keys(state.permissions).length
    ? state
    : { ...state, permissions: Object.fromEntries(left) };
};

export const agentAppliers = {
  'team.declared': (state, { base, architect, auto, gates, agents, messages, nudge }) => {
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
          ? (without(before, 'description', 'settings') as Agent)
          : newAgent(spec.name, spec.kind, spec.autostart)),
        kind: spec.kind,
        declared: true,
        wanted: before?.declared ? before.wanted : spec.autostart,
        ...(spec.description === undefined ? {} : { description: spec.description }),
        ...(spec.settings === undefined ? {} : { settings: spec.settings }),
      };
    }
    return {
      ...state,
      team: {
        ...{ base, auto, gates },
        ...(architect === undefined ? {} : { architect }),
        ...(messages === undefined ? {} : { messages }),
        ...(nudge === undefined ? {} : { nudge }),
      },
      agents: kept,
    };
  },
  'supervisor.started': (state, { pid, version, at }) => ({
    ...state,
    supervisor: { pid, version, since: at },
    merging: null,
    // What failed is tried anew.
    agents: Object.fromEntries(Object.entries(state.agents).map(([name, agent]) => [name, retried(agent)])),
  }),
  'supervisor.stopped': (state) => ({ ...state, supervisor: null, merging: null }),
  'base.moved': (state, { commit }) => ({ ...state, baseCommit: commit }),
  'agent.wanted': (state, { agent }) =>
    withAgent(state, agent, (it) => ({
      ...(without(retried(it), 'suspended') as Agent),
      wanted: true,
      crashes: 0,
    })),
  'agent.unwanted': (state, { agent }) =>
    withAgent(state, agent, (it) => ({ ...(without(it, 'waits', 'suspended') as Agent), wanted: false })),
  'agent.waits': (state, { agent, reason }) => withAgent(state, agent, (it) => ({ ...it, waits: reason })),
  'agent.restarting': (state, { agent }) =>
    withAgent(state, agent, (it) => ({ ...it, restarting: true, crashes: 0 })),
  'agent.interrupting': (state, { agent }) =>
    withAgent(state, agent, (it) => (isRunning(it) ? { ...it, interrupting: true } : it)),
  'agent.interrupted': (state, { agent, session }) =>
    withAgent(state, agent, (it) =>
      it.session?.id === session ? (without(it, 'interrupting') as Agent) : it,
    ),
  'agent.reported': (state, { v: _v, seq: _seq, by: _by, cause: _cause, type: _type, agent, ...report }) =>
    withAgent(state, agent, (it) => ({
      ...it,
      // Only a turn that ended well counts: an agent that crashes soon after each start was idle for a moment too.
      crashes: report.status === 'idle' && it.reports[report.source]?.status === 'working' ? 0 : it.crashes,
      reports: { ...it.reports, [report.source]: report },
      ...(report.status === 'working' && it.session && !it.session.worked
        ? { session: { ...it.session, worked: true as const } }
        : {}),
    })),
  'worktree.ready': (state, { agent, path, branch, commit }) =>
    withAgent(state, agent, (it) => ({
      ...(without(it, 'failure') as Agent),
      worktree: {
        ...unreadied(it.worktree ?? unchanged),
        path,
        branch,
        commit,
      },
    })),
  'worktree.prepared': (state, { agent, settings }) =>
    withAgent(state, agent, (it) => ({
      ...(without(it, 'failure', 'waits') as Agent),
      ...(it.worktree ? { worktree: { ...unreadied(it.worktree), prepared: settings } } : {}),
    })),
  'worktree.unprepared': (state, { agent, settings, reason, hint, at }) =>
    withAgent(state, agent, (it) => ({
      ...(without(it, 'waits') as Agent),
      failure: { reason, hint, at },
      ...(it.worktree ? { worktree: { ...unreadied(it.worktree), unprepared: settings } } : {}),
    })),
  'agent.suspended': (state, { agent, reason, at }) =>
    withAgent(state, agent, (it) => ({ ...it, suspended: { reason, at } })),
  'agent.woken': (state, { agent }) => withAgent(state, agent, (it) => without(it, 'suspended') as Agent),
  'limit.exceeded': (state, { agent, limit, used, most, ended, at }) =>
    withAgent(state, agent, (it) => ({
      ...it,
      over: { ...it.over, [limit]: { used, most, at, ...(ended === undefined ? {} : { ended }) } },
    })),
  'limit.kept': (state, { agent, limit }) =>
    withAgent(state, agent, (it) => ({ ...it, ...(it.over ? { over: without(it.over, limit) } : {}) })),
  'ports.leased': (state, { holder, name, ports }) => ({
    ...state,
    leases: { ...state.leases, [holder]: { name, ports } },
  }),
  'ports.freed': (state, { holder }) => ({
    ...state,
    leases: without(state.leases, holder),
  }),
  'worktree.moved': (state, { agent, branch, commit, dirty, ahead, behind, insertions, deletions }) =>
    withAgent(state, agent, (it) =>
      it.worktree
        ? { ...it, worktree: { ...it.worktree, branch, commit, dirty, ahead, behind, insertions, deletions } }
        : it,
    ),
  'session.started': (state, { agent, session, conversation, pid, start, resumed, said, at }) =>
    withAgent(
      said === undefined || !entry(state.agents, agent) ? state : noted(state, at, `${agent}: ${said}`),
      agent,
      (it) => ({
        ...(without(it, 'restarting', 'failure', 'waits', 'over', 'suspended') as Agent),
        session: {
          ...{ id: session, conversation, pid, start, since: at, resumed },
          ...(resumed ? { worked: true as const } : {}),
          ...(said === undefined ? {} : { said }),
        },
        reports: {},
      }),
    ),
  'session.exited': (state, { agent, session, code, signal, reason, at }) =>
    withAgent(
      // What was to set this very session going is for none after it.
      withPost(
        withoutPermissions(state, (it) => it.session === session),
        resumeId(session),
        (post) => (isPending(post) ? answer(post, at) : post),
      ),
      agent,
      (it) =>
        it.session?.id === session && !it.session.exit
          ? {
              ...(without(it, 'restarting', 'interrupting', 'failure') as Agent),
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
  'foreign.changed': (state, { where, files, suspects, tool, vague, at }) => {
    const { [where]: _, ...others } = state.foreign;
    if (files.length === 0) return { ...state, foreign: others };
    return {
      ...state,
      foreign: { ...others, [where]: { files, suspects, at, ...(tool && { tool }), vague: vague === true } },
    };
  },
  'file.refused': (state, { file, reason, at }) =>
    noted(state, at, `${file}: ${reason}`, 'look at the reason beside the file'),
  'effect.failed': (state, { effect, error, hint, at }) => {
    const [, what, agent = ''] = /^(worktree|setup|session) (.+)$/.exec(effect) ?? [];
    const reason = error.replace(/\s+/g, ' ');
    return withAgent(noted(state, at, `${effect}: ${error}`, hint), agent, (it) =>
      // With a worktree there, it is a task's branch that could not be made: that holds the task.
      what === 'worktree' && it.worktree ? it : { ...it, failure: { reason, at, ...(hint ? { hint } : {}) } },
    );
  },
  'permission.asked': (state, { id, agent, session, tool, argument, input, at }) => ({
    ...state,
    permissions: {
      ...state.permissions,
      [id]: { id, agent, session, tool, input, at, ...(argument === undefined ? {} : { argument }) },
    },
  }),
  'permission.answered': (state, { id }) => withoutPermissions(state, (it) => it.id === id),
  'permission.ended': (state, { id }) => withoutPermissions(state, (it) => it.id === id),
} satisfies Partial<Appliers>;
