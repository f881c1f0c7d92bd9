import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesIn } from './branch.ts';
import { exclusively, type Git, GitError } from './git.ts';
import { findDamage } from './objects.ts';
import { type Repository, repositoryGit } from './repository.ts';
import { adminFolder, listWorktrees, type Worktree, worktreeGit } from './worktree.ts';
import { changedInWorktree } from './worktree-state.ts';

export type Move =
  /** The base contains the candidate now; `where` is the checkout that went along, or null. */
  | { type: 'moved'; where: string | null }
  /** The base is not at `from` any more: the candidate must be built again, on this commit. */
  | { type: 'stale'; at: string }
  /** Git's reason, the checkout that it refused in, and the files in the way. */
  | { type: 'refused'; reason: string; where: string | null; files: string[] };

export type Obstacle = Extract<Move, { type: 'refused' }>;

const refused = (reason: string, where: string | null = null, files: string[] = []): Obstacle => ({
  type: 'refused',
  reason,
  where,
  files,
});

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

    const { holder, obstacle } = await findHolder(repository, base);
    if (obstacle) return obstacle;
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

/**
 * Says what would keep `moveBase` from moving the base now, before any work is spent on it: nothing is changed and no lock is
 * taken. Null says that nothing is known to; git itself has the last word when it moves.
 */
export async function findObstacle({ repository, base, from, to }: MoveRequest): Promise<Obstacle | null> {
  const { holder, obstacle } = await findHolder(repository, base);
  if (obstacle) return obstacle;
  return holder ? changesInWay(await worktreeGit(repository, holder.path), holder.path, from, to) : null;
}

/** The checkout that has the base out, if any, or why none of them can go along. */
async function findHolder(
  repository: Repository,
  base: string,
): Promise<{ holder?: Worktree; obstacle?: Obstacle }> {
  const worktrees = await listWorktrees(repository);
  const holders = worktrees.filter((worktree) => worktree.branch === base && !worktree.gone);
  const busy = await findRebase(repository, worktrees, `refs/heads/${base}`);
  if (busy !== null) return { obstacle: refused(`${base} is being rebased there`, busy) };
  const [holder, second] = holders;
  if (!holder) return {};
  const all = holders.map((each) => each.path).join(' and ');
  if (second) return { obstacle: refused(`${base} is checked out in ${all}`, second.path) };
  return existsSync(holder.path)
    ? { holder }
    : { obstacle: refused(`${base} is checked out there, but the folder is missing`, holder.path) };
}

/**
 * What `git merge --ff-only` would refuse for in a checkout, in its words (unpack-trees.c): a file that the candidate changes
 * and that was changed here, or one that it adds and that is here already, unless the index holds just what the candidate does.
 */
async function changesInWay(git: Git, where: string, from: string, to: string): Promise<Obstacle | null> {
  const [status, diff] = await Promise.all([
    changedInWorktree(git),
    git.run([
      'diff',
      '--name-status',
      '-z',
      '--no-renames',
      '--no-ext-diff',
      '--ignore-submodules',
      from,
      to,
    ]),
  ]);
  const dirty = new Set(status);
  const fields = diff.split('\0');
  const changed = fields.flatMap((path, at) =>
    at % 2 === 1 ? [{ path, added: fields[at - 1] === 'A' }] : [],
  );
  const suspects = changed.filter(
    ({ path, added }) => (added || dirty.has(path)) && existsSync(join(where, path)),
  );
  if (suspects.length === 0) return null;
  const cached = ['diff-index', '--cached', '--name-only', '-z', '--no-renames', '--ignore-submodules', to];
  const differing = new Set((await git.run(cached)).split('\0'));
  const inWay = suspects.filter(({ path }) => differing.has(path));
  const mine = inWay.filter(({ added }) => !added);
  const [what, files] =
    mine.length > 0
      ? ['Your local changes to the following', mine]
      : ['The following untracked working tree', inWay];
  return files.length === 0
    ? null
    : refused(
        `${what} files would be overwritten by merge`,
        where,
        files.map(({ path }) => path),
      );
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
