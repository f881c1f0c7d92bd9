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

type BranchEffect = { task: string; agent: string; branch: string };

/** Puts an agent's worktree on the branch of its task; what keeps it from that holds the task, told once per reason. */
export async function startTaskBranch(project: Project, effect: BranchEffect): Promise<void> {
  try {
    await branchFromBase(project, effect);
  } catch (error) {
    hold(project, effect.task, headline(error instanceof Error ? error.message : String(error)));
    throw error;
  }
}

function hold({ supervisor }: Project, task: string, reason: string): void {
  if (supervisor.state.tasks[task]?.held !== reason)
    supervisor.turn([{ type: 'task.held', task, reason }], 'mcc', 'git');
}

/** The branch starts from the base as it is now. */
async function branchFromBase(project: Project, { task, agent, branch }: BranchEffect): Promise<void> {
  const { supervisor, repository } = project;
  const worktree = supervisor.state.agents[agent]?.worktree;
  if (!worktree || supervisor.state.tasks[task]?.status !== 'assigned') return;
  const base = await repositoryGit(repository).commit(`refs/heads/${project.base}`);
  if (!base)
    throw new Error(`the base branch ${project.base} is gone: make it again, or name another in agents.yaml`);
  const start = await startBranch({ repository, path: worktree.path, branch, base });
  if (start.type === 'refused') {
    const reason = `the worktree of ${agent} cannot leave its branch: ${headline(start.reason)}${start.files.length > 0 ? ` (${start.files.slice(0, 5).join(', ')})` : ''}`;
    hold(project, task, reason);
    supervisor.postpone(`worktree ${agent}`, 3_000);
    return;
  }
  supervisor.turn([{ type: 'task.branched', task, agent, branch, base }], 'mcc', `branch ${task}`);
  await lookAtWorktrees(project, [agent]);
}
