import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeOf, writeWhole } from './files.ts';
import { paths } from './paths.ts';

/**
 * The runtime folder of a project: where its socket is, short enough for a socket's path and readable by its user
 * alone. It lies in $XDG_RUNTIME_DIR (mcc-<hash>) or the folder for temporary files (mcc-<uid>/<hash>), and
 * `.mcc/run/socket` names it, so that who has another environment finds it too.
 */

/** macOS keeps 104 bytes for a socket's path, its end included; `.new` is how the server names it while it is made. */
const longestSocket = 103 - '.new'.length;

const hashOf = (root: string): string =>
  createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16);

/** Folders to try, best first; `own` says whether its parent is mcc's own too. */
function candidates(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): { path: string; own: boolean }[] {
  const hash = hashOf(root);
  const { uid } = userInfo();
  const given = env.XDG_RUNTIME_DIR;
  return [
    ...(given?.startsWith('/') && isOwn(given) ? [{ path: join(given, `mcc-${hash}`), own: false }] : []),
    ...[...new Set([tmpdir(), '/tmp'])].map((temporary) => ({
      path: join(temporary, `mcc-${uid}`, hash),
      own: true,
    })),
  ].filter(({ path }) => Buffer.byteLength(join(path, 'socket')) <= longestSocket);
}

/** True for a folder of this user: after `su` the variable still names that of another. */
function isOwn(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === userInfo().uid;
}

/**
 * Makes the runtime folder of a project, or finds it as it was made before.
 * @param root the project's root
 * @returns its path: a folder of mode 0700 that belongs to this user and is reached through no link of another
 * @throws Error with what stands in the way in each place
 */
export function runtimeDir(
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  // One that a supervisor left when it was killed may hold sessions; the environment may name another place by now.
  const left = readPointer(root);
  if (left !== undefined) return dirname(left);
  const reasons: string[] = [];
  for (const { path, own } of candidates(root, env)) {
    try {
      makeBoth(path, own);
      return path;
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `no folder for the socket: ${reasons.join('; ') || 'every path is too long'} (set XDG_RUNTIME_DIR to a short folder of yours)`,
  );
}

/** Makes a folder and, where that is mcc's own too, its parent, which another project's end may remove in between. */
function makeBoth(path: string, parent: boolean): void {
  for (let tries = 0; ; tries++) {
    try {
      if (parent) makePrivate(dirname(path));
      makePrivate(path);
      return;
    } catch (error) {
      if (!parent || codeOf(error) !== 'ENOENT' || tries === 9) throw error;
    }
  }
}

/** Makes a folder, or makes sure that it is a folder of this user that nobody else can enter. */
function makePrivate(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const found = lstatSync(path);
  if (!found.isDirectory()) throw new Error(`${path} is no folder`);
  if (found.uid !== userInfo().uid) throw new Error(`${path} belongs to another user`);
  if (found.mode & 0o077) chmodSync(path, 0o700);
}

/** Where the socket of a project is to be made; its folder is made. */
export const socketPath = (root: string, env?: Readonly<Record<string, string | undefined>>): string =>
  join(runtimeDir(root, env), 'socket');

/** Writes where the socket is into `.mcc/run/socket`. */
export async function writePointer(root: string, socket: string): Promise<void> {
  const { run, pointer } = paths(root);
  mkdirSync(run, { recursive: true, mode: 0o700 });
  chmodSync(run, 0o700);
  await writeWhole(pointer, `${socket}\n`, 0o600);
}

/**
 * Where the socket of a project is, as its supervisor wrote it.
 * @returns undefined when none was written, or when what is written is no place that only this user can write to:
 *   a file that came with a cloned repository must not lead anybody to a stranger's socket
 */
export function readPointer(root: string): string | undefined {
  let socket: string;
  try {
    socket = readFileSync(paths(root).pointer, 'utf8').trimEnd();
    const folder = lstatSync(dirname(socket));
    const safe = folder.isDirectory() && folder.uid === userInfo().uid && (folder.mode & 0o077) === 0;
    return safe && isRuntimeDir(dirname(socket), root) && basename(socket) === 'socket' ? socket : undefined;
  } catch {
    return undefined;
  }
}

const isRuntimeDir = (path: string, root: string) =>
  [`mcc-${hashOf(root)}`, hashOf(root)].includes(basename(path));

/**
 * Removes the runtime folder of a project with the socket, and the pointer; for a supervisor that ends.
 * @param made the folder as it was made, for when the pointer is gone with the project
 * @returns whether there was one
 */
export function removeRuntime(root: string, made?: string): boolean {
  const socket = readPointer(root);
  rmSync(paths(root).pointer, { force: true });
  const folder = socket ? dirname(socket) : made;
  if (!folder) return false;
  rmSync(folder, { recursive: true, force: true });
  const parent = dirname(folder);
  if (basename(parent) !== `mcc-${userInfo().uid}`) return true;
  try {
    rmdirSync(parent);
  } catch {
    // another project's folder is in it
  }
  return true;
}
