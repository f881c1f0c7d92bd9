import type { Report } from '../agents/index.ts';

/** What an agent's hooks report, for whoever waits for a certain one. */
export class Turns {
  /** ids of messages that went as the answer of a hook, and of which the agent itself has not told yet */
  readonly unproved = new Set<string>();
  readonly #waiting = new Set<(report: Report) => void>();

  emit(report: Report): void {
    for (const take of this.#waiting) take(report);
  }

  /** Waits for a report; `came` is false when none fits within `ms`, or after cancel. */
  next(fits: (report: Report) => boolean, ms: number): { came: Promise<boolean>; cancel: () => void } {
    let settle: (came: boolean) => void = () => {};
    const came = new Promise<boolean>((done) => {
      settle = done;
    });
    const finish = (result: boolean) => {
      clearTimeout(timer);
      this.#waiting.delete(take);
      settle(result);
    };
    const take = (report: Report) => {
      if (fits(report)) finish(true);
    };
    // Whoever waits for an agent does not keep a supervisor alive that has ended.
    const timer = setTimeout(() => finish(false), ms).unref();
    this.#waiting.add(take);
    return { came, cancel: () => finish(false) };
  }
}
