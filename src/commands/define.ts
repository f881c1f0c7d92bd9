import type { Actor, Event, Fact } from '../core/event.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Report, State } from '../core/state.ts';
import type { Usage } from '../core/usage.ts';

/**
 * A command is data: name, words, who may give it, and one pure function. The shell, a key, the palette, an agent's
 * tool call and a hook all go through the same record.
 */
export interface Command {
  /** one or two words: `send`, `task add` */
  name: string;
  /** one sentence, imperative, without a full stop */
  summary: string;
  /** positional words, in order; the last may take the rest of the line */
  args: readonly Arg[];
  flags: Readonly<Record<string, Flag>>;
  examples: readonly string[];
  /** who may give it; `agent` means any agent, the architect included */
  who: readonly ('person' | 'architect' | 'agent')[];
  /** `supervisor` decides on the state; `screen` is carried out by the TUI that shows it */
  where: 'supervisor' | 'screen';
  /** a shell waits until the task that came of it has ended, unless --no-wait is given, and prints its result */
  waits?: boolean;
  /** needs no running supervisor: it only reads the folded log */
  reads?: boolean;
  /** what must be looked up in the world before it can be decided */
  asks?(state: State, input: Input, by: Actor): Question | Refusal | null;
  run(context: Context): Outcome;
}

export interface Arg {
  name: string;
  /** what it names, for completion and messages */
  of: 'agent' | 'task' | 'text' | 'message' | 'word';
  required: boolean;
  rest?: boolean;
}

export interface Flag {
  type: 'text' | 'list' | 'boolean' | 'number';
  describe: string;
  of?: Arg['of'];
  /** the command is refused without it */
  required?: true;
}

export type Value = string | string[] | boolean | number;

/** The words of a command, told apart. */
export interface Input {
  args: Readonly<Record<string, string>>;
  flags: Readonly<Record<string, Value>>;
}

/** What a command may ask of the world; the supervisor answers it from git or from its own sessions. */
export type Question =
  | { type: 'worktree'; agent: string }
  | { type: 'head'; branch: string; agent?: string | undefined }
  | { type: 'diff'; branch: string; commit: string }
  | { type: 'evidence'; agent: string }
  | { type: 'way'; agent: string }
  | { type: 'usage' };

export type Answer =
  | {
      type: 'worktree';
      branch: string;
      commit: string;
      dirty: number;
      ahead: number;
      /** committed changes of files that are not this agent's to change */
      outside?: string[];
    }
  | { type: 'head'; commit: string | null; outside?: string[] }
  | { type: 'diff'; head: string | null; stat: string; files: string[]; diff: string; conflicts: string[] }
  | { type: 'evidence'; reports: Report[]; notes: string[]; holding: string | null }
  | {
      type: 'way';
      /** why a message that the person wants handed over now must wait all the same; null when it need not */
      blocked: string | null;
      /** mcc is typing to this agent right now */
      typing: boolean;
    }
  | { type: 'usage'; agents: Readonly<Record<string, Usage>> }
  | { type: 'failed'; error: string };

export interface Context {
  state: State;
  input: Input;
  by: Actor;
  /** milliseconds since the epoch */
  now: number;
  /** a fresh word for ids that must be unique, e.g. of messages */
  fresh: string;
  answer?: Answer;
}

/** What comes of a command: facts for the log, a text for a person and data for a program; or a refusal. */
export type Outcome =
  | {
      facts?: Fact[];
      text: string;
      data?: unknown /** ends the supervisor, after the turns in hand or at once */;
      stop?: 'drain' | 'force';
      /** what an event tells of what came of it, null for any other: it is waited for, and said in place of the text */
      awaits?(event: Event): { text: string; data?: unknown } | null;
    }
  | Refusal;

/** The agent behind an actor; undefined for the person and mcc. */
export const agentOf = (by: Actor): string | undefined => (by.startsWith('agent:') ? by.slice(6) : undefined);

/** The word of a positional argument; '' where it was not given. */
export const arg = (input: Input, name: string): string => input.args[name] ?? '';

/** A text flag, or undefined. */
export const text = (input: Input, name: string): string | undefined => {
  const value = input.flags[name];
  return typeof value === 'string' ? value : undefined;
};

/** A list flag; empty where it was not given. */
export const list = (input: Input, name: string): string[] => {
  const value = input.flags[name];
  return Array.isArray(value) ? value : [];
};

/** Declares a command; fills what most of them leave at its default. */
export const define = (
  command: Pick<Command, 'name' | 'summary' | 'examples' | 'run'> & Partial<Command>,
): Command => ({ args: [], flags: {}, who: ['person'], where: 'supervisor', ...command });
