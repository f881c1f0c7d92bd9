import { drain, drainMs, isDrained } from '../core/drain.ts';
import { isRunning } from '../core/state.ts';
import { removeLeftFile, stopSession } from './effects/session-end.ts';
import type { Ending } from './ending.ts';
import type { Project } from './project.ts';

/** How long a session that is being started or ended may take for that, in ms. */
const underWayMs = 10_000;
/** How long the terminals of ended sessions may take to say so, in ms. */
const toldMs = 5_000;

/** Ends all sessions: after the turns in hand, or at once when that is asked for. No new one starts from then on. */
export async function endSessions(project: Project, ending: Ending): Promise<void> {
  const { supervisor } = project;
  supervisor.draining = true;
  if (ending.how === 'drain')
    await until(() => ending.how === 'force' || isDrained(drain(supervisor.state, Date.now())), drainMs);
  // One that is being started would else come up after all others have ended.
  await until(() => ![...supervisor.busy].some((key) => key.startsWith('session ')), underWayMs);
  const sessions = Object.values(supervisor.state.agents).filter(isRunning);
  await Promise.all(
    sessions.map(({ name }) =>
      stopSession(project, name).catch((error: unknown) =>
        project.note('error', 'a session could not be ended', { agent: name, error: String(error) }),
      ),
    ),
  );
  ending.over();
  await until(() => supervisor.broken || !Object.values(supervisor.state.agents).some(isRunning), toldMs);
  for (const { session } of Object.values(supervisor.state.agents)) if (session) removeLeftFile(session.pid);
}

/** Waits until something holds, at most `ms`. */
async function until(holds: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!holds() && performance.now() < end) await new Promise((done) => setTimeout(done, 50));
}
