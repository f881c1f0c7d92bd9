import { attention } from '../commands/show.ts';
import { runProgram } from '../io/run.ts';
import type { Project } from './project.ts';

/** A command that tells the person may take so long, in ms. */
const patience = 30_000;

/**
 * Runs the person's own command (`notify:` in agents.yaml) once for each thing that comes to need them, also while no
 * screen is open. What needed them already when the supervisor started is not told again.
 */
export function keepNotices(project: Project): { told(): void } {
  const { notify } = project.team;
  let known: ReadonlySet<string> | undefined;
  let turn = Promise.resolve();
  if (notify === undefined) return { told: () => {} };
  return {
    told: () => {
      const waiting = attention(project.supervisor.state, Date.now()).map(({ text }) => text);
      const fresh = known ? waiting.filter((text) => !known?.has(text)) : [];
      known = new Set(waiting);
      // One after the other: a burst of events starts no burst of programs.
      for (const text of fresh) turn = turn.then(() => tell(project, notify, text));
    },
  };
}

async function tell(project: Project, notify: string | readonly string[], text: string): Promise<void> {
  const [file = '', ...args] =
    typeof notify === 'string' ? ['sh', '-c', notify, 'mcc', text] : [...notify, text];
  const { root: cwd, environment, ending: signal } = project;
  if (signal.aborted) return;
  const env = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  try {
    const { code, stderr } = await runProgram(file, args, { cwd, env, timeoutMs: patience, signal });
    if (code !== 0) project.note('warn', 'the notify command failed', { code, stderr: stderr.slice(-500) });
  } catch (error) {
    project.note('warn', 'the notify command could not be started', { error: String(error) });
  }
}
