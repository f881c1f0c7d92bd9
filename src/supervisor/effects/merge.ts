import type { Fact, FactOf } from '../../core/event.ts';
import type { Task } from '../../core/state.ts';
import { findObstacle, moveBase, type Obstacle } from '../../io/base.ts';
import { buildCandidate, type Candidate } from '../../io/candidate.ts';
import { repositoryGit } from '../../io/repository.ts';
import { changedOutside } from '../fence.ts';
import { headline } from '../headline.ts';
import type { Project } from '../project.ts';
import { lookAtWorktrees } from '../worktree-watch.ts';
import { runGates } from './gates.ts';

/** Stamps facts that this merge meets. */
type Tell = (...facts: Fact[]) => void;

/** Pause before a merge that git refused is tried again, in ms. */
const againMs = 5_000;

/**
 * Merges one approved task: candidate without a checkout, gates on the candidate in mcc's own worktree, then the base
 * is moved by compare-and-swap. The base is never half merged: whatever fails before the swap leaves it as it was.
 */
export async function mergeTask(project: Project, id: string): Promise<void> {
  const task = project.supervisor.state.tasks[id];
  const commit = task?.approval?.commit;
  if (task?.status !== 'approved' || !commit || !task.branch) return;
  const tell: Tell = (...facts) => project.supervisor.turn(facts, 'mcc', `merge ${id}`);
  try {
    await mergeCommit(project, { ...task, branch: task.branch }, commit, tell);
  } catch (error) {
    hold(project, id, headline(error instanceof Error ? error.message : String(error)), tell);
    throw error;
  }
  // The base moved, so that every branch is further behind it than was seen.
  if (project.supervisor.state.tasks[id]?.status === 'merged') await lookAtWorktrees(project);
}

/** A merge that waits says why, once per reason. */
function hold({ supervisor }: Project, task: string, reason: string, tell: Tell): void {
  const { state } = supervisor;
  if (state.merging?.task === task || state.tasks[task]?.held !== reason)
    tell({ type: 'merge.held', task, reason });
}

async function mergeCommit(
  project: Project,
  task: Task & { branch: string },
  commit: string,
  tell: Tell,
): Promise<void> {
  const { supervisor, repository, base } = project;
  const { id, branch } = task;
  const back = (reason: FactOf<'task.returned'>['reason'], detail: string, files: string[] = []): void =>
    tell({ type: 'task.returned', task: id, commit, reason, detail, files });
  const git = repositoryGit(repository);
  const tip = await git.commit(`refs/heads/${branch}`);
  if (tip !== commit)
    return back(
      'moved',
      `approved was ${short(commit)}, the branch is now at ${tip ? short(tip) : 'nothing'}`,
    );
  const from = await git.commit(`refs/heads/${base}`);
  if (!from)
    throw new Error(`the base branch ${base} is gone: make it again, or name another in agents.yaml`);
  const outside = task.agent ? await changedOutside(project, task.agent, commit) : [];
  if (outside.length > 0)
    return back(
      'fence',
      `${task.agent} may change ${project.team.agents[task.agent ?? '']?.write.join(', ')} alone`,
      outside,
    );
  const candidate = await candidateOf(project, task, from, commit);
  if (candidate.type === 'empty') return tell({ type: 'task.merged', task: id, commit, base: from });
  if (candidate.type === 'conflict') {
    const detail = candidate.files.map(({ path, detail: what }) => `${path}: ${what}`).join('; ');
    return back(
      'conflict',
      detail,
      candidate.files.map(({ path }) => path),
    );
  }
  const move = { repository, base, from, to: candidate.commit };
  const wait = (obstacle: Obstacle): void => {
    hold(project, id, refusalOf(obstacle), tell);
    supervisor.postpone(`merge ${id}`, againMs);
  };
  const obstacle = await findObstacle(move);
  if (obstacle) return wait(obstacle);
  if (!candidate.gated) {
    tell({ type: 'merge.started', task: id, commit, base: from });
    const failed = await runGates(project, id, candidate.commit, tell);
    if (failed) return back('gates', failed);
    candidate.gated = true;
  }
  if (supervisor.state.tasks[id]?.approval?.commit !== commit)
    return hold(project, id, 'the approval was taken back while the gates ran', tell);
  const moved = await moveBase(move);
  if (moved.type === 'refused') return wait(moved);
  // Somebody else moved the base while the gates ran: the candidate is built again on what is there now.
  if (moved.type === 'stale')
    return hold(project, id, `${base} moved meanwhile: it is tried again on the new base`, tell);
  project.candidates.delete(id);
  tell({ type: 'task.merged', task: id, commit, base: candidate.commit });
}

/** The candidate of a task, and whether all gates passed on it: kept, so that what git refuses for now is not tested anew. */
export interface Built {
  type: 'candidate';
  commit: string;
  /** what it was built from: commits, and the message */
  from: string;
  of: string;
  message: string;
  gated: boolean;
}

async function candidateOf(
  project: Project,
  task: Task,
  from: string,
  of: string,
): Promise<Built | Exclude<Candidate, { type: 'candidate' }>> {
  const { repository, candidates } = project;
  const message = messageOf(project, task);
  const known = candidates.get(task.id);
  if (known?.from === from && known.of === of && known.message === message) return known;
  const made = await buildCandidate({ repository, base: from, commit: of, message });
  if (made.type !== 'candidate') return made;
  const built: Built = { type: 'candidate', commit: made.commit, from, of, message, gated: false };
  candidates.set(task.id, built);
  return built;
}

const short = (commit: string): string => commit.slice(0, 10);

/** Git's reason on one line, with the files that it names and the checkout that they are in. */
const refusalOf = ({ reason, where, files }: Obstacle): string =>
  `${headline(reason)}${files.length > 0 ? `: ${files.slice(0, 5).join(', ')}` : ''}${where ? ` (in ${where})` : ''}`;

const messageOf = (project: Project, task: Task): string =>
  [
    project.team.merge.message
      .replaceAll('{task}', task.id)
      .replaceAll('{title}', task.title)
      .replaceAll('{agent}', task.agent ?? ''),
    ...(task.summary ? [task.summary] : []),
    [
      `Mcc-Task: ${task.id}`,
      `Mcc-Author: ${task.agent ?? ''}`,
      `Mcc-Approved-By: ${task.approval?.by.replace(/^agent:/, '') ?? ''}`,
    ].join('\n'),
  ].join('\n\n');
