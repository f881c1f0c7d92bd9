import { ConfigError } from '../core/config-error.ts';
import type { Refusal } from '../core/refusal.ts';
import { visible } from '../core/visible.ts';
import { exits, type Shell, styled } from './shell.ts';

/** What ends a verb in a way that a person can put right: what is wrong, what to do, and the exit code. */
export class Stop extends Error {
  override name = 'Stop';
  readonly hint: string | undefined;
  readonly code: number;

  constructor(message: string, hint: string | undefined, code: number) {
    super(message);
    this.hint = hint;
    this.code = code;
  }
}

/** A word that a verb does not take. */
export const misuse = (message: string, hint: string) => new Stop(message, hint, exits.config);

/** Tells a refusal: one line what, one line what to do; as JSON on standard output where that was asked for. */
export function tellRefusal(
  shell: Shell,
  { refusal, hint }: Refusal,
  json: boolean,
  code: number = exits.refused,
): number {
  if (json) shell.out(`${JSON.stringify({ refusal, ...(hint === undefined ? {} : { hint }) }, null, 2)}\n`);
  else tell(shell, refusal, hint);
  return code;
}

function tell(shell: Shell, what: string, hint: string | undefined): void {
  const lines = visible(what).split('\n');
  shell.err(`${styled(shell, 'red', 'mcc:')} ${lines.join('\n     ')}\n`);
  if (hint) shell.err(`${styled(shell, 'dim', 'hint:')} ${hint}\n`);
}

/** Tells whatever went wrong, by who must act, and returns the exit code. */
export function tellError(shell: Shell, error: unknown, json: boolean): number {
  if (error instanceof ConfigError) {
    const { message, hint, problems } = error;
    if (json) shell.out(`${JSON.stringify({ error: message, hint, problems }, null, 2)}\n`);
    // One line a problem, from its first column, so that editors and terminals find file:line:column.
    else shell.err(`${message}\n${styled(shell, 'dim', 'hint:')} ${hint}\n`);
    return exits.config;
  }
  const known = understood(error);
  if (!known) return tellBug(shell, error);
  if (json)
    shell.out(
      `${JSON.stringify({ error: known.message, ...(known.hint ? { hint: known.hint } : {}) }, null, 2)}\n`,
    );
  else tell(shell, known.message, known.hint);
  return known.code;
}

function understood(error: unknown): Stop | undefined {
  if (error instanceof Stop) return error;
  if (!(error instanceof Error)) return undefined;
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  // By name: to load the class of an error that was not thrown would cost more than most verbs take.
  const exit = error.name === 'RepositoryProblem' ? exits.config : exits.refused;
  if (hint !== undefined) return new Stop(error.message, hint, exit);
  // The operating system said no: a full disk, a missing right.
  const { syscall, path, code } = error as NodeJS.ErrnoException;
  if (!syscall || !code) return undefined;
  return new Stop(
    `${error.message.replace(/, \w+( '.*)?$/s, '')}${path ? ` (${path})` : ''}`,
    advice[code] ?? 'look at that file, its folder and their rights',
    exits.config,
  );
}

const advice: Record<string, string> = {
  ENOSPC: 'the disk is full: make room and try again',
  EACCES: 'you may not do that with this file: look at its owner and mode (`ls -l`)',
  EROFS: 'this file system is read-only: work in a copy elsewhere',
  EMFILE: 'too many files are open: `ulimit -n 4096` raises the limit',
};

function tellBug(shell: Shell, error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  shell.err(`mcc: this is a bug in mcc ${shell.version}\n${stack}\n`);
  shell.err('hint: please report it with the lines above and the end of .mcc/logs/mcc.log\n');
  return exits.bug;
}
