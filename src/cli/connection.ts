import { readFile } from 'node:fs/promises';
import { codeOf } from '../io/files.ts';
import { paths } from '../io/paths.ts';
import { connect, NotRunning, type WireClient } from '../wire/client.ts';
import type { Shell } from './shell.ts';

/** The path of the socket of a project's supervisor, as the last one wrote it down; undefined when none ever ran. */
export async function socketOf(root: string): Promise<string | undefined> {
  const text = await readFile(paths(root).pointer, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  return text.trim() === '' ? undefined : text.trim();
}

/**
 * A connection to the supervisor of the project at `root`; undefined when none runs. In an agent's session it speaks
 * with that session's token. Throws WrongVersion, Refused, or Error when a supervisor is there but does not let us in.
 */
export async function connectTo(
  root: string,
  shell: Shell,
  client: 'cli' | 'tui' | 'mcp' = 'cli',
): Promise<WireClient | undefined> {
  const socket = await socketOf(root);
  if (socket === undefined) return undefined;
  const token = shell.env.MCC_TOKEN;
  const hello = { version: shell.version, pid: process.pid, client, ...(token ? { token } : {}) };
  return connect(socket, hello).catch((error: unknown) => {
    if (error instanceof NotRunning) return undefined;
    throw error;
  });
}
