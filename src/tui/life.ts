import type { Tty } from '../term/tty.ts';
import type { WireClient } from '../wire/client.ts';

export interface TuiEnd {
  /** the person left; the supervisor went down in order; it vanished; the terminal ended or a signal came */
  reason: 'detached' | 'closed' | 'lost' | 'ended';
  /** what happened, for a person */
  message?: string;
  /** the signal to end by */
  signal?: NodeJS.Signals;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** The screen from its opening to its end: whatever ends it, ends it here, once. */
export class Life {
  /** How it ended; rejects with a bug. */
  readonly end: Promise<TuiEnd>;
  readonly #resolve: (end: TuiEnd) => void;
  readonly #reject: (error: unknown) => void;
  readonly #undo: (() => void)[] = [];

  constructor(wire: WireClient, tty: Tty) {
    const { promise, resolve, reject } = Promise.withResolvers<TuiEnd>();
    this.end = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    for (const signal of signals) this.#watchSignal(signal);
    this.until(
      tty.onEnd(() =>
        this.finish({ reason: 'ended', message: 'the terminal is gone; the agents go on: mcc up' }),
      ),
    );
    this.#watchWire(wire);
  }

  /** Keeps how to undo something until the end. */
  until(...undo: (() => void)[]): void {
    this.#undo.push(...undo);
  }

  finish(end: TuiEnd): void {
    this.#resolve(end);
  }

  /** Runs a callback. What it throws is a bug, which ends the screen, so that the terminal is restored before it is told. */
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

  #watchSignal(signal: NodeJS.Signals): void {
    const listener = () =>
      this.finish({ reason: 'ended', signal, message: `ended by ${signal}; the agents go on: mcc up` });
    process.on(signal, listener);
    this.until(() => process.off(signal, listener));
  }

  #watchWire(wire: WireClient): void {
    let farewell: string | undefined;
    this.until(
      wire.on((frame) => {
        if (frame.type === 'bye') farewell = frame.reason;
      }),
    );
    wire.onClose((reason) => {
      if (farewell !== undefined) return this.finish({ reason: 'closed', message: farewell });
      const message = `the supervisor is gone (${reason}): mcc up starts it again, with what is still owed`;
      this.finish({ reason: 'lost', message });
    });
  }
}
