import { branchOf } from '../../core/plan.ts';
import { startBranch } from '../../io/branch.ts';
import { repositoryGit } from '../../io/repository.ts';
import { ensureWorktree } from '../../io/worktree.ts';
import { headline } from '../headline.ts';
import type { Project } from '../project.ts';
import { lookAtWorktrees } from '../worktree-watch.ts';

/** Makes the worktree of an agent, on its branch for work without a task. */
export async function makeWorktree(project: Project, name: string): Promise<void> {
  const made = await ensureWorktree({
    repository: project.repository,
    path: project.paths.worktree(name),
    branch: branchOf(name),
    base: `refs/heads/${project.base}`,
  });
  project.supervisor.turn(
    [
      {
        type: 'worktree.ready',
        agent: name,
        path: made.path,
        branch: made.branch ?? '(detached)',
        commit: made.commit,
      },
    ],
    'mcc',
    `worktree ${name}`,
  );
}

/** Puts an agent's worktree on the branch of its task, started from the base as it is now. */
export async function startTaskBranch(
  project: Project,
  effect: { task: string; agent: string; branch: string },
): Promise<void> {
  const { supervisor, repository } = project;
  const { task, agent, branch } = effect;
  const worktree = supervisor.state.agents[agent]?.worktree;
  if (!worktree || supervisor.state.tasks[task]?.status !== 'assigned') return;
  const base = await repositoryGit(repository).commit(`refs/heads/${project.base}`);
  if (!base)
    throw new Error(`the base branch ${project.base} is gone: make it again, or name another in agents.yaml`);
  const start = await startBranch({ repository, path: worktree.path, branch, base });
  if (start.type === 'refused') {
    const reason = `the worktree of ${agent} cannot leave its branch: ${headline(start.reason)}${start.files.length > 0 ? ` (${start.files.slice(0, 5).join(', ')})` : ''}`;
    if (supervisor.state.tasks[task]?.held !== reason)
      supervisor.turn([{ type: 'task.held', task, reason }], 'mcc', 'git');
    supervisor.postpone(`worktree ${agent}`, 3_000);
    return;
  }
  supervisor.turn([{ type: 'task.branched', task, agent, branch, base }], 'mcc', `branch ${task}`);
  await lookAtWorktrees(project, [agent]);
}
