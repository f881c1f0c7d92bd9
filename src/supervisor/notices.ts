import { basename } from 'node:path';
import { type Alerts, alertsFor } from '../commands/alerts.ts';
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
  let known: Alerts | null = null;
  let turn = Promise.resolve();
  if (notify === undefined) return { told: () => {} };
  return {
    told: () => {
      const found = alertsFor(known, project.supervisor.state, Date.now());
      known = found.known;
      // One after the other: a burst of events starts no burst of programs.
      for (const { text } of found.news) turn = turn.then(() => tell(project, notify, text));
    },
  };
}

/** The argv that tells a text: the person's command, or for `desktop` what the system's desktop comes with. */
export function noticeCommand(
  notify: string | readonly string[],
  title: string,
  text: string,
  platform: NodeJS.Platform,
): string[] {
  if (typeof notify !== 'string') return [...notify, text];
  if (notify !== 'desktop') return ['sh', '-c', notify, 'mcc', text];
  // The text is an argument of the script and never part of it.
  const script = 'on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run';
  return platform === 'darwin'
    ? ['osascript', '-e', script, title, text]
    : ['notify-send', '--app-name=mcc', '--', title, text];
}

async function tell(project: Project, notify: string | readonly string[], text: string): Promise<void> {
  const title = `mcc ${basename(project.root)}`;
  const [file = '', ...args] = noticeCommand(notify, title, text, process.platform);
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
