import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files by which git knows that something was begun in a worktree and not ended (gitrepository-layout(5), git's wt-status.c). */
const marks = [
  ['MERGE_HEAD', 'merge'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
] as const;

export type Operation = (typeof marks)[number][1];

/** Returns what is in progress in the worktree with this git directory, or null. */
export async function operationIn(gitDir: string): Promise<Operation | null> {
  for (const [file, operation] of marks) {
    const found = await stat(join(gitDir, file)).catch(() => null);
    if (found !== null) return operation;
  }
  return null;
}
