import type { Event, Fact } from '../../src/core/event.ts';
import { reduce } from '../../src/core/reduce.ts';
import { emptyState, type State } from '../../src/core/state.ts';

/** A team in the middle of its work, told by facts as the log would. */

const commit = (digit: string) => digit.repeat(40);
const start = Date.parse('2026-11-20T12:00:00Z');

export const now = start + 10 * 60_000;

/** Folds facts, two seconds apart. */
export function fold(facts: readonly Fact[], from: State = emptyState): State {
  return facts.reduce((state, fact) => reduce(state, stamp(fact, state.seq + 1)), from);
}

export const stamp = (fact: Fact, seq: number): Event =>
  ({ v: 1, seq, at: new Date(start + seq * 2000).toISOString(), by: 'mcc', cause: null, ...fact }) as Event;

const agents = ['architect', 'backend', 'frontend', 'tester'];

const began = (agent: string): Fact[] => [
  {
    type: 'worktree.ready',
    agent,
    path: `/repo/worktrees/${agent}`,
    branch: `mcc/${agent}/work`,
    commit: commit('a'),
  },
  {
    type: 'session.started',
    agent,
    session: `s-${agent}`,
    conversation: `c-${agent}`,
    pid: 100,
    start: '1',
    resumed: false,
  },
  { type: 'agent.reported', agent, source: 'hook', status: 'idle' },
];

const task = (id: string, title: string, to: string, needs: string[] = []): Fact => ({
  type: 'task.added',
  task: id,
  kind: 'work',
  title,
  text: title,
  to,
  needs,
  priority: 'normal',
  files: [],
  parent: 't1',
});

const note = (id: string, from: string, to: string, subject: string): Fact => ({
  type: 'message.queued',
  message: { id, from, to, kind: 'note', subject, body: subject },
});

export const started: Fact[] = [
  {
    type: 'team.declared',
    base: 'main',
    architect: 'architect',
    auto: true,
    gates: ['test'],
    agents: agents.map((name) => ({ name, kind: 'claude', autostart: true })),
  },
  { type: 'supervisor.started', pid: 1, version: '0.1.0' },
  { type: 'base.moved', commit: commit('b') },
  ...agents.flatMap(began),
];

export const busy: Fact[] = [
  ...started,
  {
    type: 'task.added',
    task: 't1',
    kind: 'request',
    title: 'ISO dates everywhere',
    text: 'ISO dates',
    needs: [],
    priority: 'normal',
    files: [],
  },
  { type: 'task.assigned', task: 't1', agent: 'architect' },
  task('t2', 'Parser for ISO dates', 'backend'),
  task('t3', 'Page that uses the parser', 'frontend', ['t2']),
  task('t4', 'Tests for leap years', 'tester'),
  task('t5', 'Document the date format', 'frontend'),
  task('t6', 'Settings page reads dates', 'backend', ['t2', 't3']),
  { type: 'task.assigned', task: 't2', agent: 'backend' },
  { type: 'task.branched', task: 't2', agent: 'backend', branch: 'mcc/backend/t2', base: commit('b') },
  { type: 'task.assigned', task: 't5', agent: 'frontend' },
  { type: 'task.branched', task: 't5', agent: 'frontend', branch: 'mcc/frontend/t5', base: commit('b') },
  { type: 'task.assigned', task: 't4', agent: 'tester' },
  { type: 'task.branched', task: 't4', agent: 'tester', branch: 'mcc/tester/t4', base: commit('b') },
  note('m-1', 'architect', 'backend', 'Use Temporal where Node has it, please'),
  { type: 'message.handed', id: 'm-1', route: 'keyboard' },
  { type: 'message.accepted', id: 'm-1' },
  note('m-2', 'backend', 'architect', 'Week dates too, or only calendar dates?'),
  { type: 'message.handed', id: 'm-2', route: 'hook' },
  note('m-3', 'architect', 'person', 'Plan for t1: four tasks, two of them wait for the parser'),
  note('m-4', 'mcc', 'tester', 'Task t4: Tests for leap years'),
  { type: 'message.held', id: 'm-4', reason: 'a dialog is open' },
  { type: 'agent.reported', agent: 'architect', source: 'hook', status: 'working' },
  { type: 'agent.reported', agent: 'backend', source: 'hook', status: 'working' },
  {
    type: 'worktree.moved',
    agent: 'backend',
    branch: 'mcc/backend/t2',
    commit: commit('c'),
    dirty: 2,
    ahead: 3,
    behind: 0,
    insertions: 112,
    deletions: 9,
  },
  {
    type: 'task.submitted',
    task: 't5',
    branch: 'mcc/frontend/t5',
    commit: commit('d'),
    summary: 'docs/dates.md',
  },
  {
    type: 'worktree.moved',
    agent: 'frontend',
    branch: 'mcc/frontend/t5',
    commit: commit('d'),
    dirty: 0,
    ahead: 1,
    behind: 1,
    insertions: 24,
    deletions: 0,
  },
  {
    type: 'agent.reported',
    agent: 'tester',
    source: 'hook',
    status: 'needs-you',
    reason: 'may it run `npm test`?',
  },
];

export const team = (): State => fold(busy);
