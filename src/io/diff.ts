import type { GitOptions } from './git.ts';
import { type Repository, RepositoryProblem, repositoryGit } from './repository.ts';

/** What `commit` changed since it left `base`; each a branch or any name of a commit. */
export interface DiffRange {
  repository: Repository;
  base: string;
  commit: string;
}

const quiet = ['--no-ext-diff', '--no-textconv', '--no-color'];

/** @throws RepositoryProblem when one of the two names no commit */
async function runDiff({ repository, base, commit }: DiffRange, args: string[], options: GitOptions = {}) {
  const git = repositoryGit(repository);
  const [from, to] = await Promise.all([git.tip(base), git.tip(commit)]);
  if (from === null || to === null) {
    const missing = from === null ? base : commit;
    throw new RepositoryProblem(`${missing} names no commit of ${repository.root}`, 'git branch --list');
  }
  return git.ask(['diff', ...quiet, ...args, `${from}...${to}`, '--'], options);
}

/** How much was changed. */
export async function diffStat(
  wanted: DiffRange,
): Promise<{ files: number; insertions: number; deletions: number }> {
  const text = (await runDiff(wanted, ['--shortstat', '--find-renames'])).stdout;
  const number = (what: RegExp) => Number(what.exec(text)?.[1] ?? 0);
  return {
    files: number(/(\d+) file/),
    insertions: number(/(\d+) insertion/),
    deletions: number(/(\d+) deletion/),
  };
}

export interface ChangedFile {
  path: string;
  /** One letter of git's: A added, M modified, D deleted, T type changed. */
  status: string;
}

/** Which files were changed; a renamed one is one deleted and one added. */
export async function changedFiles(wanted: DiffRange): Promise<ChangedFile[]> {
  const fields = (await runDiff(wanted, ['--name-status', '--no-renames', '-z'])).stdout.split('\0');
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2)
    files.push({ status: fields[at] ?? '', path: fields[at + 1] ?? '' });
  return files;
}

/** The change as text, whole lines of at most `maxBytes` bytes. */
export async function diff(
  wanted: DiffRange,
  maxBytes: number,
): Promise<{ text: string; truncated: boolean }> {
  const { stdout, truncated } = await runDiff(wanted, ['--submodule=short', '--find-renames'], { maxBytes });
  return { text: truncated ? stdout.slice(0, stdout.lastIndexOf('\n') + 1) : stdout, truncated };
}
