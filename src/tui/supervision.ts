import type { Event } from '../core/event.ts';
import type { State } from '../core/state.ts';
import type { Usage } from '../core/usage.ts';
import type { Screen, Size } from '../term/screen.ts';
import type { Result } from '../wire/schema.ts';

/** The terminal of a session, as a screen sees it. */
export interface Program {
  readonly screen: Screen;
  /** What the person typed, in the form that the program asked for. */
  input(bytes: Uint8Array): void;
}

/** What a screen needs of the supervisor in whose process it lives. */
export interface Supervision {
  /** name of the project */
  readonly project: string;
  /** as of the last event */
  readonly state: State;
  /** Hears every event, after it was folded. @returns how to unsubscribe */
  onEvent(listener: (event: Event) => void): () => void;
  /** Hears what running agents take of the machine, whenever it was measured. @returns how to unsubscribe */
  onUsage(listener: (usage: Readonly<Record<string, Usage>>) => void): () => void;
  /** The terminal of an agent's session, of its last one when that has ended; undefined when none ran in this process. */
  program(agent: string): Program | undefined;
  /** Gives an agent's terminal a size, also the one of its next session. */
  resize(agent: string, size: Size): void;
  /** Gives a command as the person; never rejects. */
  command(words: readonly string[]): Promise<Result>;
}
