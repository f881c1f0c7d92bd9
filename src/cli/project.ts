import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Shell } from './shell.ts';

/**
 * The root of the project that a verb is about: where agents.yaml and .mcc/ are. Inside an agent's session MCC_ROOT
 * tells it; elsewhere it is the main worktree of the repository around the current folder, also from one of its
 * linked worktrees. Read from git's files, since starting git costs a short verb more than all else it does.
 * Returns undefined where no such checkout is found: `inspect` then says why.
 */
export function findRoot({ cwd, env }: Pick<Shell, 'cwd' | 'env'>): string | undefined {
  const told = env.MCC_ROOT;
  if (told && isFolder(told)) return realpathSync(told);
  for (let folder = cwd; ; folder = dirname(folder)) {
    const git = statSync(join(folder, '.git'), { throwIfNoEntry: false });
    if (git?.isDirectory()) return realpathSync(folder);
    if (git?.isFile()) return rootOfLinked(folder);
    if (dirname(folder) === folder) return undefined;
  }
}

/** The linked worktree around the current folder; undefined in a main one, and in none. */
export function linkedWorktree({ cwd }: Pick<Shell, 'cwd'>): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const git = statSync(join(folder, '.git'), { throwIfNoEntry: false });
    if (git) return git.isFile() && rootOfLinked(folder) !== realpathSync(folder) ? folder : undefined;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Where a `.git` file leads: a linked worktree to its main one; a submodule is a repository of its own. */
function rootOfLinked(folder: string): string | undefined {
  const gitDir = resolve(folder, /^gitdir: (.*)$/m.exec(readIfThere(join(folder, '.git')))?.[1] ?? '.');
  const common = readIfThere(join(gitDir, 'commondir')).trim();
  if (common === '') return realpathSync(folder);
  const commonDir = resolve(gitDir, common);
  return basename(commonDir) === '.git' ? realpathSync(dirname(commonDir)) : undefined;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
