import type { Fact } from '../core/event.ts';
import { worktreeState } from '../io/worktree-state.ts';
import { isHurried } from '../term/slices.ts';
import type { Project } from './project.ts';
import type { Terminal } from './terminal.ts';

/** A worktree is looked at once its agent has been silent for so long after it wrote something: work shows on the screen. */
const quietMs = 1_500;
/** An agent that goes on writing is looked at this often: three git processes each time, for every agent. In ms. */
const busyMs = 10_000;
/** While the person types, a look waits, up to this: each start of git stops the supervisor for 10 ms. In ms. */
const mostMs = 30_000;

/** Looks at an agent's worktree when its terminal has been active, never while nothing happens; returns how to stop. */
export function watchWorktree(project: Project, terminal: Terminal): () => void {
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let lookedAt = performance.now() - busyMs;
  const look = async () => {
    // One timer for many pieces of output: it is set again for what is left of the silence, or of the time between two looks.
    const wait = Math.min(terminal.outputAt + quietMs - Date.now(), lookedAt + busyMs - performance.now());
    timer = wait > 0 ? setTimeout(() => void look(), wait) : undefined;
    if (timer) return;
    if (looking || (isHurried() && performance.now() - lookedAt < mostMs)) return soon();
    looking = true;
    lookedAt = performance.now();
    await lookAtWorktrees(project, [terminal.agent]);
    looking = false;
  };
  const soon = () => {
    timer ??= setTimeout(() => void look(), quietMs);
  };
  const stop = terminal.screen.onParsed(soon);
  soon();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Looks at the worktrees of these agents, one after the other; what git does not tell is noted, and stays as it was seen last. */
export async function lookAtWorktrees(
  project: Project,
  names: readonly string[] = Object.keys(project.supervisor.state.agents),
): Promise<void> {
  for (const agent of names)
    await lookAtWorktree(project, agent).catch((error: unknown) =>
      project.note('warn', 'git did not tell the state of a worktree', { agent, error: String(error) }),
    );
}

/** Asks git for the state of an agent's worktree and tells it when it changed. */
async function lookAtWorktree(project: Project, name: string): Promise<void> {
  const { supervisor } = project;
  const worktree = supervisor.state.agents[name]?.worktree;
  if (!worktree) return;
  const { branch, commit, files, ahead, behind, insertions, deletions } = await worktreeState({
    repository: project.repository,
    path: worktree.path,
    base: project.base,
  });
  const fact: Fact = {
    type: 'worktree.moved',
    agent: name,
    branch: branch ?? '(detached)',
    commit,
    dirty: files,
    ahead,
    behind,
    insertions,
    deletions,
  };
  const now = supervisor.state.agents[name]?.worktree;
  const same =
    now &&
    now.branch === fact.branch &&
    now.commit === commit &&
    now.dirty === files &&
    now.ahead === ahead &&
    now.behind === behind &&
    now.insertions === insertions &&
    now.deletions === deletions;
  if (!same) supervisor.turn([fact], 'mcc', 'git');
}
