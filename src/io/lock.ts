import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './files.ts';
import { isAlive, startTime } from './process.ts';

/**
 * A lock that a crash cannot leave shut: a folder with one empty file whose name tells its owner.
 *
 *     run/lock/4711@123456.0f3a9c1e-88d2@1b9d6bcd      pid @ start time @ this one holding of it
 *
 * It is taken by renaming a folder that already holds that file, which the file system lets happen only where there is
 * none or an empty one. A stale one is opened by removing the file of exactly that dead owner, so nobody who looked
 * before another took it over can take it from that other.
 */
export interface Owner {
  pid: number;
  /** start time of the process, as startTime gives it */
  start: string;
}

export type Acquired =
  | { release: () => Promise<void>; held?: undefined }
  | { release?: undefined; held: Owner };

const pattern = /^(\d+)@([0-9A-Za-z.-]+)@[0-9a-f]+$/;

/**
 * Takes the lock at a path, from a dead owner too.
 * @returns how to give it back, or who holds it (the caller's own process included)
 * @throws Error when the folder cannot be written or holds something else
 */
export async function acquire(path: string): Promise<Acquired> {
  const start = startTime(process.pid);
  if (start === undefined) throw new Error('the start time of this process cannot be read');
  await mkdir(dirname(path), { recursive: true });
  const made = await mkdtemp(`${path}.`);
  const mine = `${process.pid}@${start}@${randomUUID().slice(0, 8)}`;
  try {
    await writeFile(join(made, mine), '');
    for (let tries = 0; tries < 1000; tries++) {
      if (await moveIn(made, path)) return { release: () => release(path, mine) };
      const held = await clearStale(path);
      if (held) return { held };
    }
    throw new Error(`${path} holds something that is no lock: look at it and move it away`);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Who holds the lock at a path now; undefined when nobody alive does. */
export async function holderOf(path: string): Promise<Owner | undefined> {
  return (await ownersIn(path)).map(({ owner }) => owner).find(({ pid, start }) => isAlive(pid, start));
}

/** @returns whether the lock was free and is now taken */
async function moveIn(made: string, path: string): Promise<boolean> {
  try {
    await rename(made, path);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return false;
    throw error;
  }
}

/** Removes the files of dead owners. @returns the owner who lives */
async function clearStale(path: string): Promise<Owner | undefined> {
  for (const { file, owner } of await ownersIn(path)) {
    if (isAlive(owner.pid, owner.start)) return owner;
    await unlink(join(path, file)).catch(unlessCode('ENOENT'));
  }
  return undefined;
}

async function ownersIn(path: string): Promise<{ file: string; owner: Owner }[]> {
  const files = await readdir(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return files.flatMap((file) => {
    const [, pid, start] = pattern.exec(file) ?? [];
    return pid === undefined || start === undefined ? [] : [{ file, owner: { pid: Number(pid), start } }];
  });
}

async function release(path: string, mine: string): Promise<void> {
  await unlink(join(path, mine)).catch(unlessCode('ENOENT'));
  await rmdir(path).catch(unlessCode('ENOENT', 'ENOTEMPTY', 'EEXIST')); // another has taken it already
}

const unlessCode =
  (...codes: string[]) =>
  (error: unknown): void => {
    if (!codes.includes(codeOf(error))) throw error;
  };
