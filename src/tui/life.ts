import type { EventEmitter } from 'node:events';
import type { Tty } from '../term/tty.ts';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

export interface TuiEnd {
  /** the person left; the supervisor goes down; the terminal ended or a signal came */
  reason: 'detached' | 'closed' | 'ended';
  /** what happened, for a person */
  message?: string;
  /** the signal to end by */
  signal?: (typeof signals)[number];
}

/** A screen from its opening to its end: whatever ends it, ends it here, once. */
export class Life {
  /** How it ended; rejects with a bug. */
  readonly end: Promise<TuiEnd>;
  readonly #resolve: (end: TuiEnd) => void;
  readonly #reject: (error: unknown) => void;
  readonly #undo: (() => void)[] = [];

  /** @param sitter announces the signals of the process that sits at the terminal */
  constructor(tty: Tty, sitter: EventEmitter) {
    const { promise, resolve, reject } = Promise.withResolvers<TuiEnd>();
    this.end = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    for (const signal of signals) {
      const listener = () =>
        this.finish({ reason: 'ended', signal, message: `ended by ${signal}; the agents go on: mcc up` });
      sitter.on(signal, listener);
      this.until(() => sitter.off(signal, listener));
    }
    this.until(
      tty.onEnd(() =>
        this.finish({ reason: 'ended', message: 'the terminal is gone; the agents go on: mcc up' }),
      ),
    );
  }

  /** Keeps how to undo something until the end. */
  until(...undo: (() => void)[]): void {
    this.#undo.push(...undo);
  }

  finish(end: TuiEnd): void {
    this.#resolve(end);
  }

  /** Runs a callback. What it throws is a bug, which ends this screen, and nothing else. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#reject(error);
    }
  }

  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}
