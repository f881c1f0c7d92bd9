import { exclusively, GitError } from './git.ts';
import { operationIn } from './operation.ts';
import { type Repository, repositoryGit } from './repository.ts';
import { branchIsOurs, listWorktrees, worktreeGit } from './worktree.ts';
import { changedInWorktree, isHeld, readHead } from './worktree-state.ts';

export type BranchStart =
  | { type: 'started' | 'already'; commit: string }
  | { type: 'refused'; reason: string; files: string[] };

/**
 * Puts a worktree on a branch: a new one at `base`, or an `mcc/…` branch that exists, as it is. What is not committed is
 * neither carried along nor overwritten, not even ignored files: the answer then is `refused`, with the files.
 * @throws RepositoryProblem when the branch is in other hands
 */
export function startBranch(wanted: {
  repository: Repository;
  path: string;
  branch: string;
  base: string;
}): Promise<BranchStart> {
  const { repository, path, branch, base } = wanted;
  const refused = (reason: string, files: string[] = []): BranchStart => ({ type: 'refused', reason, files });
  return exclusively(repository.commonDir, async () => {
    const git = await worktreeGit(repository, path);
    const head = await readHead(git);
    if (head.branch === branch) return { type: 'already', commit: head.commit };
    const operation = await operationIn(await git.line(['rev-parse', '--absolute-git-dir']));
    if (operation !== null) return refused(`a ${operation} is in progress in the worktree`);
    const files = await changedInWorktree(git);
    if (files.length > 0) return refused('the worktree has uncommitted changes', files);
    if (head.branch === null && !(await isHeld(git)))
      return refused('the worktree is on a commit that no branch holds');
    const start = await git.tip(base);
    if (start === null) return refused(`${base} names no commit`);
    const target = (await branchIsOurs(repository, branch)) ? [branch] : ['--no-track', '-c', branch, start];
    try {
      await git.run(['switch', '--quiet', '--no-guess', '--no-overwrite-ignore', ...target], {
        lockWaitMs: 2000,
      });
    } catch (error) {
      if (error instanceof GitError) return refused(error.stderr, filesIn(error.stderr));
      throw error;
    }
    return { type: 'started', commit: (await readHead(git)).commit };
  });
}

/** The files that git names when it refuses to overwrite them: one a line, after a tab. */
export function filesIn(stderr: string): string[] {
  return stderr.split('\n').flatMap((line) => (line.startsWith('\t') ? [line.slice(1)] : []));
}

export interface TeamBranch {
  branch: string;
  commit: string;
  /** The base branch contains all of it, so nothing is lost with it. */
  merged: boolean;
  /** The worktree that has it checked out, or null. */
  checkedOut: string | null;
}

/** The branches `mcc/*` of a repository, for `mcc prune`: those merged and checked out nowhere may go. */
export async function teamBranches(wanted: { repository: Repository; base: string }): Promise<TeamBranch[]> {
  const git = repositoryGit(wanted.repository);
  const list = async (...filter: string[]) =>
    (await git.run(['for-each-ref', '--format=%(objectname) %(refname)', ...filter, 'refs/heads/mcc/']))
      .split('\n')
      .filter((line) => line !== '');
  const [all, merged, worktrees] = await Promise.all([
    list(),
    list(`--merged=refs/heads/${wanted.base}`),
    listWorktrees(wanted.repository),
  ]);
  return all.map((line) => {
    const [commit = '', name = ''] = line.split(' ');
    const branch = name.replace(/^refs\/heads\//, '');
    const holder = worktrees.find((worktree) => worktree.branch === branch)?.path ?? null;
    return { branch, commit, merged: merged.includes(line), checkedOut: holder };
  });
}

/** Deletes the `mcc/*` branches that are merged into the base and checked out nowhere; returns what was deleted. */
export async function pruneBranches(wanted: { repository: Repository; base: string }): Promise<TeamBranch[]> {
  return exclusively(wanted.repository.commonDir, async () => {
    const git = repositoryGit(wanted.repository);
    const free = (await teamBranches(wanted)).filter((each) => each.merged && each.checkedOut === null);
    // Not what it points to, if an agent made it point somewhere.
    for (const { branch, commit } of free)
      await git.run(['update-ref', '--no-deref', '-d', `refs/heads/${branch}`, commit]);
    return free;
  });
}
