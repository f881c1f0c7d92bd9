import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { ConfigError } from '../core/config-error.ts';

/** What a person writes by hand is a page; a file beyond this many bytes is something else. */
const largest = 1024 * 1024;

/** A path as a person sees it from where they are: relative below the current folder, else absolute. */
export function shownAs(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near;
}

/** The text of a UTF-8 file of reasonable size; throws ConfigError for anything else, never blocks on a pipe. */
export async function readText(file: string, name: string = shownAs(file)): Promise<string> {
  const fail = (what: string): never => {
    throw new ConfigError(name, [{ line: 0, column: 0, what }]);
  };
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'EISDIR'
          ? 'this is a folder, expected a file'
          : `cannot be read: ${error.code ?? error.message}`,
      ),
  );
  try {
    const info = await handle.stat();
    if (info.isDirectory()) fail('this is a folder, expected a file');
    if (!info.isFile()) fail('this is not a regular file');
    if (info.size > largest) fail(`this is ${Math.ceil(info.size / largest)} MB, expected at most 1 MB`);
    return decode(await handle.readFile(), name);
  } finally {
    await handle.close();
  }
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const before = bytes.toString('utf8').split('\uFFFD', 1)[0]?.split('\n') ?? [];
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const what = `this is not UTF-8 text${utf16 ? ' but UTF-16' : ''}: save the file as UTF-8`;
    throw new ConfigError(name, [
      { line: Math.max(1, before.length), column: (before.at(-1)?.length ?? 0) + 1, what },
    ]);
  }
}
