import { readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fenced, outsideOf, type Touch } from '../core/fence.ts';
import { changedFiles } from '../io/diff.ts';
import { insideOf } from '../io/files.ts';
import type { Project } from './project.ts';

/** The files of a commit that its author may not change; none where the team file fences nothing. */
export async function changedOutside(project: Project, agent: string, commit: string): Promise<string[]> {
  const write = project.team.agents[agent]?.write ?? [];
  if (write.length === 0) return [];
  const { repository, base } = project;
  const files = await changedFiles({ repository, base: `refs/heads/${base}`, commit });
  return outsideOf(
    write,
    files.map(({ path }) => path),
  );
}

/** The answer for a hook before a tool that must not be used on that file; null when it may be. */
export function fenceAnswer(
  project: Project,
  agent: string,
  { file, writes }: { file: string; writes: boolean },
): object | null {
  const worktree = project.supervisor.state.agents[agent]?.worktree?.path;
  const spec = project.team.agents[agent];
  if (!worktree || !spec) return null;
  const touch = touchOf(project, agent, worktree, resolve(worktree, file), writes);
  const reason = touch && fenced(spec, worktree, touch);
  if (!reason) return null;
  project.note('info', 'a fence held a tool', { agent, file, writes });
  return {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: reason,
    },
  };
}

/** Where in the repository a file lies; null elsewhere, and in mcc's own folder, which has rules of its own. */
function touchOf(
  { paths, root, team }: Project,
  agent: string,
  worktree: string,
  file: string,
  writes: boolean,
): Touch | null {
  const inside = (folder: string) => {
    const real = insideOf(folder, file);
    return real === undefined ? undefined : relative(insideOf(folder, '.') ?? folder, real);
  };
  const own = inside(worktree);
  if (own !== undefined) return { writes, where: 'own', path: own };
  for (const other of Object.keys(team.agents)) {
    if (other === agent) continue;
    const path = insideIfThere(inside, paths.worktree(other));
    if (path !== undefined) return { writes, where: { agent: other }, path };
  }
  const main = inside(root);
  return main === undefined || main === '.mcc' || main.startsWith(`.mcc${sep}`)
    ? null
    : { writes, where: 'main', path: main };
}

/** A worktree that is not made yet holds nothing. */
function insideIfThere(inside: (folder: string) => string | undefined, folder: string): string | undefined {
  try {
    return inside(folder);
  } catch {
    return undefined;
  }
}

/**
 * What a session's CLI is told to leave alone, as absolute paths: the other worktrees, what lies in the main checkout, and
 * what is hidden from the agent.
 */
export function fenceOf({ paths, root, team }: Project, agent: string, worktree: string) {
  const own = [worktree, paths.worktree(agent)];
  const others = Object.keys(team.agents)
    .map((name) => paths.worktree(name))
    .filter((path) => !own.includes(path));
  // One rule an entry: a rule on the root would hold for the worktrees in it too, and none makes an exception.
  const main = readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !['.git', '.mcc'].includes(name))
    .map((found) => ({ path: join(root, found.name), folder: found.isDirectory() }))
    .filter(
      ({ path }) => path !== paths.worktrees && !`${paths.worktrees}${sep}`.startsWith(`${path}${sep}`),
    );
  const hidden = team.agents[agent]?.hidden ?? [];
  const both = (path: string) => [path, join(path, '**')];
  return {
    unwritable: [
      ...others.map((path) => join(path, '**')),
      ...main.map(({ path, folder }) => (folder ? join(path, '**') : path)),
    ],
    unreadable: hidden.flatMap((pattern) => [worktree, root].flatMap((top) => both(join(top, pattern)))),
  };
}
