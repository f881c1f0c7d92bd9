import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Repository } from './repository.ts';

/** A free place in `.mcc/trash/` for what was at `path`: mcc moves files there instead of deleting them. The folder is made. */
export async function trashPlace(repository: Repository, path: string): Promise<string> {
  const trash = join(repository.root, '.mcc', 'trash');
  await mkdir(trash, { recursive: true });
  const taken = new Set(await readdir(trash));
  for (let number = 1; ; number++) {
    const name = `${basename(path)}.${number}`;
    if (!taken.has(name)) return join(trash, name);
  }
}
