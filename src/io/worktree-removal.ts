import { lstat, readFile, readlink, realpath, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { exclusively, type Git } from './git.ts';
import { type Repository, RepositoryProblem, repositoryGit } from './repository.ts';
import { trashPlace } from './trash.ts';
import { adminFolder, listWorktrees, restoreGitFile, worktreeGit } from './worktree.ts';
import { changedInWorktree, isHeld, readHead } from './worktree-state.ts';

export type Removal =
  /** It was not there. */
  | { type: 'absent' }
  /** Git could restore every byte of it. */
  | { type: 'removed' }
  /** It held files that git could not restore, so that it was moved. */
  | { type: 'trashed'; to: string }
  | { type: 'refused'; reason: string; files: string[] };

/**
 * Removes a linked worktree; its branch stays. Nothing is deleted that git could not restore, or that is not in the main
 * checkout just so: a worktree with ignored files of its own is moved to `.mcc/trash/`, and one with uncommitted changes or commits that no branch holds stays where it is, unless
 * `unsaved` is `trash`: then it is moved too, still a worktree with its index, and lets go of its branch.
 * @throws RepositoryProblem when the path is not a linked worktree of the repository
 */
export function removeWorktree(wanted: {
  repository: Repository;
  path: string;
  unsaved?: 'refuse' | 'trash';
}): Promise<Removal> {
  const { repository, unsaved = 'refuse' } = wanted;
  return exclusively(repository.commonDir, async () => {
    if ((await lstat(wanted.path).catch(() => null)) === null) {
      await repositoryGit(repository).run(['worktree', 'prune']);
      return { type: 'absent' };
    }
    const path = await requireLinked(repository, wanted.path);
    const git = await worktreeGit(repository, path);
    const files = await changedInWorktree(git);
    const held = await isHeld(git);
    if (files.length > 0 || !held) {
      const reason = held ? 'it has uncommitted changes' : 'it is on a commit that no branch holds';
      return unsaved === 'refuse' ? { type: 'refused', reason, files } : moveUnsaved(repository, git, path);
    }
    if (await hasUnknownContent(repository, git)) {
      const to = await trashPlace(repository, path);
      await rename(path, to);
      await repositoryGit(repository).run(['worktree', 'prune', '--expire', 'now']);
      return { type: 'trashed', to };
    }
    await restoreGitFile(repository, path);
    await repositoryGit(repository).run(['worktree', 'remove', path]);
    return { type: 'removed' };
  });
}

/** True for a link to the main checkout's file, and for a copy that is still the same. */
async function isOfMain(root: string, worktree: string, name: string): Promise<boolean> {
  const [own, main] = [join(worktree, name), join(root, name)];
  const found = await lstat(own).catch(() => null);
  if (found?.isSymbolicLink()) return (await readlink(own)) === main;
  if (!found?.isFile()) return false;
  const [copy, original] = await Promise.all([readFile(own), readFile(main).catch(() => null)]);
  return original?.equals(copy) === true;
}

/** The real path of a worktree which git lists as a linked, unlocked one. */
async function requireLinked(repository: Repository, path: string): Promise<string> {
  const real = await realpath(path);
  const found = (await listWorktrees(repository)).find((worktree) => worktree.path === real);
  if (!found || found.main || (await adminFolder(repository, real)) === null)
    throw new RepositoryProblem(
      `${path} is not a linked worktree of ${repository.root}`,
      'git worktree list',
    );
  if (found.locked !== null)
    throw new RepositoryProblem(`the worktree ${path} is locked`, `git worktree unlock '${path}'`);
  return real;
}

/** Moves a worktree with everything in it, index included, and frees the branch it is on. */
async function moveUnsaved(repository: Repository, git: Git, path: string): Promise<Removal> {
  const head = await readHead(git);
  await restoreGitFile(repository, path);
  await git.run(['update-ref', '--no-deref', '-m', 'mcc: moved to the trash', 'HEAD', head.commit]);
  const to = await trashPlace(repository, path);
  await rename(path, to);
  await repositoryGit(repository).run(['worktree', 'repair', to]);
  return { type: 'trashed', to };
}

/**
 * Whether it holds what `git worktree remove` would delete for good (ignored files, unless they are the main checkout's
 * own) or refuses to judge (submodules).
 */
async function hasUnknownContent({ root }: Repository, git: Git): Promise<boolean> {
  const listed = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const ignored = (await git.run(listed)).split('\0').filter((name) => name !== '');
  for (const name of ignored) if (!(await isOfMain(root, git.cwd, name))) return true;
  const staged = await git.run(['ls-files', '--stage', '-z']);
  return staged.split('\0').some((entry) => entry.startsWith('160000 '));
}
