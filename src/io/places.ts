import { lstat, stat } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { paths } from './paths.ts';
import { type Problem, type Repository, RepositoryProblem, repositoryGit } from './repository.ts';
import { checkedOut, listWorktrees, realTarget, requireFree } from './worktree.ts';

/**
 * What stands in the way of the folders and branches that agents will have, before any of them is made; changes nothing.
 * @param worktrees folder of the worktrees, relative to the root
 * @param agents each with its branch for work without a task
 */
export async function placeProblems(
  repository: Repository,
  worktrees: string,
  agents: readonly { name: string; branch: string }[],
): Promise<Problem[]> {
  const { root, own, worktrees: folder, worktree } = paths(repository.root, worktrees);
  const blocked = (await Promise.all([own, folder].map((path) => fileInWay(root, path)))).flat();
  if (blocked.length > 0) return blocked;
  const [known, refs] = await Promise.all([
    listWorktrees(repository),
    repositoryGit(repository).run(['for-each-ref', '--format=%(refname)', 'refs/heads/mcc/']),
  ]);
  const there = known.filter(({ gone }) => !gone);
  const branches = refs.split('\n').map((ref) => ref.replace(/^refs\/heads\//, ''));
  const found = await Promise.all(
    agents.map(async ({ name, branch }) => {
      const path = await realTarget(worktree(name));
      const room = roomProblems(branches, branch);
      if (room.length > 0 || there.some((worktree) => worktree.path === path)) return room;
      const holder = there.find((worktree) => worktree.branch === branch);
      return [
        ...(await problemOf(requireFree(path, repository))),
        ...(holder ? [checkedOut(branch, holder.path)] : []),
      ];
    }),
  );
  return found.flat();
}

/** Git keeps no branch beside another that is named like its folder. */
const roomProblems = (branches: readonly string[], branch: string): Problem[] =>
  branches
    .filter((other) => branch.startsWith(`${other}/`) || other.startsWith(`${branch}/`))
    .map((other) => ({
      what: `the branch ${other} leaves no room for the branch ${branch}`,
      hint: `git branch -m ${other} ${other.replaceAll('/', '-')}`,
    }));

/** A file, or anything else that is no folder, at the path of a folder of mcc or above it, inside of the root. */
async function fileInWay(root: string, path: string): Promise<Problem[]> {
  for (let at = path; at.length > root.length; at = dirname(at)) {
    if (!(await lstat(at).catch(() => null))) continue;
    if ((await stat(at).catch(() => null))?.isDirectory()) return [];
    const name = relative(root, at);
    return [
      { what: `${at} is no folder, and mcc keeps its own there`, hint: `mv '${at}' '${root}/${name}.old'` },
    ];
  }
  return [];
}

const problemOf = (check: Promise<unknown>): Promise<Problem[]> =>
  check.then(
    () => [],
    (error: unknown) => {
      if (error instanceof RepositoryProblem) return [{ what: error.what, hint: error.hint }];
      throw error;
    },
  );
