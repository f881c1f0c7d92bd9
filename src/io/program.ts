import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { runProgram } from './run.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The file that a program's name stands for, as a shell would find it: looked up on PATH, or relative to `cwd` when
 * it has a slash. Undefined when there is none that may be executed.
 */
export async function findProgram(
  name: string,
  env: Env,
  cwd: string = process.cwd(),
): Promise<string | undefined> {
  const folders = (env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
  const paths = name.includes('/')
    ? [isAbsolute(name) ? name : resolve(cwd, name)]
    : folders.filter((folder) => folder !== '').map((folder) => join(folder, name));
  for (const path of paths) if (await isProgram(path)) return path;
  return undefined;
}

const isProgram = (path: string): Promise<boolean> =>
  Promise.all([stat(path), access(path, constants.X_OK)]).then(
    ([info]) => info.isFile(),
    () => false,
  );

/** How long a program may take to tell its version, in ms: some read half a second of JavaScript first. */
const patience = 10_000;

/** What a program calls its version, e.g. 2.1.328; empty when it does not tell. */
export async function versionOf(path: string, env: Env): Promise<string> {
  const known = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const set = { ...Object.fromEntries(known), DISABLE_AUTOUPDATER: '1' };
  const ran = await runProgram(path, ['--version'], { cwd: '/', env: set, timeoutMs: patience }).catch(
    () => undefined,
  );
  return /\d+\.\d+[\w.+-]*/.exec(ran?.stdout ?? '')?.[0] ?? '';
}
