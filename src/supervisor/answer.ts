import type { Answer, Question } from '../commands/define.ts';
import { holding } from '../core/plan.ts';
import { pendingPosts } from '../core/state.ts';
import { predictConflict } from '../io/candidate.ts';
import { changedFiles, diff } from '../io/diff.ts';
import { repositoryGit } from '../io/repository.ts';
import { worktreeState } from '../io/worktree-state.ts';
import { changedOutside } from './fence.ts';
import type { Project } from './project.ts';
import { readNow } from './screen-watch.ts';
import { shown } from './terminal.ts';

/** The most of a diff that a review shows, in bytes; git shows the rest. */
const diffBytes = 200 * 1024;

/** Looks up in git or in the sessions what a command must know before it can be decided. Failures are answers too. */
export async function lookUp(project: Project, question: Question): Promise<Answer> {
  try {
    return await answers[question.type](project, question as never);
  } catch (error) {
    return { type: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}

const answers: {
  [T in Question['type']]: (project: Project, question: Extract<Question, { type: T }>) => Promise<Answer>;
} = {
  worktree: async (project, { agent }) => {
    const worktree = project.supervisor.state.agents[agent]?.worktree;
    if (!worktree) return { type: 'failed', error: `${agent} has no worktree yet` };
    const state = await worktreeState({
      repository: project.repository,
      path: worktree.path,
      base: project.base,
    });
    return {
      type: 'worktree',
      branch: state.branch ?? '',
      commit: state.commit,
      dirty: state.files,
      ahead: state.ahead,
      outside: await changedOutside(project, agent, state.commit),
    };
  },
  head: async (project, { branch, agent }) => {
    const commit = await repositoryGit(project.repository).commit(`refs/heads/${branch}`);
    const outside = agent && commit ? await changedOutside(project, agent, commit) : [];
    return { type: 'head', commit, outside };
  },
  diff: async (project, { branch, commit }) => {
    const { repository } = project;
    const git = repositoryGit(repository);
    const base = await git.commit(`refs/heads/${project.base}`);
    if (!base) return { type: 'failed', error: `the base branch ${project.base} is gone` };
    const range = { repository, base, commit };
    const [head, files, text, conflicts] = await Promise.all([
      git.commit(`refs/heads/${branch}`),
      changedFiles(range),
      diff(range, diffBytes),
      predictConflict({ repository, a: base, b: commit }),
    ]);
    return {
      type: 'diff',
      head,
      stat: files.map((file) => `${file.status}  ${file.path}`).join('\n'),
      files: files.map((file) => file.path),
      diff: text.truncated
        ? `${text.text}… (cut: git diff ${base.slice(0, 10)}...${commit.slice(0, 10)} shows the rest)`
        : text.text,
      conflicts: conflicts.map((conflict) => conflict.path),
    };
  },
  way: async ({ supervisor }, { agent }) => ({
    type: 'way',
    blocked: holding(supervisor.state, supervisor.world(), agent, true),
    typing: supervisor.busy.has(`typing ${agent}`),
  }),
  usage: async ({ usage }) => ({ type: 'usage', agents: usage.now() }),
  evidence: async (project, { agent }) => {
    const { supervisor } = project;
    const terminal = supervisor.terminals.get(agent);
    return {
      type: 'evidence',
      reports: Object.values(supervisor.state.agents[agent]?.reports ?? {}),
      notes: terminal ? [...shown(terminal), ...readNow(terminal)] : [],
      holding:
        pendingPosts(supervisor.state, agent).length > 0
          ? holding(supervisor.state, supervisor.world(), agent)
          : null,
    };
  },
};
