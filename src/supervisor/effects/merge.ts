import type { Fact, FactOf } from '../../core/event.ts';
import type { Task } from '../../core/state.ts';
import { type Move, moveBase } from '../../io/base.ts';
import { buildCandidate } from '../../io/candidate.ts';
import { repositoryGit } from '../../io/repository.ts';
import { headline } from '../headline.ts';
import type { Project } from '../project.ts';
import { lookAtWorktree } from '../worktree-watch.ts';
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
    tell({
      type: 'merge.held',
      task: id,
      reason: headline(error instanceof Error ? error.message : String(error)),
    });
    throw error;
  }
  if (task.agent) await lookAtWorktree(project, task.agent);
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
  const candidate = await buildCandidate({
    repository,
    base: from,
    commit,
    message: messageOf(project, task),
  });
  if (candidate.type === 'empty') return tell({ type: 'task.merged', task: id, commit, base: from });
  if (candidate.type === 'conflict') {
    const detail = candidate.files.map(({ path, detail: what }) => `${path}: ${what}`).join('; ');
    return back(
      'conflict',
      detail,
      candidate.files.map(({ path }) => path),
    );
  }
  tell({ type: 'merge.started', task: id, commit, base: from });
  const failed = await runGates(project, id, candidate.commit, tell);
  if (failed) return back('gates', failed);
  if (supervisor.state.tasks[id]?.approval?.commit !== commit)
    return tell({ type: 'merge.held', task: id, reason: 'the approval was taken back while the gates ran' });
  const moved = await moveBase({ repository, base, from, to: candidate.commit });
  if (moved.type === 'moved') return tell({ type: 'task.merged', task: id, commit, base: candidate.commit });
  // Somebody else moved the base while the gates ran: the candidate is built again on what is there now.
  const stale = `${base} moved meanwhile: it is tried again on the new base`;
  tell({ type: 'merge.held', task: id, reason: moved.type === 'stale' ? stale : refusalOf(moved) });
  if (moved.type === 'refused') supervisor.postpone(`merge ${id}`, againMs);
}

const short = (commit: string): string => commit.slice(0, 10);

/** Git's reason on one line, with the files that it names and the checkout that they are in. */
const refusalOf = ({ reason, where, files }: Extract<Move, { type: 'refused' }>): string =>
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
