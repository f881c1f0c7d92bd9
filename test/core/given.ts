import { expect } from 'vitest';
import type { Answer } from '../../src/commands/define.ts';
import { understand } from '../../src/commands/index.ts';
import { splitLine } from '../../src/commands/words.ts';
import { type Actor, type Event, type Fact, parseEvent } from '../../src/core/event.ts';
import { follow } from '../../src/core/follow.ts';
import type { Pane, World } from '../../src/core/plan.ts';
import { reduce } from '../../src/core/reduce.ts';
import { isRefusal, type Refusal } from '../../src/core/refusal.ts';
import type { Room } from '../../src/core/room.ts';
import { emptyState, type Post, type State, type Task } from '../../src/core/state.ts';

/** Facts as a test expects them: what it names must be so, in this order, and no other fact may be there. */
export type Expected = { type: Fact['type'] } & Record<string, unknown>;

/** A full commit id: the same letter or digit forty times. */
export const commit = (digit: string): string => digit.repeat(40);

export const start = Date.parse('2026-01-01T00:00:00.000Z');

/**
 * A core at work: facts and commands go in, and what comes of them is asked for. It does what the supervisor does
 * (stamp, fold, ask what follows until nothing does), with a clock that the test moves.
 */
export class Given {
  state: State = emptyState;
  now = start;
  events: Event[] = [];
  /** what the last step brought: its facts, then those that followed */
  came: Event[] = [];
  refusal: Refusal | null = null;
  text = '';
  data: unknown;
  #asked = 0;

  /** Facts out of the world. */
  happens(...facts: Fact[]): this {
    return this.#step(facts, 'mcc', null);
  }

  /** A command, as `by` types it. @param answer what the world says when the command asks it */
  when(line: string, { by = 'person', answer }: { by?: Actor; answer?: Answer } = {}): this {
    this.came = [];
    this.text = '';
    this.data = undefined;
    const outcome = this.#decide(splitLine(line), by, answer);
    this.refusal = isRefusal(outcome) ? outcome : null;
    if (isRefusal(outcome)) return this;
    this.text = outcome.text;
    this.data = outcome.data;
    return this.#step(outcome.facts ?? [], by, line);
  }

  /** Exactly these facts came of the last step. */
  brings(...expected: Expected[]): this {
    expect(this.refusal).toBeNull();
    const said = this.came.map(({ v, seq, at, by, cause, ...fact }) => fact);
    expect(said.map(({ type }) => type)).toEqual(expected.map(({ type }) => type));
    expect(said).toMatchObject(expected);
    return this;
  }

  /** The last command was refused, in these words, and nothing happened. */
  refuses(words: RegExp | string, hint?: RegExp | string): this {
    expect(this.refusal, `not refused, but: ${this.text}`).not.toBeNull();
    expect(this.refusal?.refusal).toMatch(words);
    if (hint !== undefined) expect(this.refusal?.hint ?? 'no hint').toMatch(hint);
    expect(this.came).toEqual([]);
    return this;
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  task(id: string): Task {
    const task = this.state.tasks[id];
    if (!task) throw new Error(`no task ${id}`);
    return task;
  }

  post(id: string): Post {
    const post = this.state.posts[id];
    if (!post) throw new Error(`no message ${id}: there are ${Object.keys(this.state.posts).join(', ')}`);
    return post;
  }

  #decide(words: string[], by: Actor, answer: Answer | undefined) {
    const understood = understand(this.state, words, by);
    if (isRefusal(understood)) return understood;
    const { command, input } = understood;
    const question = command.asks?.(this.state, input, by) ?? null;
    if (question && isRefusal(question)) return question;
    // What only reads is carried out without an answer too, as where no supervisor runs.
    if (question && !answer && !command.reads)
      throw new Error(`\`${words.join(' ')}\` asks ${JSON.stringify(question)}`);
    this.#asked += 1;
    const context = { state: this.state, input, by, now: this.now, fresh: `${this.#asked}` };
    return command.run(question && answer ? { ...context, answer } : context);
  }

  #step(facts: readonly Fact[], by: Actor, cause: string | null): this {
    this.came = [];
    if (facts.length > 0) this.now += 1_000;
    let batch = facts;
    let actor = by;
    for (let round = 0; batch.length > 0; round += 1) {
      if (round > 100) throw new Error(`facts follow without end: ${JSON.stringify(batch)}`);
      for (const fact of batch) this.#fold(fact, actor, cause);
      batch = follow(this.state);
      actor = 'mcc';
    }
    return this;
  }

  /** Every event goes through the log's own door, so that no fact gets there that a replay would stop at. */
  #fold(fact: Fact, by: Actor, cause: string | null): void {
    const stamp = { v: 1, seq: this.state.seq + 1, at: new Date(this.now).toISOString(), by, cause };
    const event = parseEvent(JSON.parse(JSON.stringify({ ...stamp, ...fact })));
    this.events.push(event);
    this.came.push(event);
    this.state = reduce(this.state, event);
  }
}

export const given = (...facts: Fact[]): Given =>
  facts.length > 0 ? new Given().happens(...facts) : new Given();

/** `lead` is the architect of these agents, all of them declared and wanted. */
export const team = (
  agents: string[] = ['lead', 'backend', 'frontend'],
  more: Partial<Extract<Fact, { type: 'team.declared' }>> = {},
): Fact => ({
  type: 'team.declared',
  base: 'main',
  ...(agents.includes('lead') ? { architect: 'lead' } : {}),
  auto: true,
  gates: [],
  agents: agents.map((name) => ({ name, kind: 'claude', autostart: true })),
  ...more,
});

/** The agent runs and is idle, in a worktree at commit 0…0. */
export const running = (agent: string, session = `s-${agent}`, resumed = false): Fact[] => [
  { type: 'worktree.ready', agent, path: `/w/${agent}`, branch: `mcc/${agent}/work`, commit: commit('0') },
  { type: 'session.started', agent, session, conversation: `c-${agent}`, pid: 1, start: '1', resumed },
  reported(agent, 'idle'),
];

export const reported = (
  agent: string,
  status: Extract<Fact, { type: 'agent.reported' }>['status'],
  { source = 'hook', ...more }: Partial<Omit<Extract<Fact, { type: 'agent.reported' }>, 'type'>> = {},
): Fact => ({ type: 'agent.reported', agent, source, status, ...more });

export const exited = (
  agent: string,
  code: number | null = 1,
  more: { reason?: string; signal?: number; session?: string } = {},
): Fact => ({
  type: 'session.exited',
  agent,
  session: more.session ?? `s-${agent}`,
  code,
  signal: more.signal ?? null,
  reason: more.reason ?? 'exited',
});

/** The whole team runs. */
export const atWork = (more: Partial<Extract<Fact, { type: 'team.declared' }>> = {}): Given =>
  given(team(undefined, more), ...['lead', 'backend', 'frontend'].flatMap((name) => running(name)));

export const branched = (task: string, agent: string): Fact => ({
  type: 'task.branched',
  task,
  agent,
  branch: `mcc/${agent}/${task}`,
  base: commit('0'),
});

/** What git says of the worktree of a task that was committed. */
export const committed = (task: string, agent: string, digit: string): Answer => ({
  type: 'worktree',
  branch: `mcc/${agent}/${task}`,
  commit: commit(digit),
  dirty: 0,
  ahead: 1,
});

/** `t1` of `backend`, as far along as the name says. */
export const way = {
  working: (): Given => atWork().when('task add parser --to backend').happens(branched('t1', 'backend')),
  submitted: (digit = 'a'): Given =>
    way.working().when('task submit --summary "it parses"', {
      by: 'agent:backend',
      answer: committed('t1', 'backend', digit),
    }),
  approved: (digit = 'a'): Given =>
    way.submitted(digit).when(`approve t1 --commit ${commit(digit).slice(0, 10)}`, {
      by: 'agent:lead',
      answer: { type: 'head', commit: commit(digit) },
    }),
  merging: (digit = 'a'): Given =>
    way
      .approved(digit)
      .happens({ type: 'merge.started', task: 't1', commit: commit(digit), base: commit('0') }),
};

export const merged = (task: string, digit: string, base: string): Fact => ({
  type: 'task.merged',
  task,
  commit: commit(digit),
  base: commit(base),
});

/** A quiet, empty composer that nobody types into. */
export const emptyPane: Pane = { composer: 'empty', quietMs: 10_000, typedMs: 60_000, keeps: true };

/** Any number of agents may run. */
export const roomForAll: Room = { most: null, memory: null, suspendAfterMs: 120_000 };

/** A world in which every message is filed, every agent's composer is empty and nothing is in hand. */
export const world = (it: Given, more: Partial<World> = {}): World => ({
  now: it.now,
  busy: new Set(),
  notBefore: new Map(),
  filed: new Map(
    Object.values(it.state.posts).map(({ message, receipt }) => [
      message.id,
      receipt === 'queued' || receipt === 'handed over' ? 'new' : 'cur',
    ]),
  ),
  results: new Set(Object.keys(it.state.tasks)),
  panes: Object.fromEntries(Object.keys(it.state.agents).map((name) => [name, emptyPane])),
  room: roomForAll,
  draining: false,
  ...more,
});

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let at = seed >>> 0;
  return () => {
    at = (at + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(at ^ (at >>> 15), at | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
