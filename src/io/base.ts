import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesIn } from './branch.ts';
import { exclusively, type Git, GitError } from './git.ts';
import { findDamage } from './objects.ts';
import { type Repository, repositoryGit } from './repository.ts';
import { adminFolder, listWorktrees, type Worktree, worktreeGit } from './worktree.ts';

export type Move =
  /** The base contains the candidate now; `where` is the checkout that went along, or null. */
  | { type: 'moved'; where: string | null }
  /** The base is not at `from` any more: the candidate must be built again, on this commit. */
  | { type: 'stale'; at: string }
  /** Git's reason, the checkout that it refused in, and the files in the way. */
  | { type: 'refused'; reason: string; where: string | null; files: string[] };

export interface MoveRequest {
  repository: Repository;
  /** Name of the base branch. */
  base: string;
  /** Full object names: where the base has to be, and the candidate, which was built on it. */
  from: string;
  to: string;
}

/**
 * Moves the base branch from one commit to a descendant of it, by compare-and-swap. Where a checkout has the branch out,
 * `git merge --ff-only` run there moves ref, index and files together, and git refuses where local changes (or ignored
 * files) are in the way; elsewhere it is `git update-ref`. Hooks do not run. Doing it again once it is done changes nothing.
 */
export function moveBase(request: MoveRequest): Promise<Move> {
  const { repository, base, from, to } = request;
  const refused = (reason: string, where: string | null = null, files: string[] = []): Move => ({
    type: 'refused',
    reason,
    where,
    files,
  });
  return exclusively(repository.commonDir, async () => {
    const git = repositoryGit(repository);
    const ref = `refs/heads/${base}`;
    const tip = await git.commit(ref);
    if (tip === null) return refused(`there is no branch ${base}`);
    if (await git.test(['merge-base', '--is-ancestor', to, tip])) return { type: 'moved', where: null };
    if (tip !== from) return { type: 'stale', at: tip };
    if (!(await git.test(['merge-base', '--is-ancestor', from, to])))
      return refused(`${to} was not built on ${from}`);
    const damage = await findDamage(git, from, to);
    if (damage !== null) return refused(damage);

    const worktrees = await listWorktrees(repository);
    const holders = worktrees.filter((worktree) => worktree.branch === base && !worktree.gone);
    const busy = await findRebase(repository, worktrees, ref);
    if (busy !== null) return refused(`${base} is being rebased there`, busy);
    const [holder, second] = holders;
    if (second)
      return refused(
        `${base} is checked out in ${holders.map((each) => each.path).join(' and ')}`,
        second.path,
      );
    if (holder && !existsSync(holder.path))
      return refused(`${base} is checked out there, but the folder is missing`, holder.path);
    try {
      if (holder) await fastForward(await worktreeGit(repository, holder.path), to);
      else await git.run(['update-ref', '-m', 'mcc: merge', ref, to, from]);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      const now = await git.commit(ref);
      if (now !== null && now !== from && now !== to) return { type: 'stale', at: now };
      return refused(error.stderr, holder?.path ?? null, filesIn(error.stderr));
    }
    const moved = await git.test(['merge-base', '--is-ancestor', to, ref]);
    return moved
      ? { type: 'moved', where: holder?.path ?? null }
      : refused(`${base} does not contain ${to} after the move`, holder?.path);
  });
}

/** What the user's configuration might add to a merge (autostash, squash, an editor) is switched off. */
async function fastForward(git: Git, to: string): Promise<void> {
  const plain = [
    '--ff-only',
    '--no-squash',
    '--no-autostash',
    '--no-overwrite-ignore',
    '--no-edit',
    '--no-stat',
    '--quiet',
  ];
  await git.run(['merge', ...plain, to], { lockWaitMs: 2000 });
}

/** The worktree in which a branch is being rebased: its HEAD is detached meanwhile, but git will move the branch at the end. */
async function findRebase(
  repository: Repository,
  worktrees: Worktree[],
  ref: string,
): Promise<string | null> {
  for (const worktree of worktrees.filter((each) => each.branch === null)) {
    const folder = worktree.main ? repository.commonDir : await adminFolder(repository, worktree.path);
    if (folder === null) continue;
    for (const kind of ['rebase-merge', 'rebase-apply']) {
      const name = await readFile(join(folder, kind, 'head-name'), 'utf8').catch(() => '');
      if (name.trim() === ref) return worktree.path;
    }
  }
  return null;
}
