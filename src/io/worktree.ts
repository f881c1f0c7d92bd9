import { lstat, mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { exclusively, Git } from './git.ts';
import { type Problem, type Repository, RepositoryProblem, repositoryGit } from './repository.ts';
import { trashPlace } from './trash.ts';

/** One entry of `git worktree list`. */
export interface Worktree {
  path: string;
  commit: string;
  /** Null when HEAD is detached. */
  branch: string | null;
  main: boolean;
  /** Why it is locked, maybe an empty text; null when it is not. */
  locked: string | null;
  /** The folder is gone, so that git would forget the entry. */
  gone: boolean;
}

/** The worktrees of a repository, the main one first. */
export async function listWorktrees(repository: Repository): Promise<Worktree[]> {
  const text = await repositoryGit(repository).run(['worktree', 'list', '--porcelain', '-z']);
  return text
    .split('\0\0')
    .filter((entry) => entry !== '')
    .map((entry, index) => {
      const fields = new Map(
        entry.split('\0').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
      );
      const branch = fields.get('branch')?.replace(/^refs\/heads\//, '') ?? null;
      const locked = fields.get('locked');
      return {
        // Git names the folder above the common dir here, which is wrong for a submodule.
        path: index === 0 ? repository.root : (fields.get('worktree') ?? ''),
        commit: fields.get('HEAD') ?? '',
        branch,
        main: index === 0,
        locked: locked === undefined ? null : locked === 'locked' ? '' : locked,
        gone: fields.has('prunable'),
      };
    });
}

/**
 * Git on one worktree, found by the repository's own register: a `.git` file that was rewritten by what runs in the worktree
 * does not matter.
 * @throws RepositoryProblem when the folder is no worktree of the repository
 */
export async function worktreeGit(repository: Repository, path: string): Promise<Git> {
  const real = await realpath(path).catch(() => path);
  if (real === repository.root) return repositoryGit(repository);
  const gitDir = await adminFolder(repository, real);
  if (gitDir === null)
    throw new RepositoryProblem(`${path} is not a worktree of ${repository.root}`, 'git worktree list');
  return new Git(real, { GIT_DIR: gitDir, GIT_COMMON_DIR: repository.commonDir, GIT_WORK_TREE: real });
}

/** The folder in which the repository keeps HEAD and index of a linked worktree; null when it knows no such worktree. */
export async function adminFolder(repository: Repository, realPath: string): Promise<string | null> {
  const all = join(repository.commonDir, 'worktrees');
  const found: string[] = [];
  for (const name of await readdir(all).catch(() => [])) {
    const text = await readFile(join(all, name, 'gitdir'), 'utf8').catch(() => '');
    if (text !== '' && resolve(all, name, text.trimEnd()) === join(realPath, '.git'))
      found.push(join(all, name));
  }
  if (found.length > 1)
    throw new RepositoryProblem(`${realPath} is registered twice: ${found.join(', ')}`, 'git worktree prune');
  return found[0] ?? null;
}

/** Writes the `.git` file of a linked worktree anew when it says something else than the repository's register. */
export async function restoreGitFile(repository: Repository, path: string): Promise<void> {
  const real = await realpath(path);
  const gitDir = await adminFolder(repository, real);
  if (gitDir === null)
    throw new RepositoryProblem(`${path} is not a worktree of ${repository.root}`, 'git worktree list');
  const file = join(real, '.git');
  const right = `gitdir: ${gitDir}\n`;
  const found = await lstat(file).catch(() => null);
  if (found?.isFile() && (await readFile(file, 'utf8')) === right) return;
  const temporary = join(real, `.git.${process.pid}.${Date.now()}`);
  await writeFile(temporary, right, { flag: 'wx' }); // wx: never through a link that waits there
  await rename(temporary, file);
}

export interface NewWorktree {
  repository: Repository;
  path: string;
  /** An `mcc/…` branch, made at `base` unless it exists; null for a detached worktree without files yet. */
  branch: string | null;
  /** A branch, or any name of a commit. */
  base: string;
}

/**
 * Sees to it that there is a worktree at `path`, and returns what it has checked out: whatever that is when it was there
 * already. A branch or folder that is not ours is never touched.
 * @throws RepositoryProblem when the folder or the branch is in other hands
 */
export function ensureWorktree(
  wanted: NewWorktree,
): Promise<{ path: string; branch: string | null; commit: string }> {
  return exclusively(wanted.repository.commonDir, async () => {
    const { repository, branch } = wanted;
    const git = repositoryGit(repository);
    await git.run(['worktree', 'prune']);
    const path = await realTarget(wanted.path);
    const known = await knownWorktree(repository, path);
    if (known) return { path, branch: known.branch, commit: known.commit };

    await requireFree(path, repository);
    const base = await git.tip(wanted.base);
    if (base === null)
      throw new RepositoryProblem(
        `${wanted.base} names no commit of ${repository.root}`,
        'git branch --list',
      );
    await mkdir(dirname(path), { recursive: true });
    if (branch === null) await git.run(['worktree', 'add', '--detach', '--no-checkout', path, base]);
    else if (await branchIsOurs(repository, branch)) await git.run(['worktree', 'add', path, branch]);
    else await git.run(['worktree', 'add', '--no-track', '-b', branch, path, base]);
    return { path, branch, commit: (await (await worktreeGit(repository, path)).commit('HEAD')) ?? base };
  });
}

/** The worktree at `path`, unless making it was cut short (by a crash): such a one is moved out of the way. */
async function knownWorktree(repository: Repository, path: string): Promise<Worktree | null> {
  const known = (await listWorktrees(repository)).find((worktree) => worktree.path === path);
  if (!known) return null;
  if (known.main)
    throw new RepositoryProblem(
      `${path} is the repository itself`,
      'set `worktrees:` in agents.yaml to another folder',
    );
  const there = (await lstat(path).catch(() => null)) !== null;
  // Git locks a worktree with this very reason while `git worktree add` fills it.
  const halfMade = known.locked === 'initializing';
  if (there && !halfMade) return known;
  if (known.locked !== null && !halfMade)
    throw new RepositoryProblem(
      `the folder of the locked worktree ${path} is gone`,
      `git worktree unlock '${path}'`,
    );
  if (there) await rename(path, await trashPlace(repository, path));
  await repositoryGit(repository).run(['worktree', 'unlock', path]);
  await repositoryGit(repository).run(['worktree', 'prune', '--expire', 'now']);
  return null;
}

/** @throws RepositoryProblem when something is at the path where a worktree is to be made */
export async function requireFree(path: string, repository: Repository): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null || (found.isDirectory() && (await readdir(path)).length === 0)) return;
  const hint = `move it away: mv '${path}' '${path}.old', or set \`worktrees:\` in agents.yaml to another folder`;
  throw new RepositoryProblem(`${path} exists and is not a worktree of ${repository.root}`, hint);
}

/** Says whether the branch exists and may be used: ours, and checked out nowhere. @throws RepositoryProblem when it may not */
export async function branchIsOurs(repository: Repository, branch: string): Promise<boolean> {
  const git = repositoryGit(repository);
  if (!(await git.test(['show-ref', '--verify', '--quiet', `refs/heads/${branch}`]))) return false;
  if (!branch.startsWith('mcc/'))
    throw new RepositoryProblem(
      `the branch ${branch} exists and is not one of mcc's`,
      `git branch -m '${branch}' <another name>`,
    );
  const holder = (await listWorktrees(repository)).find((worktree) => worktree.branch === branch);
  if (!holder) return true;
  const { what, hint } = checkedOut(branch, holder.path);
  throw new RepositoryProblem(what, hint);
}

/** Says that a worktree which is not the branch's own has it out. */
export const checkedOut = (branch: string, path: string): Problem => ({
  what: `the branch ${branch} is checked out in ${path}`,
  hint: `git -C '${path}' switch --detach`,
});

/** The real path of a folder that may not exist yet. */
export async function realTarget(path: string): Promise<string> {
  const absolute = resolve(path);
  return realpath(absolute).catch(async () => {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(await realTarget(parent), basename(absolute));
  });
}
