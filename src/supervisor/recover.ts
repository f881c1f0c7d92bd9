import type { Fact } from '../core/event.ts';
import { type Agent, isRunning } from '../core/state.ts';
import { killTree } from '../io/tree.ts';
import { endGates } from './effects/gates.ts';
import { removeLeftFile, treeOf } from './effects/session-end.ts';
import type { Project } from './project.ts';
import { receiptsAfter } from './receipts.ts';

/** How long processes of the last run may take to end when asked, in ms. */
const graceMs = 2_000;

/**
 * After a crash of the supervisor: proves the process trees of its sessions and gates dead, and finds out what became of
 * messages that were being handed over. Nothing starts before this is done.
 * @throws Error that names processes which cannot be ended
 */
export async function recover(project: Project): Promise<Fact[]> {
  const agents = Object.values(project.supervisor.state.agents);
  const [exits] = await Promise.all([
    Promise.all(agents.filter(isRunning).map(proveDead)),
    endGates(project),
  ]);
  const receipts = await Promise.all(agents.map(({ name }) => receiptsAfter(project, name)));
  return [...receipts.flat(), ...exits.flat()];
}

async function proveDead({ name, session }: Agent): Promise<Fact[]> {
  if (!session) return [];
  const left = await killTree(treeOf(session), { grace: graceMs });
  if (left.length > 0)
    throw Object.assign(new Error(`processes ${left.join(', ')} of ${name}'s last session cannot be ended`), {
      hint: 'end them, then mcc up',
    });
  removeLeftFile(session.pid);
  const reason = 'the supervisor ended';
  return [{ type: 'session.exited', agent: name, session: session.id, code: null, signal: null, reason }];
}
