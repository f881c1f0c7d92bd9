import { join } from 'node:path';
import type { Fact } from '../core/event.ts';
import { type Agent, isRunning } from '../core/state.ts';
import { killTree } from '../io/tree.ts';
import { tmuxSocket } from '../term/tmux.ts';
import { endGates } from './effects/gates.ts';
import { endSandbox } from './effects/isolation.ts';
import { adoptSession } from './effects/session.ts';
import { removeLeftFile, treeOf } from './effects/session-end.ts';
import { endSetup } from './effects/setup.ts';
import type { Project } from './project.ts';
import { receiptsAfter } from './receipts.ts';
import { remakeSocket } from './tmux-socket.ts';

/** How long processes of the last run may take to end when asked, in ms. */
const graceMs = 2_000;

/**
 * After a crash of the supervisor: takes over the sessions that lived on, proves the process trees of the others and of
 * gates dead, and finds out what became of messages that were being handed over. Nothing starts before this is done.
 * @throws Error that names processes which cannot be ended
 */
export async function recover(project: Project): Promise<Fact[]> {
  const agents = Object.values(project.supervisor.state.agents);
  if (project.host.adopt) await remakeSocket(join(project.runtime, tmuxSocket), project.supervisor.state);
  const [exits] = await Promise.all([
    Promise.all(agents.filter(isRunning).map((agent) => settle(project, agent))),
    endGates(project),
    ...agents.filter(({ settings }) => settings).map(({ name }) => endSetup(project, name)),
  ]);
  await removeUnknown(project);
  const receipts = await Promise.all(
    agents.map(({ name }) => receiptsAfter(project, name, project.supervisor.terminals.has(name))),
  );
  return [...receipts.flat(), ...exits.flat()];
}

/** A session that lived on is taken over; its permission requests were cut off, and stand in its pane alone. */
async function settle(project: Project, agent: Agent): Promise<Fact[]> {
  const { name, session } = agent;
  const { host, note, supervisor } = project;
  const adopted = await adoptSession(project, agent).catch((error: unknown) => {
    note('warn', 'a session cannot be taken over', { agent: name, error: String(error) });
    return false;
  });
  if (!adopted) {
    await host.remove?.(name);
    return proveDead(project, agent);
  }
  note('info', 'took a session over', { agent: name, session: session?.id, from: project.kept?.leftBy });
  return Object.values(supervisor.state.permissions)
    .filter((it) => it.session === session?.id)
    .map(({ id }) => ({ type: 'permission.ended', id, how: 'the supervisor was away: answer in the pane' }));
}

/** Sessions that were being started when the supervisor was killed: no log knows them. */
async function removeUnknown({ host, supervisor }: Project): Promise<void> {
  for (const name of (await host.list?.()) ?? [])
    if (!supervisor.terminals.has(name)) await host.remove?.(name);
}

async function proveDead(project: Project, { name, session }: Agent): Promise<Fact[]> {
  if (!session) return [];
  await endSandbox(project, session.id);
  const left = await killTree(treeOf(session), { grace: graceMs });
  if (left.length > 0)
    throw Object.assign(new Error(`processes ${left.join(', ')} of ${name}'s last session cannot be ended`), {
      hint: 'end them, then mcc up',
    });
  removeLeftFile(session.pid);
  const reason = 'the supervisor ended';
  return [{ type: 'session.exited', agent: name, session: session.id, code: null, signal: null, reason }];
}
