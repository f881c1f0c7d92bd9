import { inspect } from '../io/repository.ts';
import { findRoot } from './project.ts';
import type { Shell } from './shell.ts';

/** The project's root; throws RepositoryProblem, in the words of whoever looks closely, where there is none. */
export async function rootOf(shell: Shell): Promise<string> {
  return findRoot(shell) ?? (await inspect(shell.cwd)).repository.root;
}
