import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

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
