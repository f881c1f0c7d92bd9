import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { Size } from './screen.ts';

/**
 * A host holds the pseudo-terminals of sessions. One that lives outside this process keeps them over its end, and a later
 * process takes them over by name.
 */
export interface Host {
  /** Starts a program in a terminal of its own. @throws Error with argv and cwd if that cannot be */
  spawn(spec: SessionSpec): Session | Promise<Session>;
  /** Takes over the session of this name that an earlier process left, at the size it has; null when there is none. */
  adopt?(name: string): Promise<{ session: Session; size: Size } | null>;
  /** The names of the sessions that are there, whoever started them. */
  list?(): Promise<string[]>;
  /** Ends whatever there is under a name. */
  remove?(name: string): Promise<void>;
  /** Lets go of all sessions, which live on; nothing more is heard of them. */
  leave?(): Promise<void>;
  /** Ends the host with every session that it still holds. */
  close?(): Promise<void>;
}

export interface SessionSpec {
  /** What a host that outlives this process calls it: letters, digits, dashes. */
  readonly name?: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly size: Size;
}

/** How a program ended: its exit code, or the number of the signal that ended it; neither where nobody can know. */
export interface Exit {
  readonly code: number | null;
  readonly signal: number | null;
}

export interface Session {
  readonly pid: number;
  /** Types bytes; they go to the terminal at once, or queue while the program does not read. Nothing after its exit. */
  write(bytes: Uint8Array): void;
  resize(size: Size): void;
  /**
   * Stops reading, so that the program blocks once the terminal's buffer is full. A host that cannot hold one session
   * without the others reads on after a while, and restores the screen at the end: see onData.
   */
  pause(): void;
  resume(): void;
  /** Signals the session's process group, SIGHUP unless told. */
  kill(signal?: NodeJS.Signals): void;
  /**
   * What an adopted session hands over first restores its screen: a reset, then history, picture, cursor and modes. The
   * same comes whenever some output could not be handed over.
   */
  onData(listener: (data: Uint8Array) => void): void;
  /** Called once, after all output was handed over. */
  onExit(listener: (exit: Exit) => void): void;
  /** True if the host answers the query behind this reply itself, so that the screen's reply must not be sent too. */
  answersItself?(reply: string): boolean;
  /** True while it cannot be known whether its program changed modes that nobody watched (see keepModes). */
  readonly modesUnsure?: boolean;
  /** Remembers, for whoever adopts the session, the modes that the host itself does not know (see modeSequences). */
  keepModes?(sequences: string): void;
}

/**
 * A failed exec shows only as an exit code of the child, so what can be known before is checked before.
 * @throws Error with argv and cwd
 */
export function checkRunnable({ file, args, cwd, env }: SessionSpec): void {
  const told = `${[file, ...args].join(' ')} (in ${cwd})`;
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`cannot start ${told}: no such folder`);
  const folders = file.includes('/') ? [''] : (env.PATH ?? '/usr/bin:/bin').split(delimiter);
  const places = folders.map((folder) => resolve(cwd, folder, file));
  if (places.some(isExecutable)) return;
  const found = places.find((place) => statSync(place, { throwIfNoEntry: false }));
  const why = found
    ? `${found} is not executable`
    : `${file} not found${file.includes('/') ? '' : ` in PATH=${env.PATH}`}`;
  throw new Error(`cannot start ${told}: ${why}`);
}

/** True for a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Signals a process or, by a negative number, a group; 0 only looks. @returns false if there is nobody to signal */
export function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

/** A size that a terminal can have: whole numbers from 1. */
export function atLeastOne({ cols, rows }: Size): Size {
  return { cols: Math.max(1, Math.floor(cols) || 1), rows: Math.max(1, Math.floor(rows) || 1) };
}
