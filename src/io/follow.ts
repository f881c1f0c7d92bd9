import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { codeOf, fileError } from './files.ts';
import { type EventParser, parseLines, type StoredEvent } from './log.ts';

/** How often a log is looked at when nothing announced a change (network file systems announce none), in ms. */
const patience = 1000;

/**
 * The events of a log as they are appended, by whoever writes it, until the signal ends it.
 * @param after seq after which to begin: 0 gives the whole log first
 * @throws ConfigError when a line is no event, or the log was cut or replaced
 */
export async function* followLog<E extends StoredEvent>(
  path: string,
  parse: EventParser<E>,
  { after = 0, signal }: { after?: number; signal: AbortSignal },
): AsyncGenerator<E> {
  const changes = watchFile(path, signal);
  let seq = 0;
  let offset = 0;
  let file: FileHandle | undefined;
  try {
    while (!signal.aborted) {
      file ??= await openIfThere(path);
      const bytes = file ? await readFrom(file, path, offset) : Buffer.alloc(0);
      const { events, whole } = parseLines(bytes, path, parse, seq, seq + 1);
      // A line without its end is still being written: it is read again when it is whole.
      const ended = bytes.lastIndexOf(0x0a) + 1;
      for (const event of whole > ended ? events.slice(0, -1) : events) {
        seq = event.seq;
        if (event.seq > after) yield event;
        if (signal.aborted) return;
      }
      offset += ended;
      await changes.next();
    }
  } finally {
    changes.close();
    await file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readFrom(file: FileHandle, path: string, offset: number): Promise<Buffer> {
  const { size, nlink } = await file.stat();
  if (size < offset || nlink === 0)
    throw fileError(path, 'the log was cut or replaced while it was followed', 'mcc log -f');
  const bytes = Buffer.alloc(size - offset);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
  return bytes.subarray(0, bytesRead);
}

/** Tells when a file may have changed; `next` returns at a change since the last call, an abort, or after `patience`. */
function watchFile(path: string, signal: AbortSignal): { next(): Promise<void>; close(): void } {
  let changed = false;
  let wake: (() => void) | undefined;
  const notice = () => {
    changed = true;
    wake?.();
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(path), (_event, name) => {
      if (name === null || name === basename(path)) notice();
    });
    watcher.on('error', () => {}); // then the timer serves
  } catch {
    // no folder yet, or no watches left: the timer serves
  }
  signal.addEventListener('abort', notice);
  return {
    async next() {
      if (!changed && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, patience);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      changed = false;
    },
    close() {
      watcher?.close();
      signal.removeEventListener('abort', notice);
    },
  };
}
