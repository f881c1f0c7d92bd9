import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { checkRepository } from './checks.ts';
import { exclusively, Git, GitError } from './git.ts';
import type { Env } from './run.ts';
import { isOn, standingOf } from './standing.ts';

/** The repository that mcc works in. */
export interface Repository {
  /** The main worktree: where agents.yaml and .mcc/ are. A real path. */
  root: string;
  /** The git directory that all worktrees share. A real path. */
  commonDir: string;
  gitVersion: string;
  /** The branch checked out in the main worktree; null when HEAD is detached. */
  head: string | null;
  /** The commit checked out in the main worktree; null before the first commit. */
  commit: string | null;
  /** Whether commits are to be signed (commit.gpgsign). */
  signs: boolean;
}

/** What is wrong, in one sentence, and what to do about it: a command where one helps. */
export interface Problem {
  what: string;
  hint: string;
}

/** A place where mcc cannot work, or a thing in the repository that is not as it must be; nothing was changed. */
export class RepositoryProblem extends Error implements Problem {
  override name = 'RepositoryProblem';
  readonly what: string;
  readonly hint: string;

  constructor(what: string, hint: string) {
    super(what);
    this.what = what;
    this.hint = hint;
  }
}

export interface InspectOptions {
  /** The base branch that agents.yaml names; default: the branch that is checked out. */
  base?: string;
  /** Added to git's environment, for tests. */
  env?: Env;
  /** Free bytes below which the disk counts as full. */
  minFreeBytes?: number;
  /** How long, in ms, signing may take. */
  signingMs?: number;
}

export interface Inspection {
  repository: Repository;
  /** What must be put right before anything is started. */
  problems: Problem[];
  /** What a person should know, and need not act on. */
  notes: string[];
}

/** `git merge-tree --write-tree` came with it. */
const oldestGit = [2, 38] as const;

/**
 * Looks at the repository around `cwd` and changes nothing in it.
 * @returns the repository, what is wrong with it and what is worth knowing
 * @throws RepositoryProblem when there is none that mcc could work in (no git, no repository, bare, inside of .git, …)
 */
export async function inspect(cwd: string, options: InspectOptions = {}): Promise<Inspection> {
  const git = new Git(cwd, options.env);
  const locating = locate(git);
  locating.catch(() => {}); // what is wrong with git itself goes before
  const gitVersion = await requireGit(git);
  const { root, commonDir, shallow, notes } = await locating;
  const main = new Git(root, { ...options.env, GIT_DIR: commonDir, GIT_WORK_TREE: root });
  const standing = await standingOf(main, shallow, options.base);
  const { head, commit } = standing;
  const signs = isOn(standing, 'commit.gpgsign');
  const repository: Repository = { root, commonDir, gitVersion, head, commit, signs };
  const found = await checkRepository(repository, standing, main, options);
  return { repository, problems: found.problems, notes: [...notes, ...found.notes] };
}

/** Git on the main worktree, whatever its `.git` says. */
export function repositoryGit(repository: Repository): Git {
  return new Git(repository.root, { GIT_DIR: repository.commonDir, GIT_WORK_TREE: repository.root });
}

/**
 * Keeps files out of git by lines in the repository's own `info/exclude`, which is no tracked file. Lines already there are
 * not added again.
 * @param lines patterns, anchored: `/.mcc/`
 */
export function keepOut(repository: Repository, lines: readonly string[]): Promise<void> {
  return exclusively(repository.commonDir, async () => {
    const file = join(repository.commonDir, 'info', 'exclude');
    const text = await readFile(file, 'utf8').catch(() => '');
    const known = new Set(text.split(/\r?\n/));
    const missing = lines.filter((line) => !known.has(line));
    if (missing.length === 0) return;
    await mkdir(dirname(file), { recursive: true });
    const start = text === '' || text.endsWith('\n') ? '' : '\n';
    await writeFile(file, `${start}${missing.join('\n')}\n`, { flag: 'a' });
  });
}

/** Returns git's version, e.g. 2.39.5. */
async function requireGit(git: Git): Promise<string> {
  const text = await git.line(['version']).catch((error: unknown) => {
    if (error instanceof GitError || !(error instanceof Error)) throw error;
    if (error.message.includes('no such folder'))
      throw new RepositoryProblem(error.message, 'cd into a git repository');
    throw new RepositoryProblem('git is not installed, or not in PATH', 'install git 2.38 or newer');
  });
  const version = /\d+(\.\d+)+/.exec(text)?.[0] ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const old = major < oldestGit[0] || (major === oldestGit[0] && minor < oldestGit[1]);
  if (old) {
    const oldest = oldestGit.join('.');
    throw new RepositoryProblem(
      `git ${version} is too old: mcc needs ${oldest} (for merge-tree)`,
      `install git ${oldest} or newer`,
    );
  }
  return version;
}

interface Place {
  root: string;
  commonDir: string;
  shallow: boolean;
  notes: string[];
}

/** Finds the main worktree and the common git directory from any folder inside of them. */
async function locate(git: Git): Promise<Place> {
  const asked = ['--is-bare-repository', '--is-inside-work-tree', '--is-shallow-repository'];
  const paths = ['--git-dir', '--git-common-dir', '--show-toplevel', '--show-superproject-working-tree'];
  // It answers one after the other, and ends with 128 at the first that it cannot: outside of a checkout, --show-toplevel.
  const answer = await git.ask(['rev-parse', '--path-format=absolute', ...asked, ...paths], {
    accept: [0, 128],
  });
  const [bare, inside, shallow, gitDir = '', common = '', ...around] = answer.stdout.trimEnd().split('\n');
  const [top = '', above = '', ...rest] = around;
  if (common === '') throw noRepository(git.cwd, answer.stderr);
  if (rest.length > 0 || !top.startsWith(above)) throw newlineInPath();
  if (bare === 'true')
    throw new RepositoryProblem(
      `${gitDir} is a bare repository: it has no files to work on`,
      `git clone '${gitDir}' project && cd project`,
    );
  if (inside !== 'true')
    throw new RepositoryProblem(`${git.cwd} lies inside of the .git folder`, `cd '${dirname(common)}'`);
  if (answer.code !== 0) throw noRepository(git.cwd, answer.stderr);

  const commonDir = await realpath(common);
  if ((await realpath(gitDir)) === commonDir) {
    const notes =
      above === ''
        ? []
        : [
            `this is a submodule of ${above}: mcc works in the submodule's own repository, ${above} is left alone`,
          ];
    return { root: await realpath(top), commonDir, shallow: shallow === 'true', notes };
  }
  const root = await mainWorktree(git, commonDir, top);
  const notes = [`${top} is a worktree of ${root}: mcc works from there`];
  return { root, commonDir, shallow: shallow === 'true', notes };
}

/** The main worktree that the linked worktree `top` belongs to; git itself does not tell it for submodules and bare ones. */
async function mainWorktree(git: Git, commonDir: string, top: string): Promise<string> {
  const config = async (key: string) =>
    (await git.ask(['config', '--file', join(commonDir, 'config'), key], { accept: [0, 1] })).stdout.trim();
  const named = await config('core.worktree');
  const root =
    named !== '' ? resolve(commonDir, named) : basename(commonDir) === '.git' ? dirname(commonDir) : null;
  if (root !== null && (await config('core.bare')) !== 'true') return realpath(root);
  const what = `${top} is a worktree of ${commonDir}, which has no checkout of its own that mcc could work from`;
  throw new RepositoryProblem(what, `git clone '${commonDir}' project && cd project`);
}

function noRepository(cwd: string, stderr: string): RepositoryProblem {
  const words = /^fatal: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim();
  if (/not a git repository/.test(words))
    return new RepositoryProblem(
      `${cwd} is not in a git repository`,
      'git init && git add . && git commit -m "Start"',
    );
  if (/dubious ownership/.test(words)) {
    const folder = /dubious ownership in repository at '([^']*)'/.exec(words)?.[1] ?? cwd;
    return new RepositoryProblem(
      `git does not trust ${folder}: it belongs to another user`,
      `git config --global --add safe.directory '${folder}'`,
    );
  }
  if (/unknown repository extension|repository.*version|Expected git repo version/i.test(stderr))
    return new RepositoryProblem(
      `this git is too old for the format of the repository: ${stderr.trim().split('\n').join(' ')}`,
      'install a newer git',
    );
  return new RepositoryProblem(`git cannot open the repository: ${words}`, 'git status');
}

function newlineInPath(): RepositoryProblem {
  return new RepositoryProblem(
    'the path of the repository has a line break in it',
    'rename that folder, or work in a clone elsewhere',
  );
}
