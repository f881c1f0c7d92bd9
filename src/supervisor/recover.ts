import type { Fact } from '../core/event.ts';
import { isRunning, pendingPosts, type State } from '../core/state.ts';
import { killTree } from '../io/tree.ts';
import { findTranscript } from './effects/session.ts';
import type { Project } from './project.ts';
import { tail } from './transcript.ts';

/**
 * After a crash of the supervisor: proves the process trees of its sessions dead, and finds out what became of messages
 * that were being handed over. Nothing starts before this is done.
 */
export async function recover(project: Project): Promise<Fact[]> {
  const { state } = project.supervisor;
  const facts: Fact[] = [];
  for (const agent of Object.values(state.agents)) {
    const { session } = agent;
    if (!session || !isRunning(agent)) continue;
    const marker = { name: 'MCC_SESSION', value: session.id };
    const left = await killTree(
      { pid: session.pid, start: session.start, sessionId: session.pid, marker },
      { grace: 2_000 },
    );
    if (left.length > 0)
      throw new Error(
        `processes ${left.join(', ')} of ${agent.name}'s last session cannot be ended: end them, then mcc up`,
      );
    const reason = 'the supervisor ended';
    facts.push({
      type: 'session.exited',
      agent: agent.name,
      session: session.id,
      code: null,
      signal: null,
      reason,
    });
  }
  for (const name of Object.keys(state.agents)) facts.push(...(await receipts(project, state, name)));
  return facts;
}

/** What was handed over but not accepted: the session's own transcript tells; what it does not tell is queued again. */
async function receipts(project: Project, state: State, name: string): Promise<Fact[]> {
  const handed = pendingPosts(state, name).filter((post) => post.receipt === 'handed over');
  const conversation = state.agents[name]?.session?.conversation;
  if (handed.length === 0) return [];
  const path = conversation ? findTranscript(project.paths.session(name), conversation) : undefined;
  const text = path ? await tail(path) : '';
  return handed.map(
    ({ message }): Fact =>
      text.includes(` ${message.id} from ${message.from}`)
        ? { type: 'message.accepted', id: message.id }
        : { type: 'message.requeued', id: message.id, reason: 'the session ended before it took it' },
  );
}
