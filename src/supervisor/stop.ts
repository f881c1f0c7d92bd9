import { weigh } from '../core/evidence.ts';
import { isRunning, type State } from '../core/state.ts';
import { stopSession } from './effects/session.ts';
import type { Project } from './project.ts';

/** How long a drain waits for turns in hand, in ms; their conversations are kept in any case. */
const drainMs = 120_000;

/** Ends all sessions: after the turns in hand, or at once. */
export async function endSessions(project: Project, how: 'drain' | 'force'): Promise<void> {
  const { supervisor } = project;
  supervisor.draining = true;
  if (how === 'drain') await turnsEnded(project);
  const running = Object.values(supervisor.state.agents).filter(isRunning);
  await Promise.all(
    running.map((agent) =>
      stopSession(project, agent.name).catch((error: unknown) =>
        project.note('error', 'a session could not be ended', { agent: agent.name, error: String(error) }),
      ),
    ),
  );
  await until(() => !Object.values(supervisor.state.agents).some(isRunning), 5_000);
}

const working = (state: State): boolean =>
  state.merging !== null ||
  Object.values(state.agents).some(
    (agent) => isRunning(agent) && agent.kind !== 'shell' && weigh(agent, Date.now()).status === 'working',
  );

const turnsEnded = (project: Project): Promise<boolean> =>
  until(() => !working(project.supervisor.state), drainMs);

/** Waits until something holds; false when it did not within `ms`. */
async function until(holds: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) return false;
    await new Promise((done) => setTimeout(done, 50));
  }
  return true;
}
