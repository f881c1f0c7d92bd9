import type { Fact } from '../../core/event.ts';
import type { Task } from '../../core/state.ts';
import { moveBase } from '../../io/base.ts';
import { buildCandidate } from '../../io/candidate.ts';
import { checkoutCandidate, ensureIntegration, gateEnvironment, runGate } from '../../io/gate.ts';
import { repositoryGit } from '../../io/repository.ts';
import type { Project } from '../project.ts';
import { lookAtWorktree } from '../worktree-watch.ts';

/** Pause before a merge that git refused is tried again, in ms. */
const againMs = 5_000;

/**
 * Merges one approved task: candidate without a checkout, gates on the candidate in mcc's own worktree, then the base
 * is moved by compare-and-swap. The base is never half merged: whatever fails before the swap leaves it as it was.
 */
export async function mergeTask(project: Project, id: string): Promise<void> {
  const { supervisor, repository, base } = project;
  const task = supervisor.state.tasks[id];
  const commit = task?.approval?.commit;
  if (task?.status !== 'approved' || !commit || !task.branch) return;
  const tell = (...facts: Fact[]): void => supervisor.turn(facts, 'mcc', `merge ${id}`);
  const git = repositoryGit(repository);
  const tip = await git.commit(`refs/heads/${task.branch}`);
  if (tip !== commit) {
    tell({
      type: 'task.returned',
      task: id,
      commit,
      reason: 'moved',
      detail: `approved was ${commit.slice(0, 10)}, the branch is now at ${tip?.slice(0, 10) ?? 'nothing'}`,
      files: [],
    });
    return;
  }
  const from = await git.commit(`refs/heads/${base}`);
  if (!from)
    throw new Error(`the base branch ${base} is gone: make it again, or name another in agents.yaml`);
  const candidate = await buildCandidate({
    repository,
    base: from,
    commit,
    message: messageOf(project, task),
  });
  if (candidate.type === 'empty') {
    tell({ type: 'task.merged', task: id, commit, base: from });
    return;
  }
  if (candidate.type === 'conflict') {
    const files = candidate.files.map(({ path }) => path);
    const detail = candidate.files.map(({ path, detail: what }) => `${path}: ${what}`).join('; ');
    tell({ type: 'task.returned', task: id, commit, reason: 'conflict', detail, files });
    return;
  }
  tell({ type: 'merge.started', task: id, commit, base: from });
  try {
    const failed = await runGates(project, id, candidate.commit, tell);
    if (failed) {
      tell({ type: 'task.returned', task: id, commit, reason: 'gates', detail: failed, files: [] });
      return;
    }
    const current = supervisor.state.tasks[id];
    if (current?.approval?.commit !== commit) {
      tell({ type: 'merge.held', task: id, reason: 'the approval was taken back while the gates ran' });
      return;
    }
    const moved = await moveBase({ repository, base, from, to: candidate.commit });
    if (moved.type === 'stale') {
      // Somebody else moved the base while the gates ran: the candidate is built again on what is there now.
      tell({
        type: 'merge.held',
        task: id,
        reason: `${base} moved meanwhile: it is tried again on the new base`,
      });
      return;
    }
    if (moved.type === 'refused') {
      tell({ type: 'merge.held', task: id, reason: refusalOf(moved) });
      supervisor.postpone(`merge ${id}`, againMs);
      return;
    }
  } catch (error) {
    tell({ type: 'merge.held', task: id, reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  tell({ type: 'task.merged', task: id, commit, base: candidate.commit });
  if (task.agent) await lookAtWorktree(project, task.agent);
}

const refusalOf = ({
  reason,
  where,
  files,
}: {
  reason: string;
  where: string | null;
  files: string[];
}): string =>
  `${reason}${where ? ` (in ${where}${files.length > 0 ? `: ${files.slice(0, 5).join(', ')}` : ''})` : ''}`;

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

/** Runs the gates one after another; returns what the author must know of the first that fails, or null. */
async function runGates(
  project: Project,
  task: string,
  commit: string,
  tell: (...facts: Fact[]) => void,
): Promise<string | null> {
  const { gates } = project.team.merge;
  if (gates.length === 0) return null;
  const { repository, paths } = project;
  await ensureIntegration(repository, paths.integration);
  await checkoutCandidate(repository, paths.integration, commit);
  for (const gate of gates) {
    const result = await runGate({
      gate,
      cwd: paths.integration,
      env: gateEnvironment(project.environment),
      signal: project.ending,
    });
    if (result.aborted) throw new Error(`gate ${gate.name} was stopped with the supervisor`);
    const output = result.output.slice(-4_000);
    tell({ type: 'merge.gated', task, gate: gate.name, ok: result.ok, ms: Math.round(result.ms), output });
    if (!result.ok) {
      const how = result.timedOut
        ? `took longer than ${gate.timeout} s`
        : `exit ${result.code ?? result.signal ?? '?'}`;
      return `gate ${gate.name} failed (${how}):\n${output}`;
    }
  }
  return null;
}
