import { existsSync, watch } from 'node:fs';

/**
 * Tells once when a folder is gone, removed or moved away itself; nothing runs meanwhile. Where the system has no watch
 * left, nothing is told.
 * @returns how to stop
 */
export function watchPresence(path: string, gone: () => void): () => void {
  try {
    const watcher = watch(path, () => look());
    const look = () => {
      if (existsSync(path)) return;
      watcher.close();
      gone();
    };
    watcher.on('error', look);
    return () => watcher.close();
  } catch {
    return () => {};
  }
}
