import type { Actor, Event, Fact } from '../core/event.ts';
import { follow } from '../core/follow.ts';
import { type Effect, holding, plan, restartAt, type World } from '../core/plan.ts';
import { reduce } from '../core/reduce.ts';
import { emptyState, isEnded, isRunning, pendingPosts, type State } from '../core/state.ts';
import type { Terminal } from './terminal.ts';

/** How soon the plan is looked at again while something waits for time to pass, in ms. */
const tickMs = 200;
/** A message that waits this long says why, in ms. */
const heldMs = 3_000;
/** Pause before a failed effect is tried again: doubled each time, at most a minute, in ms. */
const retryMs = 1_000;

export interface Ports {
  /** Appends events to the log; throws when it cannot. */
  append(events: Event[]): void;
  /** Carries one effect out; the facts it meets are told through `turn`. */
  perform(effect: Effect): Promise<void>;
  /** Every event after it was folded. */
  told(event: Event, state: State): void;
  /** The log cannot be written: nothing may go on. */
  broken(error: unknown): void;
}

/**
 * The one loop that is impure. A turn is synchronous: stamp facts, append, fold, ask what follows. Then the plan is
 * compared with what is in hand, and what is owed is started.
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
  #planned = false;
  #tick: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Folds what the log holds already. */
  replay(events: readonly Event[]): void {
    for (const event of events) this.state = reduce(this.state, event);
  }

  /** One turn: facts become events, and what follows from them too, until nothing follows. */
  turn(facts: readonly Fact[], by: Actor, cause: string | null): void {
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
    const at = new Date().toISOString();
    const events = facts.map(
      (fact, index) => ({ v: 1, seq: this.state.seq + index + 1, at, by, cause, ...fact }) as Event,
    );
    try {
      this.#ports.append(events);
    } catch (error) {
      this.#ports.broken(error);
      throw error;
    }
    for (const event of events) {
      this.state = reduce(this.state, event);
      this.#ports.told(event, this.state);
    }
  }

  /** Looks at the plan soon; many calls before that are one. */
  look(): void {
    if (this.#planned || this.#stopped) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      if (!this.#stopped) this.#carryOut();
    });
  }

  #carryOut(): void {
    const world = this.world();
    for (const effect of plan(this.state, world)) {
      if (this.#busy.has(effect.key)) continue;
      this.#busy.add(effect.key);
      void this.#perform(effect);
    }
    this.#tellHeld(world);
    this.#wakeLater(world);
  }

  async #perform(effect: Effect): Promise<void> {
    try {
      await this.#ports.perform(effect);
      this.#failures.delete(effect.key);
      // What is still owed right after it was done waits a moment rather than spin.
      this.#notBefore.set(effect.key, Date.now() + tickMs);
    } catch (error) {
      this.#fail(effect.key, error);
    } finally {
      this.#busy.delete(effect.key);
      this.look();
    }
  }

  #fail(key: string, error: unknown): void {
    const times = this.#failures.get(key) ?? 0;
    this.#failures.set(key, times + 1);
    this.#notBefore.set(key, Date.now() + Math.min(60_000, retryMs * 2 ** times));
    if (this.#stopped) return;
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
    this.#notBefore.set(key, Date.now() + ms);
  }

  world(): World {
    const now = Date.now();
    return {
      now,
      busy: this.#busy,
      notBefore: this.#notBefore,
      filed: this.filed,
      results: this.results,
      draining: this.draining,
      panes: Object.fromEntries(
        [...this.terminals].map(([agent, terminal]) => [
          agent,
          {
            // Reading a composer costs a look at the whole screen: only where something waits for it.
            composer: pendingPosts(this.state, agent).length > 0 ? terminal.composer().state : 'absent',
            quietMs: now - terminal.outputAt,
            typedMs: now - terminal.typedAt,
          },
        ]),
      ),
    };
  }

  /** A message that waits says why, once per reason. */
  #tellHeld(world: World): void {
    const facts = [...this.terminals.keys()].flatMap((agent): Fact[] => {
      const [first] = pendingPosts(this.state, agent);
      if (first?.receipt !== 'queued' || world.now - Date.parse(first.at) < heldMs) return [];
      const reason = holding(this.state, world, agent);
      const passing = reason === null || reason === 'its screen is still changing';
      return passing || reason === first.held ? [] : [{ type: 'message.held', id: first.message.id, reason }];
    });
    if (facts.length > 0) this.turn(facts, 'mcc', 'delivery');
  }

  /** The next look, when only time has to pass for something to be done; no timer otherwise. */
  #wakeLater(world: World): void {
    clearTimeout(this.#tick);
    const retries = [...this.#notBefore].filter(
      ([key, at]) => at > world.now || !this.#notBefore.delete(key),
    );
    const restarts = Object.values(this.state.agents).some(
      (agent) => agent.wanted && agent.declared && !isRunning(agent) && restartAt(agent) !== null,
    );
    const posts = [...this.terminals.keys()].some((agent) =>
      pendingPosts(this.state, agent).some(
        (post) => post.receipt === 'queued' || post.receipt === 'handed over',
      ),
    );
    const branches = Object.values(this.state.tasks).some(
      (task) => !isEnded(task) && task.status === 'assigned',
    );
    const merges = Object.values(this.state.tasks).some(
      (task) => task.status === 'approved' && task.held !== undefined,
    );
    const soon = retries.length > 0 || posts || branches || merges || (restarts && !this.draining);
    if (soon) this.#tick = setTimeout(() => this.look(), tickMs);
  }

  /** Keys of the effects in hand. */
  get busy(): ReadonlySet<string> {
    return this.#busy;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#tick);
  }
}
