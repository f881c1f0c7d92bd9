import { constants } from 'node:fs';
import { cp, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { insideOf } from './files.ts';
import type { Git } from './git.ts';
import { keepOut, type Repository, RepositoryProblem, repositoryGit } from './repository.ts';
import { worktreeGit } from './worktree.ts';

/** Brings what git does not: ignored files of the main checkout into a linked worktree. */

export interface Wanted {
  repository: Repository;
  /** of the worktree */
  path: string;
  /** relative paths; `*`, `?` and `**` stand for what they do in .gitignore */
  copy: readonly string[];
  link: readonly string[];
}

interface Place {
  repository: Repository;
  /** of the worktree */
  root: string;
  git: Git;
}

/**
 * Copies and links files, each only where nothing is yet and git tracks nothing: doing it again changes nothing. Nothing
 * is read from outside of the main checkout or written outside of the worktree, whatever links stand in the way.
 * @returns what was done, a line a file
 * @throws RepositoryProblem for a path that leads out, and for a file that git would take for a change in the worktree
 */
export async function bringFiles({ repository, path, copy, link }: Wanted): Promise<string[]> {
  const place = { repository, root: path, git: await worktreeGit(repository, path) };
  const done: string[] = [];
  for (const [way, patterns] of [
    ['copy', copy],
    ['link', link],
  ] as const)
    for (const pattern of patterns) {
      const names = await ignoredFiles(repository, pattern);
      if (names.length === 0) done.push(`${pattern}: is not there`);
      for (const name of names) done.push(`${name}: ${await bring(place, way, name)}`);
    }
  return done;
}

/** The files of the main checkout that a pattern names, relative to it. */
async function ignoredFiles(repository: Repository, pattern: string): Promise<string[]> {
  const git = repositoryGit(repository);
  const name = posix.normalize(pattern).replace(/\/$/, '');
  if (/[*?]/.test(name)) {
    const listed = ['ls-files', '--others', '--ignored', '--exclude-standard', '-z', '--', `:(glob)${name}`];
    const found = (await git.run(listed)).split('\0').filter((file) => file !== '' && !file.endsWith('/'));
    return found.filter((file) => !file.startsWith('.mcc/'));
  }
  if (insideOf(repository.root, name) === undefined)
    throw new RepositoryProblem(
      `\`${pattern}\` of \`worktree:\` leads out of ${repository.root}`,
      'take it out of agents.yaml, or put the file itself in its place',
    );
  if ((await lstat(join(repository.root, name)).catch(() => null)) === null) return [];
  if (await git.test(['check-ignore', '--quiet', '--', name])) return [name];
  // What is tracked comes with the branch.
  if ((await git.run(['ls-files', '-z', '--', name])) !== '') return [];
  throw new RepositoryProblem(
    `\`${pattern}\` of \`worktree:\` is not ignored by git: in a worktree it would count as a change`,
    `echo '/${name}' >> .gitignore`,
  );
}

async function bring(place: Place, way: 'copy' | 'link', name: string): Promise<string> {
  const { repository, root, git } = place;
  const from = insideOf(repository.root, name);
  const parent = insideOf(root, dirname(name));
  if (from === undefined || parent === undefined)
    throw new RepositoryProblem(
      `${name} leads out of ${from === undefined ? repository.root : root} by a link`,
      `ls -l '${join(from === undefined ? repository.root : root, name)}'`,
    );
  const tracked = new Set((await git.run(['ls-files', '-z', '--', name])).split('\0'));
  const to = join(root, name);
  if (way === 'copy') return copyInto(from, to, name, tracked);
  if (tracked.size > 1) return 'git tracks it';
  if ((await lstat(to).catch(() => null)) !== null)
    return (await readlink(to).catch(() => '')) === from ? 'is linked' : 'is there already';
  await mkdir(parent, { recursive: true });
  await symlink(from, to);
  // A rule such as `node_modules/` means folders only, and a link is none.
  if (!(await git.test(['check-ignore', '--quiet', '--', name])))
    await keepOut(repository, [`/${name.replaceAll(/[\\*?[\]!# ]/g, '\\$&')}`]);
  return 'linked';
}

/** Copies what is not there, with blocks shared where the file system can; links are copied as links. */
async function copyInto(
  from: string,
  to: string,
  name: string,
  tracked: ReadonlySet<string>,
): Promise<string> {
  if (tracked.has(name)) return 'git tracks it';
  const [source, target] = await Promise.all([lstat(from), lstat(to).catch(() => null)]);
  const within = [...tracked].some((file) => file.startsWith(`${name}/`));
  if (target === null && !within) {
    await mkdir(dirname(to), { recursive: true });
    const options = { recursive: true, verbatimSymlinks: true, errorOnExist: true, force: false };
    await cp(from, to, { ...options, mode: constants.COPYFILE_FICLONE });
    return 'copied';
  }
  if (!source.isDirectory() || (target !== null && !target.isDirectory())) return 'is there already';
  await mkdir(to, { recursive: true });
  for (const file of await readdir(from))
    await copyInto(join(from, file), join(to, file), `${name}/${file}`, tracked);
  return 'copied what was missing';
}
