import { describe, expect, test } from 'vitest';
import { factsAfterEnd, factsOf, justTaken, nextPosts, settled } from '../../src/core/delivery.ts';
import type { Fact } from '../../src/core/event.ts';
import { type Pane, plan } from '../../src/core/plan.ts';
import { fold } from '../../src/core/reduce.ts';
import { emptyState, type Post, pendingPosts } from '../../src/core/state.ts';
import { emptyPane, Given, reported, running, seeded, team, world } from './given.ts';

/** Seeds stand in the names of the tests; MCC_SEED adds one. */
const seeds = [
  ...Array.from({ length: 40 }, (_, at) => at + 1),
  ...(process.env.MCC_SEED ? [Number(process.env.MCC_SEED)] : []),
];

const names = ['lead', 'backend', 'plain'];

/** What an agent and its CLI really are, which mcc sees only through hooks, the screen and transcripts. */
interface Life {
  session: number;
  alive: boolean;
  status: 'idle' | 'working' | 'needs-you';
  composer: 'empty' | 'draft';
  /** what mcc has typed there and not sent yet */
  typing: { ids: string[]; told: boolean } | null;
  /** every message that its model was given, in order: the truth */
  seen: string[];
  /** what stands in its transcript; null where the kind keeps none */
  written: Set<string> | null;
}

/**
 * A team under chance: messages, turns that begin and end, dialogs, drafts, kills of agents and of the supervisor at any
 * moment of a hand-over. mcc's part is played by its own functions; what they do not decide is chance.
 */
class Chaos {
  readonly it = new Given();
  readonly random: () => number;
  readonly lives: Record<string, Life> = {};
  /** messages that the person took away before their reader had them */
  readonly dropped = new Set<string>();
  /** messages that an agent took out of its inbox while one before them was on its way */
  readonly ahead = new Set<string>();
  up = true;

  constructor(seed: number) {
    this.random = seeded(seed);
    this.it.happens(team(names));
    for (const name of names) {
      this.lives[name] = {
        ...{ session: 0, alive: true, status: 'idle', composer: 'empty', typing: null, seen: [] },
        written: name === 'plain' ? null : new Set(),
      };
      this.it.happens(...running(name, `s-${name}-0`));
    }
  }

  among = <T>(...values: readonly T[]): T => values[Math.floor(this.random() * values.length)] as T;
  life = (name: string): Life => this.lives[name] as Life;
  handed = (name: string): Post[] =>
    pendingPosts(this.it.state, name).filter(({ receipt }) => receipt === 'handed over');

  tell(...facts: Fact[]): void {
    if (this.up && facts.length > 0) this.it.happens(...facts);
  }

  /** The model is given messages, and its CLI writes them down. */
  takes(life: Life, ids: readonly string[]): void {
    for (const id of ids) {
      life.seen.push(id);
      life.written?.add(id);
    }
  }

  reports(name: string, status: Life['status']): void {
    this.life(name).status = status;
    this.tell(reported(name, status));
  }

  send(): void {
    const to = this.among(...names);
    const by = this.among('person', ...names.filter((name) => name !== to));
    this.it.after(60_000);
    this.it.when(`send ${to} "${'word '.repeat(this.among(1, 3, 2_000))}"`, {
      by: by === 'person' ? by : `agent:${by}`,
    });
  }

  /** The screen as the supervisor sees it. */
  panes = (): Record<string, Pane> =>
    Object.fromEntries(names.map((name) => [name, { ...emptyPane, composer: this.life(name).composer }]));

  /** What the plan wants typed is begun, where nothing of the kind is in hand. */
  type(): void {
    if (!this.up) return;
    for (const effect of plan(this.it.state, world(this.it, { panes: this.panes() }))) {
      if (effect.type !== 'message.type') continue;
      const life = this.life(effect.agent);
      if (life.typing) continue;
      expect(life).toMatchObject({ alive: true, status: 'idle', composer: 'empty' });
      life.composer = 'draft';
      life.typing = { ids: effect.ids.slice(0, this.among(1, 2, 10)), told: false };
    }
  }

  /** One step on with what was typed: it is told, then the key is pressed, which may be swallowed. */
  press(name: string): void {
    const life = this.life(name);
    const { typing } = life;
    if (!typing || !this.up) return;
    if (!typing.told) {
      typing.told = true;
      this.tell(
        ...typing.ids.map(
          (id): Fact => ({
            type: 'message.handed',
            id,
            route: 'keyboard',
            session: `s-${name}-${life.session}`,
          }),
        ),
      );
      return;
    }
    life.typing = null;
    life.composer = 'empty';
    if (this.random() < 0.2) {
      // Nothing took it: neither the composer nor the conversation has it.
      this.tell(...typing.ids.map((id): Fact => ({ type: 'message.requeued', id, reason: 'swallowed' })));
      return;
    }
    this.takes(life, typing.ids);
    life.status = 'working';
    if (this.random() < 0.2) {
      // Its hook does not say so; that it works is seen all the same.
      this.tell(reported(name, 'working'));
      return;
    }
    const open = pendingPosts(this.it.state, name);
    this.tell(
      ...factsOf(settled(open, { prompted: typing.ids, written: life.written, ended: false })),
      reported(name, 'working'),
    );
  }

  /** The turn of an agent ends: its hook asks, and the answer may not arrive. */
  turnEnds(name: string): void {
    const life = this.life(name);
    if (!life.alive || life.status !== 'working') return;
    life.status = 'idle';
    if (!this.up) return;
    this.tell(
      ...factsOf(
        settled(pendingPosts(this.it.state, name), { prompted: [], written: life.written, ended: true }),
      ),
    );
    const next = nextPosts(pendingPosts(this.it.state, name)).map(({ message }) => message.id);
    if (next.length === 0) {
      this.tell(reported(name, 'idle'));
      return;
    }
    this.tell(
      ...next.map(
        (id): Fact => ({ type: 'message.handed', id, route: 'hook', session: `s-${name}-${life.session}` }),
      ),
    );
    const fate = this.among('arrives', 'arrives', 'arrives', 'supervisor dies', 'agent dies', 'hook fails');
    if (fate === 'arrives') {
      this.takes(life, next);
      life.status = 'working';
    } else if (fate === 'supervisor dies') this.killSupervisor();
    else if (fate === 'agent dies') this.crash(name);
    else this.tell(reported(name, 'idle'));
  }

  /** The agent reads its inbox in the middle of its turn. */
  reads(name: string): void {
    const life = this.life(name);
    if (!this.up || life.status !== 'working') return;
    const queued = pendingPosts(this.it.state, name).filter(({ receipt }) => receipt === 'queued');
    // Who looks for itself may be ahead of what was lost on its way and comes again.
    if (this.handed(name).length > 0) for (const { message } of queued) this.ahead.add(message.id);
    this.it.when('inbox', { by: `agent:${name}` });
    this.takes(
      life,
      queued.map(({ message }) => message.id),
    );
  }

  crash(name: string): void {
    const life = this.life(name);
    if (!life.alive) return;
    Object.assign(life, { alive: false, typing: null, composer: 'empty' });
    if (this.up) this.sessionEnds(name);
  }

  sessionEnds(name: string): void {
    const session = `s-${name}-${this.life(name).session}`;
    this.tell(...factsAfterEnd(this.handed(name), this.life(name).written), {
      type: 'session.exited',
      agent: name,
      session,
      code: null,
      signal: null,
      reason: 'the supervisor ended',
    });
  }

  starts(name: string): void {
    const life = this.life(name);
    if (life.alive || !this.up) return;
    Object.assign(life, { alive: true, status: 'idle', session: life.session + 1 });
    this.tell(...running(name, `s-${name}-${life.session}`));
  }

  /** What it was typing stands in the composers, half done; half of the sessions live on without it. */
  killSupervisor(): void {
    if (!this.up) return;
    this.up = false;
    for (const life of Object.values(this.lives)) {
      life.typing = null;
      if (this.random() < 0.3) Object.assign(life, { alive: false, composer: 'empty' });
    }
  }

  /** The next supervisor folds the log, and settles what was being handed over. */
  restart(): void {
    if (this.up) return;
    this.up = true;
    expect(fold(emptyState, this.it.events)).toEqual(this.it.state);
    for (const name of names) {
      const life = this.life(name);
      if (!life.alive) this.sessionEnds(name);
      else this.tell(...factsAfterEnd(this.handed(name), life.written), reported(name, life.status));
    }
  }

  /** A draft, mcc's own of a former life or the person's, is thrown away; or one is begun. */
  draft(name: string): void {
    const life = this.life(name);
    if (life.alive && !life.typing && life.status === 'idle')
      life.composer = life.composer === 'draft' ? 'empty' : 'draft';
  }

  /** The person decides on what is held, knowing what the pane shows. */
  resolves(name: string): void {
    const [first] = pendingPosts(this.it.state, name);
    if (!this.up || !first) return;
    const { id } = first.message;
    const had = this.life(name).seen.includes(id);
    const typing = this.life(name).typing !== null;
    const unknown = first.receipt === 'handed over' && first.held !== undefined;
    if (!unknown && this.random() < 0.8) return;
    const flag = unknown ? (had ? ' --arrived' : '') : ' --drop';
    this.it.when(`message resolve ${id}${flag}`, { answer: { type: 'way', blocked: null, typing } });
    // A message on its way through a hook may be taken all the same; in the queue it is out of the way for good.
    if (flag === ' --drop' && !typing && first.receipt === 'queued') this.dropped.add(id);
  }

  step(): void {
    const name = this.among(...names);
    this.among(
      () => this.send(),
      () => this.send(),
      () => this.type(),
      () => this.type(),
      () => this.press(name),
      () => this.press(name),
      () => this.turnEnds(name),
      () => this.turnEnds(name),
      () => this.reads(name),
      () =>
        this.life(name).alive &&
        this.life(name).status === 'idle' &&
        !this.life(name).typing &&
        this.reports(name, 'working'),
      () => this.life(name).status === 'working' && this.reports(name, 'needs-you'),
      () => this.life(name).status === 'needs-you' && this.reports(name, 'working'),
      () => this.draft(name),
      () => this.resolves(name),
      () => this.random() < 0.3 && this.crash(name),
      () => this.starts(name),
      () => this.random() < 0.2 && this.killSupervisor(),
      () => this.restart(),
    )();
  }

  /** Everything comes to rest: nobody dies any more, dialogs are answered, drafts sent or thrown away. */
  rest(): void {
    for (let round = 0; round < 400; round += 1) {
      this.restart();
      for (const name of names) {
        this.starts(name);
        const life = this.life(name);
        if (life.status === 'needs-you') this.reports(name, 'working');
        if (!life.typing && life.composer === 'draft') life.composer = 'empty';
        this.resolves(name);
        this.turnEnds(name);
        this.press(name);
      }
      this.type();
      if (names.every((name) => pendingPosts(this.it.state, name).length === 0)) return;
    }
  }
}

describe('whatever happens while messages are handed over', () => {
  test.each(seeds)('each arrives once, in order, and none is lost (seed %i)', (seed) => {
    const chaos = new Chaos(seed);
    for (let step = 0; step < 600; step += 1) chaos.step();
    chaos.rest();
    for (const name of names) {
      const { seen } = chaos.life(name);
      const posts = Object.values(chaos.it.state.posts).filter(({ message }) => message.to === name);
      const ids = posts.sort((a, b) => a.seq - b.seq).map(({ message }) => message.id);
      expect(new Set(seen).size, 'none twice').toBe(seen.length);
      const inTurn = (id: string) => seen.includes(id) && !chaos.ahead.has(id);
      expect(seen.filter(inTurn), 'in order').toEqual(ids.filter(inTurn));
      expect(
        posts.filter(({ receipt }) => !['accepted', 'answered', 'dropped'].includes(receipt)),
        'none left',
      ).toEqual([]);
      const missing = posts.filter(
        ({ message, receipt }) => receipt !== 'dropped' && !seen.includes(message.id),
      );
      expect(missing, 'what counts as taken was seen').toEqual([]);
      expect(
        seen.filter((id) => chaos.dropped.has(id)),
        'what was dropped was not',
      ).toEqual([]);
    }
  });
});

test('a turn that went on with what its hook was answered has it, also before that stands in its transcript', () => {
  const it = new Given();
  it.happens(team(['backend']), ...running('backend', 's-1'));
  it.happens({
    type: 'message.queued',
    message: { id: 'm-1', from: 'person', to: 'backend', kind: 'note', body: 'One.' },
  });
  it.happens({ type: 'message.handed', id: 'm-1', route: 'hook', session: 's-1' });
  const open = pendingPosts(it.state, 'backend');
  const proof = { prompted: [], written: new Set<string>(), ended: true };
  expect(factsOf(settled(open, { ...proof, continued: true }))).toEqual([
    { type: 'message.accepted', id: 'm-1' },
  ]);
  expect(factsOf(settled(open, proof))).toMatchObject([{ type: 'message.requeued', id: 'm-1' }]);
});

test('what an agent had just taken and not written down when its session ended is queued again, and nothing older', () => {
  const it = new Given();
  const take = (id: string): Fact[] => [
    { type: 'message.queued', message: { id, from: 'person', to: 'backend', kind: 'note', body: id } },
    { type: 'message.handed', id, route: 'keyboard' },
    { type: 'message.accepted', id },
  ];
  it.happens(team(), ...running('backend'), ...take('m-old'));
  const old = { ...it.state.posts['m-old'], times: { accepted: '2000-01-01T00:00:00.000Z' } } as Post;
  it.happens(...take('m-lost'), ...take('m-kept'), reported('backend', 'working'));
  const taken = justTaken({ ...it.state, posts: { ...it.state.posts, 'm-old': old } }, 'backend');
  expect(taken.map(({ message }) => message.id)).toEqual(['m-lost', 'm-kept']);
  const facts = factsAfterEnd(taken, new Set(['m-kept']));
  expect(facts).toMatchObject([{ type: 'message.requeued', id: 'm-lost' }]);
  it.happens(...facts);
  expect(pendingPosts(it.state, 'backend').map(({ message }) => message.id)).toEqual(['m-lost']);
  expect(factsAfterEnd(taken, null)).toEqual([]);
});
