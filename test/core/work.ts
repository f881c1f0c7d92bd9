import type { Answer } from '../../src/commands/define.ts';
import { attention } from '../../src/commands/show.ts';
import type { Actor, Fact } from '../../src/core/event.ts';
import type { Message } from '../../src/core/message.ts';
import { type Effect, plan } from '../../src/core/plan.ts';
import { type Room, roomFacts } from '../../src/core/room.ts';
import { isPending, isRunning, type Task } from '../../src/core/state.ts';
import { commit, emptyPane, Given, reported, team } from './given.ts';

/**
 * A whole team at work without a process: git is a map, effects take a while and may be cut off, and agents do only
 * what a message told them. What nobody is told is never done: so a task that hangs shows that a letter is missing.
 */
export class Work {
  readonly #room: Room;
  readonly it = new Given();
  readonly #random: () => number;
  readonly #names = ['lead', 'backend', 'frontend'];
  #commits = 0;
  #sessions = 0;
  #branches = new Map<string, string>();
  #filed = new Map<string, 'new' | 'cur'>();
  #results = new Set<string>();
  #inHand: { key: string; finish: () => void }[] = [];
  #notBefore = new Map<string, number>();
  /** what each agent remembers that it has to do */
  #minds = new Map<string, Map<string, Message>>();
  /** nothing goes wrong any more */
  calm = false;

  constructor(random: () => number) {
    this.#random = random;
    const most = [null, 1, 2, 3][Math.floor(random() * 4)] ?? null;
    this.#room = { most, memory: null, suspendAfterMs: 5_000 };
    this.it.happens(team(this.#names, { auto: random() < 0.7 }));
  }

  /** One thing happens. @returns what, for the story of a failure */
  step(): string {
    const { it } = this;
    const effects = plan(it.state, this.#world());
    const keys = effects.map(({ key }) => key);
    if (new Set(keys).size !== keys.length) throw new Error(`planned twice at once: ${keys.join(', ')}`);
    const room = roomFacts(it.state, this.#world());
    const might: (() => string)[] = [
      ...(room.length > 0 ? [() => this.#happens(room)] : []),
      ...effects.map((effect) => () => this.#begin(effect)),
      ...this.#inHand.map((effect) => () => this.#end(effect)),
      ...this.#names.flatMap((name) => this.#agentMight(name)),
      ...(this.calm ? this.#personMust() : [...this.#personMight(), ...this.#goesWrong()]),
    ];
    const chosen = might[Math.floor(this.#random() * might.length)];
    if (chosen) return chosen();
    it.after(1_000);
    return 'nothing';
  }

  /** Nothing is owed, in hand or to be done by anybody. */
  get still(): boolean {
    return (
      plan(this.it.state, this.#world(Number.POSITIVE_INFINITY)).length === 0 &&
      roomFacts(this.it.state, this.#world(Number.POSITIVE_INFINITY)).length === 0 &&
      this.#inHand.length === 0 &&
      this.#names.every((name) => this.#agentMight(name).length === 0) &&
      this.#personMust().length === 0
    );
  }

  #world(now = this.it.now) {
    return {
      now,
      busy: new Set(this.#inHand.map(({ key }) => key)),
      notBefore: this.#notBefore,
      filed: this.#filed,
      results: this.#results,
      panes: Object.fromEntries(this.#names.map((name) => [name, emptyPane])),
      room: this.#room,
      draining: false,
    };
  }

  #happens(facts: Fact[]): string {
    this.it.happens(...facts);
    return facts.map((fact) => JSON.stringify(fact)).join(' ');
  }

  #chance = (share: number): boolean => this.#random() < share;
  #next = (): string => (++this.#commits).toString(16).padStart(40, '0');
  #mind = (name: string): Map<string, Message> => {
    const mind = this.#minds.get(name) ?? new Map<string, Message>();
    this.#minds.set(name, mind);
    return mind;
  };

  #say(line: string, by: Actor = 'person', answer?: Answer): string {
    this.it.when(line, answer ? { by, answer } : { by });
    return `${by}: ${line}${this.it.refusal ? ` (refused: ${this.it.refusal.refusal})` : ''}`;
  }

  #begin(effect: Effect): string {
    this.#inHand.push({ key: effect.key, finish: () => this.#carryOut(effect) });
    if (effect.type === 'merge.run') this.#beginMerge(effect.task);
    return `begin ${effect.type} ${effect.key}`;
  }

  #end(effect: { key: string; finish: () => void }): string {
    this.#inHand = this.#inHand.filter((it) => it !== effect);
    this.#notBefore.set(effect.key, this.it.now + 200);
    effect.finish();
    return `end ${effect.key}`;
  }

  #carryOut(effect: Effect): void {
    const { it } = this;
    switch (effect.type) {
      case 'worktree.make': {
        const branch = `mcc/${effect.agent}/work`;
        this.#branches.set(branch, commit('0'));
        it.happens({ type: 'worktree.ready', agent: effect.agent, path: '/w', branch, commit: commit('0') });
        return;
      }
      case 'session.start': {
        const resumed = it.state.agents[effect.agent]?.session !== undefined && this.#chance(0.5);
        if (!resumed) this.#mind(effect.agent).clear();
        const session = `s-${++this.#sessions}`;
        it.happens({
          type: 'session.started',
          agent: effect.agent,
          session,
          conversation: 'c',
          pid: 1,
          start: '1',
          resumed,
        });
        it.happens(reported(effect.agent, 'idle'));
        return;
      }
      case 'session.stop':
        this.#exit(effect.agent, 0, 'stopped');
        return;
      case 'branch.start': {
        const base = it.state.baseCommit ?? commit('0');
        if (it.state.tasks[effect.task]?.status !== 'assigned') return;
        this.#branches.set(effect.branch, base);
        it.happens({
          type: 'task.branched',
          task: effect.task,
          agent: effect.agent,
          branch: effect.branch,
          base,
        });
        return;
      }
      case 'message.file':
        this.#filed.set(effect.id, 'new');
        return;
      case 'message.shelve':
        this.#filed.set(effect.id, 'cur');
        return;
      case 'message.type':
        this.#type(effect.agent, effect.ids);
        return;
      case 'result.write':
        this.#results.add(effect.task);
        return;
      case 'merge.run':
        this.#endMerge(effect.task);
    }
  }

  /** Typed, and taken: the agent has it in mind from now on. */
  #type(name: string, ids: string[]): void {
    const session = this.it.state.agents[name]?.session;
    if (!session || session.exit) return;
    const posts = ids
      .flatMap((id) => this.it.state.posts[id] ?? [])
      .filter((post) => post.receipt === 'queued');
    this.it.happens(
      ...posts.map(
        ({ message }): Fact => ({
          type: 'message.handed',
          id: message.id,
          route: 'keyboard',
          session: session.id,
        }),
      ),
    );
    if (!this.calm && this.#chance(0.2)) {
      this.#exit(name, 1, 'exited');
      return;
    }
    this.it.happens(
      ...posts.map(({ message }): Fact => ({ type: 'message.accepted', id: message.id })),
      reported(name, 'working'),
      reported(name, 'idle'),
    );
    for (const { message } of posts) this.#keep(name, message);
  }

  #keep(name: string, message: Message): void {
    const mind = this.#mind(name);
    const about = message.task ?? '';
    if (message.id.startsWith('off-')) mind.delete(`assignment ${about}`);
    else if (message.kind === 'assignment' || message.kind === 'review' || message.kind === 'digest')
      mind.set(`${message.kind} ${about}`, message);
    else if (message.id.startsWith('resume-')) {
      for (const [, task = ''] of message.body.matchAll(/mcc review (t\d+)/g))
        mind.set(`review ${task}`, { ...message, kind: 'review', task });
      const own = message.body.match(/Still open for you: (.*)\. Look/)?.[1] ?? '';
      for (const [, task = ''] of own.matchAll(/(t\d+) \(/g))
        mind.set(`assignment ${task}`, { ...message, kind: 'assignment', task });
    }
  }

  #exit(name: string, code: number, reason: string): void {
    const session = this.it.state.agents[name]?.session;
    if (!session || session.exit) return;
    this.it.happens({ type: 'session.exited', agent: name, session: session.id, code, signal: null, reason });
    const lost = Object.values(this.it.state.posts).filter(
      (post) => post.receipt === 'handed over' && post.session === session.id,
    );
    this.it.happens(
      ...lost.map(({ message }): Fact => ({ type: 'message.requeued', id: message.id, reason })),
    );
  }

  #beginMerge(id: string): void {
    const task = this.it.task(id);
    const approved = task.approval?.commit ?? '';
    const tip = this.#branches.get(task.branch ?? '') ?? '';
    if (tip !== approved) this.#returned(id, approved, 'moved');
    else if (!this.calm && this.#chance(0.2)) this.#returned(id, approved, 'conflict');
    else
      this.it.happens({
        type: 'merge.started',
        task: id,
        commit: approved,
        base: this.it.state.baseCommit ?? commit('0'),
      });
  }

  #returned(task: string, approved: string, reason: 'moved' | 'conflict' | 'gates'): void {
    this.it.happens({ type: 'task.returned', task, commit: approved, reason, detail: reason, files: [] });
  }

  #endMerge(id: string): void {
    const { merging } = this.it.state;
    if (merging?.task !== id) return;
    const task = this.it.task(id);
    if (task.approval?.commit !== merging.commit)
      this.it.happens({ type: 'merge.held', task: id, reason: 'no approval' });
    else {
      const luck = this.calm ? 1 : this.#random();
      if (luck < 0.2) this.#returned(id, merging.commit, 'gates');
      else if (luck < 0.4)
        this.it.happens({ type: 'merge.held', task: id, reason: 'your changes are in the way' });
      else this.it.happens({ type: 'task.merged', task: id, commit: merging.commit, base: this.#next() });
    }
  }

  /** What an agent that runs does about each thing on its mind. */
  #agentMight(name: string): (() => string)[] {
    const agent = this.it.state.agents[name];
    if (!agent || !isRunning(agent)) return [];
    return [...this.#mind(name)].map(([key, message]) => () => {
      const task = this.it.task(message.task ?? '');
      const said = message.kind === 'review' ? this.#doReview(name, task) : this.#doTask(name, task, message);
      if (said !== null) this.#mind(name).delete(key);
      return said ?? `${name} commits on ${task.branch ?? '?'}`;
    });
  }

  #doTask(name: string, task: Task, { kind }: Message): string | null {
    const by = `agent:${name}` as const;
    if (kind === 'digest') return this.#say(`task done ${task.id} --result "all is in"`, by);
    if (task.kind === 'request') {
      if (this.#chance(0.2)) return this.#say(`task done ${task.id} --result "needs nothing"`, by);
      this.#say(`task add "a part" --parent ${task.id}`, by);
      const first = Object.keys(this.it.state.tasks).length;
      return this.#say(`task add "another part" --parent ${task.id} --needs t${first}`, by);
    }
    const branch = task.branch ?? '';
    const tip = this.#branches.get(branch) ?? '';
    if (tip === task.base || this.#chance(0.3)) {
      if (!this.calm && this.#chance(0.2)) return this.#say(`task fail ${task.id} --reason "no way"`, by);
      this.#branches.set(branch, this.#next());
      this.#look(name);
      return null;
    }
    return this.#say(`task submit ${task.id} --summary "as asked"`, by, {
      type: 'worktree',
      branch,
      commit: tip,
      dirty: 0,
      ahead: 1,
    });
  }

  #doReview(name: string, task: Task): string {
    const by = `agent:${name}` as const;
    if (!this.calm && this.#chance(0.3)) return this.#say(`reject ${task.id} --reason "not yet"`, by);
    return this.#approve(task, by);
  }

  #approve(task: Task, by: Actor): string {
    const answer: Answer = { type: 'head', commit: this.#branches.get(task.branch ?? '') ?? null };
    return this.#say(`approve ${task.id} --commit ${task.commit ?? '0000000'}`, by, answer);
  }

  /** mcc looks at a worktree; agents' commits are seen sooner or later. */
  #look(name: string): string {
    const worktree = this.it.state.agents[name]?.worktree;
    const tip = this.#branches.get(worktree?.branch ?? '');
    if (!worktree || !tip) return `${name} has no worktree to look at`;
    if (this.calm || this.#chance(0.5))
      this.it.happens({
        type: 'worktree.moved',
        agent: name,
        branch: worktree.branch,
        commit: tip,
        dirty: 0,
        ahead: 1,
        behind: 0,
        insertions: 1,
        deletions: 0,
      });
    return `mcc looks at ${name}`;
  }

  #personMight(): (() => string)[] {
    const tasks = Object.keys(this.it.state.tasks);
    const any = tasks[Math.floor(this.#random() * tasks.length)] ?? 't1';
    const agent = this.#names[Math.floor(this.#random() * this.#names.length)] ?? '';
    if (tasks.length > 25 || this.#chance(0.7)) return [];
    return [
      () => this.#say('ask "something"'),
      () =>
        this.#say(
          `task add "a task" --priority ${this.#chance(0.5) ? 'high' : 'low'} ${this.#chance(0.5) ? `--needs ${any}` : ''}`,
        ),
      () => this.#say(`task add "for one" --to ${agent}`),
      () => this.#say(`task cancel ${any} --reason "changed my mind"`),
      () => this.#say(`task move ${any} --needs ${tasks.at(-1) ?? 't1'}`),
      () => this.#say(`agent stop ${agent}`),
      () => this.#say(`agent restart ${agent}`),
      () => this.#say(`agent start ${agent}`),
    ];
  }

  /** What the attention list asks of the person, done as it says. */
  #personMust(): (() => string)[] {
    return attention(this.it.state, this.it.now).flatMap(({ hint, text }) => {
      const [, review] = hint.match(/^mcc review (t\d+)/) ?? [];
      if (review) return [() => this.#approve(this.it.task(review), 'person')];
      const [, stuck] = text.match(/^(t\d+) can never start/) ?? [];
      if (stuck) return [() => this.#say(`task cancel ${stuck} --reason "it can never start"`)];
      return hint.startsWith('mcc ') && !hint.startsWith('mcc task show')
        ? [() => this.#say(hint.slice(4))]
        : [];
    });
  }

  #goesWrong(): (() => string)[] {
    if (this.#chance(0.8)) return [];
    const name = this.#names[Math.floor(this.#random() * this.#names.length)] ?? '';
    return [
      () => {
        this.#exit(name, this.#chance(0.7) ? 1 : 0, 'exited');
        return `${name} ends`;
      },
      () => {
        this.#inHand = [];
        for (const agent of this.#names) this.#exit(agent, 0, 'its supervisor died');
        this.it.happens({ type: 'supervisor.started', pid: 1, version: '1' });
        return 'the supervisor dies';
      },
      () => this.#look(name),
    ];
  }

  /** Messages that nobody has taken, although their reader runs or is the person. */
  get waiting(): string[] {
    return Object.values(this.it.state.posts)
      .filter((post) => isPending(post) && this.it.state.agents[post.message.to]?.wanted !== false)
      .map(({ message }) => message.id);
  }
}
