import { execFile } from 'node:child_process';
import { delimiter, resolve } from 'node:path';
import { isExecutable } from './host.ts';

/** What the tmux host needs of tmux, or why it cannot be. */
export interface TmuxFound {
  /** absolute path */
  readonly file: string;
  /** as it calls itself, e.g. 3.3a or next-3.6 */
  readonly version: string;
}

const usual = '/usr/local/bin:/usr/bin:/bin';

/** The first version with all that is used: environment at new-session, formats of a dead screen, panes switched off. */
const least = [3, 2] as const;

/** Asks tmux for its version. @returns undefined when there is no tmux on PATH */
export function findTmux({
  PATH = usual,
}: {
  readonly PATH?: string | undefined;
}): Promise<TmuxFound | undefined> {
  const file = PATH.split(delimiter)
    .map((folder) => resolve(folder, 'tmux'))
    .find(isExecutable);
  if (!file) return Promise.resolve(undefined);
  return new Promise((done) => {
    execFile(file, ['-V'], { env: { PATH }, timeout: 5000 }, (error, stdout) => {
      const version = /^tmux (\S+)/.exec(stdout)?.[1];
      done(error || !version ? undefined : { file, version });
    });
  });
}

/** Major and minor number of a version; undefined for one built from the sources of a day ("master", "openbsd-7.8"). */
function versionNumbers(version: string): [number, number] | undefined {
  const found = /^(?:next-)?(\d+)\.(\d+)/.exec(version);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

/** Why this tmux cannot hold sessions, as a sentence; undefined when it can. */
export function tmuxProblem(found: TmuxFound | undefined): string | undefined {
  if (!found) return 'host: tmux needs tmux 3.2 or newer, and there is none on PATH';
  const numbers = versionNumbers(found.version);
  if (!numbers || numbers[0] > least[0] || (numbers[0] === least[0] && numbers[1] >= least[1]))
    return undefined;
  return `host: tmux needs tmux 3.2 or newer, and this is tmux ${found.version}`;
}
