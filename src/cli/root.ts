import { findRoot } from './project.ts';
import type { Shell } from './shell.ts';

/**
 * The project's root; throws RepositoryProblem where there is none. Whoever can say why is only loaded then: most
 * verbs are over sooner than that takes.
 */
export async function rootOf(shell: Shell): Promise<string> {
  const found = findRoot(shell);
  if (found !== undefined) return found;
  const { inspect } = await import('../io/repository.ts');
  return (await inspect(shell.cwd)).repository.root;
}
