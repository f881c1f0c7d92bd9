import type { Git } from './git.ts';
import type { Repository } from './repository.ts';
import { worktreeGit } from './worktree.ts';

/** What a worktree holds, compared with the base branch. */
export interface WorktreeState {
  /** Null when HEAD is detached. */
  branch: string | null;
  commit: string;
  /** Something is not committed: a change, or a file that git does not know. */
  dirty: boolean;
  /** How many files (a new folder counts as one) are not committed. */
  files: number;
  /** Commits that the base does not have. */
  ahead: number;
  /** Commits of the base that are missing here. */
  behind: number;
  /** Lines added and removed since the branch left the base, uncommitted ones included, new files git does not know not. */
  insertions: number;
  deletions: number;
}

/**
 * Looks at a worktree without taking a lock in it: three git processes, made for polling.
 * @throws RepositoryProblem when the folder is no worktree of the repository, or Error when git does not tell what is checked out
 */
export async function worktreeState(wanted: {
  repository: Repository;
  path: string;
  base: string;
}): Promise<WorktreeState> {
  const git = await worktreeGit(wanted.repository, wanted.path);
  const base = `refs/heads/${wanted.base}`;
  // One after the other: to start a process stops this one for some milliseconds, which a person's key must not wait for thrice.
  const status = await git.run([...statusArgs, '--branch']);
  const count = await git.line(['rev-list', '--left-right', '--count', `${base}...HEAD`]);
  const diff = await git.ask(
    [
      'diff',
      '--shortstat',
      '--no-ext-diff',
      '--no-textconv',
      '--find-renames',
      '--ignore-submodules=dirty',
      '--merge-base',
      base,
    ],
    {
      accept: [0, 128], // 128: the branch and the base have no commit in common
    },
  );
  const entries = status.split('\0');
  const header = (name: string) =>
    entries.find((entry) => entry.startsWith(`# branch.${name} `))?.slice(name.length + 10) ?? '';
  const files = entries.filter((entry) => changedPath(entry) !== null).length;
  const [behind = 0, ahead = 0] = count.split('\t').map(Number);
  const head = header('head');
  // git always tells both: an answer that did not come whole is none.
  if (head === '' || header('oid') === '')
    throw new Error(`git status told nothing of HEAD: ${JSON.stringify(status.slice(0, 200))}`);
  return {
    branch: head === '(detached)' ? null : head,
    commit: header('oid'),
    dirty: files > 0,
    files,
    ahead,
    behind,
    insertions: Number(/(\d+) insertion/.exec(diff.stdout)?.[1] ?? 0),
    deletions: Number(/(\d+) deletion/.exec(diff.stdout)?.[1] ?? 0),
  };
}

// Submodules are not entered: what they are configured to run belongs to the agent.
const statusArgs = [
  'status',
  '--porcelain=v2',
  '-z',
  '--untracked-files=normal',
  '--ignore-submodules=dirty',
  '--no-renames',
];

/** The files that differ from HEAD, and those git does not know (a folder of these as one entry, unless `all` are asked for). */
export async function changedInWorktree(git: Git, untracked: 'normal' | 'all' = 'normal'): Promise<string[]> {
  const status = await git.run([...statusArgs, `--untracked-files=${untracked}`]);
  return status.split('\0').flatMap((entry) => changedPath(entry) ?? []);
}

/** The path in a line of `git status --porcelain=v2 --no-renames -z` (git-status(1)); null for a header. */
function changedPath(entry: string): string | null {
  const before: Record<string, number> = { '1': 8, u: 10, '?': 1 };
  const fields = before[entry[0] ?? ''];
  return fields === undefined ? null : entry.split(' ').slice(fields).join(' ');
}

/** What HEAD of a worktree is. */
export async function readHead(git: Git): Promise<{ branch: string | null; commit: string }> {
  const name = await git.ask(['symbolic-ref', '--quiet', 'HEAD'], { accept: [0, 1] });
  const commit = await git.line(['rev-parse', '--verify', 'HEAD']);
  const branch = name.code === 0 ? name.stdout.trim().replace(/^refs\/heads\//, '') : null;
  return { branch, commit };
}

/** Whether some branch or tag holds the commit that is checked out. */
export async function isHeld(git: Git): Promise<boolean> {
  const commit = await git.line(['rev-parse', '--verify', 'HEAD']);
  return (await git.run(['for-each-ref', '--count=1', `--contains=${commit}`])) !== '';
}
