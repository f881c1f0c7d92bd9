import { randomUUID } from 'node:crypto';
import { lstatSync, realpathSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ConfigError } from '../core/config-error.ts';

/** What is wrong in a file, as the one error that commands tell with file:line:column; line 0 is the file as a whole. */
export const fileError = (path: string, what: string, hint: string, line = 0, column = 1): ConfigError =>
  new ConfigError(path, [{ line, column, what }], hint);

/** The code of a failed system call (`ENOENT`, …), or the empty string. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const writing = new Map<string, Promise<void>>();

/**
 * Writes a file so that a reader finds the old text or the new, never a part, also after a crash: a temporary file in
 * the same folder, fsync, rename. The folder is made when missing. Two writes of one path land in the order they were asked.
 * @param mode permissions of the file, 0644 when not given
 */
export function writeWhole(path: string, text: string | Uint8Array, mode = 0o644): Promise<void> {
  const key = resolve(path);
  const turn = (writing.get(key) ?? Promise.resolve()).catch(() => {}).then(() => replace(key, text, mode));
  writing.set(key, turn);
  const forget = () => {
    if (writing.get(key) === turn) writing.delete(key);
  };
  turn.then(forget, forget);
  return turn;
}

async function replace(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomUUID().slice(0, 8)}`);
  try {
    await writeSynced(temporary, text, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes a new file and waits until it is on the disk. @throws when the path exists */
export async function writeSynced(path: string, text: string | Uint8Array, mode = 0o644): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.chmod(mode); // whatever the umask is
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Reads a JSON file.
 * @returns its value, or undefined when there is no such file
 * @throws ConfigError with line and column when it does not parse
 */
export async function readJson(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  return bytes === undefined ? undefined : parseJson(bytes, path);
}

const hint = 'correct it, or move it away';

/** Parses the bytes of a JSON file. @throws ConfigError with line and column */
export function parseJson(bytes: Uint8Array, path: string): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fileError(path, 'expected JSON in UTF-8, but its bytes are not UTF-8', hint);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fileError(path, `expected JSON: ${reasonOf(error)}`, hint, ...placeIn(text, error));
  }
}

/** Line and column of a failed JSON.parse; V8 tells the position, except at the end of the text. */
function placeIn(text: string, error: unknown): [line: number, column: number] {
  const found = /at position (\d+)/.exec(String(error))?.[1];
  const before = text.slice(0, found === undefined ? text.length : Number(found)).split('\n');
  return [before.length, (before.at(-1)?.length ?? 0) + 1];
}

const reasonOf = (error: unknown): string =>
  text(error)
    .replace(/ (?:in JSON )?at position \d+.*$/s, '')
    .replace(/, (?:"|\.\.\.").*is not valid JSON$/s, '');
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Where a path inside a folder really is, links followed as far as it exists.
 * @returns the real path, or undefined when it lies outside of root, through `..`, as an absolute path or by a link
 */
export function insideOf(root: string, path: string): string | undefined {
  if (path.includes('\0')) return undefined;
  const base = realpathSync(root);
  const real = realOf(resolve(base, path));
  if (real === undefined) return undefined;
  const way = relative(base, real);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : real;
}

/** The real path of the longest part that exists, and the rest as it is; undefined at a link that leads nowhere. */
function realOf(path: string): string | undefined {
  const rest: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    if (lstatSync(at, { throwIfNoEntry: false })) {
      try {
        return join(realpathSync(at), ...rest);
      } catch {
        return undefined;
      }
    }
    rest.unshift(basename(at));
  }
}
