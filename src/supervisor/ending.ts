import type { Project } from './project.ts';

export type How = 'drain' | 'force';

/** How a supervisor comes to its end: after the turns in hand, at once, or because something broke. */
export class Ending {
  readonly #abort = new AbortController();
  #ask: () => void = () => {};
  /** what broke, the first of all */
  failure: { error: unknown } | undefined;
  /** nobody caught the failure: it says nothing of the agents */
  bug = false;
  how: How = 'drain';
  /** resolves when the end was asked for */
  readonly asked = new Promise<void>((done) => {
    this.#ask = done;
  });

  /** Aborts what must not outlive the supervisor. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  ask(how: How): void {
    if (how === 'force') {
      this.how = how;
      this.#abort.abort();
    }
    this.#ask();
  }

  fail(error: unknown): void {
    this.failure ??= { error };
    this.ask('force');
  }

  /** No more of it may run on: the sessions have ended. */
  over(): void {
    this.#abort.abort();
  }
}

/**
 * Signals end the supervisor at once but in order, and so does a bug: whatever nobody caught is noted, the sessions are
 * ended, and the error is raised at the end. Returns how to leave the process alone again.
 */
export function guardProcess(ending: Ending, note: Project['note']): () => void {
  const stop = () => {
    note('info', 'stopping', { how: 'force', by: 'a signal' });
    ending.ask('force');
  };
  const fatal = (error: unknown) => {
    note('error', 'nobody caught this', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    ending.bug ||= !ending.failure;
    ending.fail(error);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  const faults = ['uncaughtException', 'unhandledRejection'] as const;
  for (const signal of signals) process.on(signal, stop);
  for (const fault of faults) process.on(fault, fatal);
  return () => {
    for (const signal of signals) process.off(signal, stop);
    for (const fault of faults) process.off(fault, fatal);
  };
}
