import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning, type State } from '../core/state.ts';
import { ancestry, commandLine, isAlive } from '../io/process.ts';

/** How long a tmux server may take to make its socket anew, and how often that is looked at, in ms. */
const patience = 3_000;
const glance = 20;

/**
 * Sees to it that the project's tmux server can be reached: where its socket was removed (by something that tidies the
 * folder of temporary files, say) while the server runs on, the server makes it anew on SIGUSR1, see tmux(1). The server is
 * found above the sessions that it holds.
 * @returns whether the socket is there
 */
export async function remakeSocket(socket: string, { agents }: Pick<State, 'agents'>): Promise<boolean> {
  if (existsSync(socket)) return true;
  const server = Object.values(agents)
    .flatMap((agent) => (agent.session && isRunning(agent) ? [agent.session] : []))
    .filter(({ pid, start }) => isAlive(pid, start))
    .flatMap(({ pid }) => ancestry(pid))
    // It keeps the words that it was started with, the path of its socket among them.
    .find((pid) => commandLine(pid).includes(socket));
  if (server === undefined) return false;
  process.kill(server, 'SIGUSR1');
  for (const end = performance.now() + patience; performance.now() < end && !existsSync(socket); )
    await pause(glance);
  return existsSync(socket);
}
