import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent, Session } from '../../core/state.ts';
import { startTime } from '../../io/process.ts';
import { killTree, type Tree } from '../../io/tree.ts';
import type { Exit } from '../../term/pty.ts';
import type { Project } from '../project.ts';
import { receiptsAfter } from '../receipts.ts';
import type { Terminal } from '../terminal.ts';
import { endSandbox } from './isolation.ts';

/** How long a session may take to end when asked, before it is killed; measured: Claude Code needs 0.2 s. In ms. */
const graceMs = 3_000;
/** The same for what a session that ended left behind. */
const leftoverMs = 500;

/** The processes of a run: its tree, its terminal session, and whatever carries its mark, daemons too. */
export const treeOf = ({ id, pid, start }: Pick<Session, 'id' | 'pid' | 'start'>): Tree => ({
  pid,
  start,
  sessionId: pid,
  marker: { name: 'MCC_SESSION', value: id },
});

/** After the program of a terminal ended: what it left behind ends too, and what it had been handed is settled. */
export async function sessionEnded(
  project: Project,
  { agent: name, id, screen }: Terminal,
  { pid, start }: { pid: number; start: string },
  { code, signal }: Exit,
): Promise<void> {
  const { supervisor } = project;
  screen.flush();
  project.tokens.drop(name);
  const agent = supervisor.state.agents[name];
  const asked = agent && (!agent.wanted || agent.restarting);
  const ended = asked ? 'stopped' : agent?.suspended ? 'suspended' : 'exited';
  const reason = supervisor.draining ? 'mcc down' : ended;
  // What it left behind holds its worktree: it goes before the session counts as ended.
  await killTree(treeOf({ id, pid, start }), { grace: leftoverMs });
  await endSandbox(project, id);
  project.confinement.ended(id);
  removeLeftFile(pid);
  const receipts = await receiptsAfter(project, name);
  supervisor.turn(
    [...receipts, { type: 'session.exited', agent: name, session: id, code, signal: signal || null, reason }],
    'mcc',
    'process',
  );
}

/** Ends the session of an agent: asked first, then killed, with everything it started. */
export async function stopSession(project: Project, name: string): Promise<void> {
  const { supervisor } = project;
  const session = supervisor.state.agents[name]?.session;
  if (!session || session.exit) return;
  const left = await killTree(treeOf(session), { grace: graceMs });
  if (left.length > 0) throw new Error(`processes ${left.join(', ')} of ${name} could not be ended`);
  // The pty tells its exit itself; a session of which nobody holds the pty is told here.
  if (supervisor.terminals.get(name)?.id === session.id) return;
  supervisor.turn(
    [
      {
        type: 'session.exited',
        agent: name,
        session: session.id,
        code: null,
        signal: null,
        reason: 'stopped',
      },
    ],
    'mcc',
    'process',
  );
}

/** Before a new run: no process of an earlier one may still write into the worktree or hold the conversation. */
export async function endLeftovers(project: Project, { name, session }: Agent): Promise<void> {
  const { note } = project;
  if (!session) return;
  await endSandbox(project, session.id);
  const left = await killTree(treeOf(session), { grace: graceMs });
  if (left.length > 0)
    throw new Error(`processes ${left.join(', ')} of the last session of ${name} cannot be ended: end them`);
  note('info', 'the last run is proved dead', { agent: name, session: session.id });
}

/**
 * Removes what Claude Code leaves outside of its configuration after its session ended: the socket that versions since 2.1.224
 * make at a fixed place, named by pid: in the user's runtime folder where there is one, else in /tmp (measured).
 */
export function removeLeftFile(pid: number): void {
  // After a reboot, say, the pid may be another's, and so is the file then.
  if (startTime(pid) !== undefined) return;
  const places = [process.env.XDG_RUNTIME_DIR, '/tmp'].flatMap((folder) => folder || []);
  for (const folder of places) rmSync(join(folder, 'cc-socks', `${pid}.sock`), { force: true });
}
