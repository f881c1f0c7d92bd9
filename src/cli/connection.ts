import { readPointer } from '../io/runtime.ts';
import { connect, NotRunning, type WireClient } from '../wire/client.ts';
import { Stop } from './report.ts';
import { exits, type Shell } from './shell.ts';

/**
 * A connection to the supervisor of the project at `root`; undefined when none runs. In an agent's session it speaks
 * with that session's token. Throws WrongVersion, Refused or NoAnswer when a supervisor is there but does not let us in.
 */
export async function connectTo(
  root: string,
  shell: Shell,
  client: 'cli' | 'tui' | 'mcp' = 'cli',
): Promise<WireClient | undefined> {
  const socket = readPointer(root);
  if (socket === undefined) return undefined;
  const token = shell.env.MCC_TOKEN;
  const hello = { version: shell.version, pid: process.pid, client, ...(token ? { token } : {}) };
  return connect(socket, hello).catch((error: unknown) => {
    if (error instanceof NotRunning) return undefined;
    throw error;
  });
}

/** The refusal for what needs a supervisor. */
export const notRunning = (root: string, shell: Shell): Stop => {
  const hint = shell.env.MCC_AGENT ? 'the person must start it: mcc up' : 'mcc up, or mcc up --headless';
  return new Stop(`no supervisor runs for ${root}`, hint, exits.notRunning);
};
