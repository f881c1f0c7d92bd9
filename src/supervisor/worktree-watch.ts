import type { Fact } from '../core/event.ts';
import { worktreeState } from '../io/worktree-state.ts';
import type { Project } from './project.ts';
import type { Terminal } from './terminal.ts';

/** A worktree is looked at this long after its agent wrote something, in ms: work shows on the screen. */
const afterMs = 1_500;

/** Looks at an agent's worktree when its terminal has been active, never while it is quiet; returns how to stop. */
export function watchWorktree(project: Project, terminal: Terminal): () => void {
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  const look = async () => {
    timer = undefined;
    if (looking) return;
    looking = true;
    try {
      await lookAtWorktree(project, terminal.agent);
    } catch (error) {
      project.note('warn', 'git did not tell the state of a worktree', {
        agent: terminal.agent,
        error: String(error),
      });
    } finally {
      looking = false;
    }
  };
  const soon = () => {
    timer ??= setTimeout(() => void look(), afterMs);
  };
  const stop = terminal.screen.onParsed(soon);
  soon();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Asks git for the state of an agent's worktree and tells it when it changed. */
export async function lookAtWorktree(project: Project, name: string): Promise<void> {
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
