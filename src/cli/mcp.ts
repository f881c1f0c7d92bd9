import { serveTools } from '../mcp.ts';
import { connectTo, notRunning } from './connection.ts';
import { rootOf } from './root.ts';
import { exits } from './shell.ts';
import type { Call } from './verbs.ts';

/** `mcc mcp`: an agent's tools. A supervisor that is not there is told at each call, so that the session goes on without. */
export async function run({ shell }: Call): Promise<number> {
  const root = await rootOf(shell);
  await serveTools(shell.version, async () => {
    const client = await connectTo(root, shell, 'mcp');
    if (!client) throw notRunning(root, shell);
    return client;
  });
  return exits.ok;
}
