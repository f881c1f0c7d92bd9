import { hasLimits } from '../core/limits.ts';
import { isRunning } from '../core/state.ts';
import type { Usage } from '../core/usage.ts';
import { Meter, type Reading } from '../io/usage.ts';
import type { Project } from './project.ts';

/** Between two looks while something happens, and while all is quiet: a look costs some milliseconds. In ms. */
const busyMs = 3_000;
const quietMs = 60_000;
/** What was measured so short a time ago is not measured again, in ms. */
const freshMs = 1_000;
/** From this on an agent counts as busy although it writes nothing, in percent of one core. */
const busyCpu = 5;

/** Who wants to know what agents take. */
export interface Audience {
  /** somebody looks at the team now */
  readonly looked: boolean;
  measured(usage: Readonly<Record<string, Usage>>): void;
}

/**
 * Measures what agents take of the machine: while somebody looks, or limits are to be kept, and not at all else. Nothing
 * of it is in the log: it means nothing later.
 */
export class UsageWatch {
  readonly #project: Project;
  readonly #audience: Audience;
  readonly #over: (readings: ReadonlyMap<string, Reading>) => void;
  readonly #meter = new Meter();
  readonly #limited: boolean;
  #timer: NodeJS.Timeout | undefined;
  #at = Number.NEGATIVE_INFINITY;
  #usage: Record<string, Usage> = {};
  /** the sessions that it is of */
  #sessions = '';
  #closed = false;

  /** @param over is given each reading, to see whether it is over a limit */
  constructor(project: Project, audience: Audience, over: (readings: ReadonlyMap<string, Reading>) => void) {
    this.#project = project;
    this.#audience = audience;
    this.#over = over;
    this.#limited = hasLimits(project.team);
  }

  /** What running agents take, measured now. */
  now(): Readonly<Record<string, Usage>> {
    const fresh = performance.now() - this.#at < freshMs && this.#sessions === this.#running;
    if (!fresh) this.#measure();
    return this.#usage;
  }

  /** Somebody came to look, or something happened: begins to measure where that is wanted. */
  wake(): void {
    if (this.#timer || this.#closed || !this.#wanted) return;
    this.#timer = setTimeout(() => this.#look(), Math.max(0, this.#at + busyMs - performance.now()));
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** The sessions that run, as one text. */
  get #running(): string {
    const { agents } = this.#project.supervisor.state;
    return Object.values(agents)
      .filter(isRunning)
      .map(({ session }) => session?.id)
      .join(' ');
  }

  get #wanted(): boolean {
    const { agents } = this.#project.supervisor.state;
    return (this.#limited || this.#audience.looked) && Object.values(agents).some(isRunning);
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#closed || !this.#wanted) return;
    const since = Date.now() - (performance.now() - this.#at);
    this.#measure();
    const { terminals } = this.#project.supervisor;
    const busy =
      [...terminals.values()].some(({ outputAt }) => outputAt >= since) ||
      Object.values(this.#usage).some(({ cpu }) => (cpu ?? 0) >= busyCpu);
    const ms = busy || this.#limited ? busyMs : quietMs;
    this.#timer = setTimeout(() => this.#look(), ms);
    this.#timer.unref();
  }

  #measure(): void {
    const { agents } = this.#project.supervisor.state;
    const roots = Object.values(agents).flatMap(({ name, session }) =>
      session && !session.exit ? [{ name, pid: session.pid, start: session.start }] : [],
    );
    this.#at = performance.now();
    this.#sessions = this.#running;
    const readings = this.#meter.read(roots, this.#at);
    this.#usage = Object.fromEntries(
      [...readings].map(([name, { memory, cpu, members }]) => [
        name,
        { memory, cpu: cpu === null ? null : Math.round(cpu * 10) / 10, processes: members.length },
      ]),
    );
    this.#audience.measured(this.#usage);
    this.#over(readings);
  }
}
