/**
 * Which files of the repository a pattern means, from its root: `src/api` is that file or folder with all in it, `*` and
 * `?` stand for characters within one name, `**` for any number of folders.
 */
export function means(pattern: string, path: string): boolean {
  const steps = pattern.split('/').filter((step) => step !== '' && step !== '.');
  const source = steps
    .map((step, index) => {
      if (step === '**') return index === steps.length - 1 ? '.*' : '(?:[^/]+/)*';
      return `${literally(step)}${index === steps.length - 1 ? '' : '/'}`;
    })
    .join('');
  return new RegExp(`^${source}(?:/.*)?$`, 's').test(path);
}

const literally = (step: string): string =>
  step
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');

/** Those of the files that none of the patterns means; none where there is no pattern, which fences nothing. */
export const outsideOf = (patterns: readonly string[], files: readonly string[]): string[] =>
  patterns.length === 0 ? [] : files.filter((file) => !patterns.some((pattern) => means(pattern, file)));

/** A place in the repository that a tool is about to touch, as it lies there, links followed. */
export interface Touch {
  writes: boolean;
  /** `own`: the agent's worktree; `main`: the main checkout; else the worktree of that agent */
  where: 'own' | 'main' | { agent: string };
  /** relative to the worktree or checkout that it lies in */
  path: string;
}

/** Why an agent must not touch a place, for the agent to read; null when it may. */
export function fenced(
  { write, hidden }: { write: readonly string[]; hidden: readonly string[] },
  worktree: string,
  { writes, where, path }: Touch,
): string | null {
  if (hidden.some((pattern) => means(pattern, path)))
    return `${path} is hidden from you by the team file: do without it`;
  if (!writes) return null;
  if (where === 'own')
    return outsideOf(write, [path]).length > 0
      ? `${path} is not yours to change: ${write.join(', ')} is. Ask its owner with \`mcc send\`, or the architect for a task of theirs`
      : null;
  const place = where === 'main' ? 'the main checkout' : `the worktree of ${where.agent}`;
  return `this is ${path} of ${place}, and never yours to write. Your own worktree is ${worktree}`;
}
