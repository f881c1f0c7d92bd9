import { type Repository, repositoryGit } from './repository.ts';

/** Two commits: what `commit` changed since it left `base`. */
export interface DiffRange {
  repository: Repository;
  base: string;
  commit: string;
}

const quiet = ['--no-ext-diff', '--no-textconv', '--no-color'];
const range = ({ base, commit }: DiffRange) => ['--end-of-options', `${base}...${commit}`, '--'];

/** How much was changed. */
export async function diffStat(
  wanted: DiffRange,
): Promise<{ files: number; insertions: number; deletions: number }> {
  const text = await repositoryGit(wanted.repository).run([
    'diff',
    '--shortstat',
    ...quiet,
    ...range(wanted),
  ]);
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
  const args = ['diff', '--name-status', '--no-renames', '-z', ...quiet, ...range(wanted)];
  const fields = (await repositoryGit(wanted.repository).run(args)).split('\0');
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
  const args = ['diff', '--submodule=short', '--find-renames', ...quiet, ...range(wanted)];
  const { stdout, truncated } = await repositoryGit(wanted.repository).ask(args, { maxBytes });
  return { text: truncated ? stdout.slice(0, stdout.lastIndexOf('\n') + 1) : stdout, truncated };
}
