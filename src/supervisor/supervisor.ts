import { type Actor, type Event, type Fact, parseEvent } from '../core/event.ts';
import { weigh } from '../core/evidence.ts';
import { follow } from '../core/follow.ts';
import { type Effect, mayType, type Pane, plan, settledMs, type World } from '../core/plan.ts';
import { fold, reduce } from '../core/reduce.ts';
import { canSuspend, type Room } from '../core/room.ts';
import { emptyState, type State } from '../core/state.ts';
import type { Clock } from './clock.ts';
import { dueFacts, firstWaiting, nextLook } from './due.ts';
import type { Terminal } from './terminal.ts';
import { unsentIn } from './typing.ts';

/** What is still owed right after it was done waits a moment rather than spin, in ms. */
const againMs = 200;
/** Pause before a failed effect is tried again: doubled each time, at most a minute, in ms. */
const retryMs = 1_000;

export interface Ports {
  clock: Clock;
  /** Appends events to the log; throws when it cannot. */
  append(events: Event[]): void;
  /** How many sessions there is room for now. */
  room(): Room;
  /** Carries one effect out; the facts it meets are told through `turn`. */
  perform(effect: Effect): Promise<void>;
  /** Every event after it was folded. */
  told(event: Event, state: State): void;
  /** The log cannot be written: nothing may go on. */
  broken(error: unknown): void;
}

/**
 * The one loop that is impure. A turn is synchronous: stamp facts, append, fold, ask what follows. Then the plan is
 * compared with what is in hand, and what is owed is started. While nothing waits for time to pass, no timer runs.
 */
export class Supervisor {
  state: State = emptyState;
  draining = false;
  readonly terminals = new Map<string, Terminal>();
  readonly filed = new Map<string, 'new' | 'cur'>();
  readonly results = new Set<string>();
  readonly #ports: Ports;
  readonly #busy = new Set<string>();
  readonly #notBefore = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  /** agents for which a message waits, as the last look saw it */
  readonly #waiting = new Set<string>();
  /** who waits for an event, and how each is told that none comes */
  readonly #awaited = new Map<(event: Event) => void, () => void>();
  #planned = false;
  #alarm: { at: number; cancel: () => void } | undefined;
  #stopped = false;
  #broken: { error: unknown } | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Folds what the log holds already. */
  replay(events: readonly Event[]): void {
    this.state = fold(this.state, events);
  }

  /**
   * One turn: facts become events, and what follows from them too, until nothing follows. After `stop` nothing happens.
   * @throws Error when the log cannot be written; the supervisor is ending then
   */
  turn(facts: readonly Fact[], by: Actor, cause: string | null): void {
    // Without a fact nothing has changed: looking again all the same would never end.
    if (this.#stopped || facts.length === 0) return;
    let batch: readonly Fact[] = facts;
    let actor = by;
    for (let round = 0; batch.length > 0; round += 1) {
      if (round > 1_000) throw new Error(`facts follow without end: ${batch[0]?.type}`);
      this.#fold(batch, actor, cause);
      batch = follow(this.state);
      actor = 'mcc';
    }
    this.look();
  }

  #fold(facts: readonly Fact[], by: Actor, cause: string | null): void {
    if (this.#broken) throw this.#broken.error;
    const at = new Date(this.#ports.clock.now()).toISOString();
    const events = facts.map(
      (fact, index) => ({ v: 1, seq: this.state.seq + index + 1, at, by, cause, ...fact }) as Event,
    );
    // What could not be read back would keep every later supervisor from starting: it is refused here, and nothing has happened.
    for (const event of events) parseEvent(JSON.parse(JSON.stringify(event)));
    try {
      this.#ports.append(events);
    } catch (error) {
      this.#broken = { error };
      this.#ports.broken(error);
      throw error;
    }
    for (const event of events) {
      this.state = reduce(this.state, event);
      this.#ports.told(event, this.state);
      for (const take of [...this.#awaited.keys()]) take(event);
    }
  }

  /** What the next event that fits is read as; null when none comes within `ms`. */
  next<T>(read: (event: Event) => T | null, ms: number): Promise<T | null> {
    return new Promise((done) => {
      const settle = (found: T | null): void => {
        cancel();
        this.#awaited.delete(take);
        done(found);
      };
      const take = (event: Event): void => {
        const found = read(event);
        if (found !== null) settle(found);
      };
      const cancel = this.#ports.clock.after(ms, () => settle(null));
      this.#awaited.set(take, () => settle(null));
    });
  }

  /** True once the log could not be written: no fact is taken any more. */
  get broken(): boolean {
    return this.#broken !== undefined;
  }

  /** Looks at the plan soon; many calls before that are one. */
  look(): void {
    if (this.#planned || this.#stopped) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      if (!this.#stopped && !this.#broken) this.#carryOut();
    });
  }

  /** The screen of an agent changed: whether a message may be typed is looked at once it has settled. */
  stirred(agent: string): void {
    if (this.#waiting.has(agent)) this.#wakeAt(this.#ports.clock.now() + settledMs);
  }

  #carryOut(): void {
    const world = this.world();
    for (const effect of plan(this.state, world)) {
      if (this.#busy.has(effect.key)) continue;
      this.#busy.add(effect.key);
      void this.#perform(effect);
    }
    this.turn(dueFacts(this.state, world), 'mcc', 'clock');
    this.#sleep(world);
  }

  async #perform(effect: Effect): Promise<void> {
    try {
      await this.#ports.perform(effect);
      this.#failures.delete(effect.key);
      const at = this.#ports.clock.now() + againMs;
      if ((this.#notBefore.get(effect.key) ?? 0) < at) this.#notBefore.set(effect.key, at);
    } catch (error) {
      if (!this.#broken) this.#fail(effect.key, error);
    } finally {
      this.#busy.delete(effect.key);
      this.look();
    }
  }

  #fail(key: string, error: unknown): void {
    const times = this.#failures.get(key) ?? 0;
    this.#failures.set(key, times + 1);
    this.postpone(key, Math.min(60_000, retryMs * 2 ** times));
    const hint =
      error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
    const text = error instanceof Error ? error.message : String(error);
    // Said at the first time, and then ever more seldom.
    if (Number.isInteger(Math.log2(times + 1))) {
      this.turn([{ type: 'effect.failed', effect: key, error: text, ...(hint ? { hint } : {}) }], 'mcc', key);
    }
  }

  /** Does not carry an effect out before `ms` have passed. */
  postpone(key: string, ms: number): void {
    this.#notBefore.set(key, this.#ports.clock.now() + ms);
  }

  world(): World {
    const now = this.#ports.clock.now();
    return {
      now,
      busy: this.#busy,
      notBefore: this.#notBefore,
      filed: this.filed,
      results: this.results,
      room: this.#ports.room(),
      draining: this.draining,
      panes: Object.fromEntries(
        [...this.terminals].map(([agent, terminal]) => [agent, this.#paneOf(terminal, now)]),
      ),
    };
  }

  /** Reading a composer costs a look at the whole screen: it is read only where a message waits and may be typed. */
  #paneOf(terminal: Terminal, now: number): Pane {
    const agent = this.state.agents[terminal.agent];
    const due =
      agent &&
      (firstWaiting(this.state, agent)
        ? mayType(weigh(agent, now), true)
        : this.#isScarce && canSuspend(this.state, agent, now));
    return {
      composer: !terminal.kind.composer ? 'none' : due ? this.#composerOf(terminal) : 'absent',
      quietMs: now - terminal.outputAt,
      typedMs: now - terminal.typedAt,
      keeps: terminal.kind.isResumable !== undefined || terminal.kind.resumesBlindly === true,
    };
  }

  /** There may not be room for all. */
  get #isScarce(): boolean {
    const { most, memory } = this.#ports.room();
    return most !== null || memory !== null;
  }

  /** A composer in which nothing stands but what mcc itself typed there, too late to be sent then, is as good as empty. */
  #composerOf(terminal: Terminal): Pane['composer'] {
    const { state } = terminal.composer();
    return state === 'draft' && unsentIn(this.state, terminal) ? 'empty' : state;
  }

  /** Until something happens, or the time comes at which something is due. */
  #sleep(world: World): void {
    for (const [key, at] of this.#notBefore) if (at <= world.now) this.#notBefore.delete(key);
    this.#waiting.clear();
    for (const agent of Object.values(this.state.agents))
      if (firstWaiting(this.state, agent)) this.#waiting.add(agent.name);
    this.#alarm?.cancel();
    this.#alarm = undefined;
    const next = nextLook(this.state, world);
    if (next !== null) this.#wakeAt(next);
  }

  #wakeAt(at: number): void {
    if (this.#stopped || (this.#alarm && this.#alarm.at <= at)) return;
    this.#alarm?.cancel();
    // A timer may ring a moment early; a month is about the most that one can hold.
    const ms = Math.min(Math.max(at - this.#ports.clock.now(), 0) + 1, 2 ** 31 - 1);
    const cancel = this.#ports.clock.after(ms, () => {
      this.#alarm = undefined;
      this.look();
    });
    this.#alarm = { at, cancel };
  }

  /** Keys of the effects in hand. */
  get busy(): ReadonlySet<string> {
    return this.#busy;
  }

  /** Ends the loop: nothing is planned, and no fact is taken, any more. */
  stop(): void {
    this.#stopped = true;
    for (const settle of [...this.#awaited.values()]) settle();
    this.#alarm?.cancel();
  }
}
