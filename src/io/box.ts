import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { codeOf, parseJson } from './files.ts';

/**
 * A box: a folder into which anyone may put JSON files, with an editor, a script or by a rename. What is right is
 * given to the supervisor, which moves it on to `cur/` when it has dealt with it; what is wrong is moved to `bad/`
 * with the reason beside it, but only when nobody has written to it for a while.
 */
export interface BoxKind<T> {
  /** folder of new files, inside of the box: `new`, or `.` for the box itself */
  arrivals: string;
  /** largest file, in bytes */
  largest: number;
  /**
   * Checks one parsed file.
   * @param name its name without `.json`
   * @param folder the box
   * @throws Error with one sentence that says what was expected
   */
  read(value: unknown, name: string, folder: string): T;
  /** the name that the file of a value must have, without `.json`, where it may not keep its own */
  nameOf?(value: T): string;
}

export interface Arrival<T> {
  value: T;
  /** path of the file; it stays there until it is moved on */
  file: string;
}

/** A file that was moved aside. */
export interface Misfit {
  /** its name as it came */
  name: string;
  /** where it is now; the reason stands beside it */
  file: string;
  reason: string;
}

export interface Scan<T> {
  arrivals: Arrival<T>[];
  bad: Misfit[];
  /** names of files that are not right yet, and were written to so lately that their writer may not be done */
  unsettled: string[];
}

/** How long a wrong file is left alone after it was last touched, in ms: an editor may be in the middle of it. */
export const settleTime = 1500;

/** What editors and downloads put beside a file while they work: hidden files, backups, vim's probe 4913. */
const passing = /^\.|~$|^#|^4913$|\.(?:sw[a-z]|tmp|temp|part|crdownload|bak)$/;

/**
 * Looks through a box; the files are given in order of their names.
 * @param known signatures of files already given, by name: these are left out, and it is brought up to date
 */
export async function scanBox<T>(
  folder: string,
  kind: BoxKind<T>,
  options: { settle?: number; known?: Map<string, string> } = {},
): Promise<Scan<T>> {
  const { settle = settleTime, known = new Map<string, string>() } = options;
  const found: Scan<T> = { arrivals: [], bad: [], unsettled: [] };
  const arrivals = join(folder, kind.arrivals);
  const names = (await namesIn(arrivals)).filter((name) => !passing.test(name) && !isOwn(kind, name)).sort();
  for (const name of known.keys()) if (!names.includes(name)) known.delete(name);
  for (const name of names) {
    const file = join(arrivals, name);
    const stat = await lstat(file).catch(() => undefined);
    if (!stat || known.get(name) === signatureOf(stat)) continue; // moved on meanwhile, or given before
    try {
      const arrival = await readArrival(folder, kind, name);
      if (!arrival) continue;
      found.arrivals.push(arrival);
      known.set(basename(arrival.file), signatureOf(await lstat(arrival.file)));
    } catch (error) {
      const age = Math.abs(Date.now() - Math.max(stat.mtimeMs, stat.ctimeMs));
      const reason = error instanceof Error ? error.message : String(error);
      if (age < settle) found.unsettled.push(name);
      else found.bad.push({ name, file: await moveAside(folder, file, reason), reason });
    }
  }
  return found;
}

const signatureOf = (stat: Stats) => `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;

/** Where new files lie in the box itself, its own folders lie beside them. */
const isOwn = (kind: BoxKind<unknown>, name: string) =>
  kind.arrivals === '.' && ['cur', 'bad', 'tmp'].includes(name);

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
    throw error;
  }
}

/** @returns undefined when the file was moved on meanwhile */
async function readArrival<T>(
  folder: string,
  kind: BoxKind<T>,
  name: string,
): Promise<Arrival<T> | undefined> {
  if (extname(name) !== '.json') throw new Error('expected a file whose name ends in .json');
  const file = join(folder, kind.arrivals, name);
  const bytes = await readSmall(file, kind.largest);
  if (bytes === undefined) return undefined;
  const value = kind.read(parseJson(bytes, name), basename(name, '.json'), folder);
  const wanted = `${kind.nameOf?.(value) ?? basename(name, '.json')}.json`;
  if (wanted === name) return { value, file };
  const target = join(folder, kind.arrivals, wanted);
  if (await lstat(target).catch(() => undefined))
    throw new Error(`expected another id: ${wanted} waits already`);
  await rename(file, target);
  return { value, file: target };
}

/** Reads a regular file of at most `largest` bytes: no link is followed, and a pipe does not make it wait. */
async function readSmall(path: string, largest: number): Promise<Buffer | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (['ELOOP', 'EMLINK'].includes(codeOf(error))) throw new Error('expected a file, found a link');
    if (codeOf(error) === 'ENXIO') throw new Error('expected a file, found a socket or pipe');
    throw error;
  });
  if (!file) return undefined;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('expected a file');
    if (stat.size > largest)
      throw new Error(`expected at most ${largest / 1024} KiB, found ${stat.size} bytes`);
    const bytes = Buffer.alloc(stat.size);
    const { bytesRead } = await file.read(bytes, 0, stat.size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Moves a file to `bad/`, its reason beside it. @returns where it is now */
export async function moveAside(folder: string, file: string, reason: string): Promise<string> {
  const target = await moveTo(join(folder, 'bad'), file);
  await writeFile(`${target}.reason.txt`, `${reason}\n`);
  return target;
}

/** Moves a file into a folder, under a name that is free there (`x.json`, `x.2.json`, …). @returns where it is now */
export async function moveTo(folder: string, file: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const ending = extname(file);
  const stem = basename(file, ending);
  for (let count = 1; ; count++) {
    const target = join(folder, count === 1 ? `${stem}${ending}` : `${stem}.${count}${ending}`);
    if (await lstat(target).catch(() => undefined)) continue;
    await rename(file, target);
    return target;
  }
}
