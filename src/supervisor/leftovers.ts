import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Event, parseEvent } from '../core/event.ts';
import { fold } from '../core/reduce.ts';
import { emptyState, type Session } from '../core/state.ts';
import { readLog } from '../io/log.ts';
import { paths } from '../io/paths.ts';
import { readPointer, removeRuntime } from '../io/runtime.ts';
import { killTree, membersOf } from '../io/tree.ts';
import { endTmux, tmuxSocket } from '../term/tmux.ts';
import { endGates } from './effects/gates.ts';
import { removeLeftFile, treeOf } from './effects/session-end.ts';
import { endSetup } from './effects/setup.ts';
import { remakeSocket } from './tmux-socket.ts';

/** How long processes that were left behind may take to end when asked, in ms. */
const graceMs = 2_000;

/**
 * Ends what a supervisor that was killed left behind: the processes of the sessions that its log holds for running, those of
 * its gates, and its runtime folder. To be called with the project's lock held. The log is left as it is: the next
 * supervisor proves the sessions dead and says so.
 * @returns the agents of which processes were ended, and whether a runtime folder was removed
 * @throws ConfigError for a broken log, or Error that names processes which cannot be ended
 */
export async function endLeftovers(root: string): Promise<{ agents: string[]; runtime: boolean }> {
  const { agents } = fold(emptyState, readLog<Event>(paths(root).events, parseEvent).events);
  const sessions = Object.values(agents).flatMap(({ name, session }) =>
    session && !session.exit ? [{ name, session }] : [],
  );
  const socket = readPointer(root);
  const server = socket && join(dirname(socket), tmuxSocket);
  // It is found by its sessions, as long as they are there.
  if (server) await remakeSocket(server, { agents });
  const alive = sessions.filter(({ session }) => membersOf(treeOf(session)).length > 0);
  await Promise.all(alive.map(({ name, session }) => end(name, session)));
  await endGates({ root });
  const prepared = Object.values(agents).filter(({ settings }) => settings);
  await Promise.all(prepared.map(({ name }) => endSetup({ root }, name)));
  for (const { session } of sessions) removeLeftFile(session.pid);
  rmSync(paths(root).tokens, { force: true });
  if (server) await endTmux(server);
  return { agents: alive.map(({ name }) => name), runtime: removeRuntime(root) };
}

async function end(name: string, session: Session): Promise<void> {
  const left = await killTree(treeOf(session), { grace: graceMs });
  if (left.length > 0)
    throw Object.assign(new Error(`processes ${left.join(', ')} of ${name}'s last session cannot be ended`), {
      hint: 'end them, then mcc down',
    });
}
