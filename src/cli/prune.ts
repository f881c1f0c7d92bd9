import { pruneBranches, teamBranches } from '../io/branch.ts';
import { loadTeam } from '../io/config.ts';
import { holderOf } from '../io/lock.ts';
import { paths } from '../io/paths.ts';
import { inspect, type Repository } from '../io/repository.ts';
import { listWorktrees } from '../io/worktree.ts';
import { removeWorktree } from '../io/worktree-removal.ts';
import { Stop } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell } from './shell.ts';
import type { Call } from './verbs.ts';

/**
 * `mcc prune`: removes the team's worktrees and the branches `mcc/*` that are merged. Nothing is deleted that git could not
 * restore: what holds unsaved work, or is not merged, stays and is named.
 */
export async function run({ shell, options, json }: Call): Promise<number> {
  const root = await rootOf(shell);
  if (await holderOf(paths(root).lock))
    throw new Stop(
      'the supervisor runs: its agents work in these worktrees',
      'mcc down, then mcc prune',
      exits.refused,
    );
  const { repository, base, folder } = await placeOf(root, shell);
  const dry = options.dryRun === true;
  const worktrees = await pruneWorktrees(repository, folder, dry);
  const branches = dry ? await prunable(repository, base) : await pruneBranches({ repository, base });
  const left = (await teamBranches({ repository, base })).filter(
    (it) => !branches.some((gone) => gone.branch === it.branch),
  );
  const data = {
    dryRun: dry,
    worktrees,
    branches: branches.map((it) => it.branch),
    kept: left.map((it) => it.branch),
  };
  if (json) shell.out(`${JSON.stringify(data, null, 2)}\n`);
  else {
    const lines = [
      ...worktrees.map(({ path, what }) => `${path}: ${what}`),
      ...branches.map((it) => `${it.branch}: ${dry ? 'would be deleted' : 'deleted'}, it was merged`),
      ...left.map((it) => `${it.branch}: kept, ${it.merged ? 'it is checked out' : `it is not in ${base}`}`),
    ];
    shell.out(`${lines.join('\n') || 'there is nothing to prune'}\n`);
  }
  return exits.ok;
}

async function placeOf(
  root: string,
  shell: Shell,
): Promise<{ repository: Repository; base: string; folder: string }> {
  const { team } = await loadTeam(root, shell.env);
  const { repository } = await inspect(root, team.base === undefined ? {} : { base: team.base });
  const base = team.base ?? repository.head;
  if (!base)
    throw new Stop(
      'HEAD is detached and agents.yaml names no base branch',
      'add `base: <branch>` to agents.yaml',
      exits.config,
    );
  return { repository, base, folder: paths(root, team.worktrees).worktrees };
}

const prunable = async (repository: Repository, base: string) =>
  (await teamBranches({ repository, base })).filter((it) => it.merged);

/** The worktrees of agents, and mcc's own for gates. */
async function pruneWorktrees(
  repository: Repository,
  folder: string,
  dry: boolean,
): Promise<{ path: string; what: string }[]> {
  const own = (await listWorktrees(repository)).filter(
    ({ path, main }) =>
      !main && (path.startsWith(`${folder}/`) || path === paths(repository.root).integration),
  );
  const done: { path: string; what: string }[] = [];
  for (const { path } of own) {
    if (dry) {
      done.push({ path, what: 'would be removed, unless it holds unsaved work' });
      continue;
    }
    const removal = await removeWorktree({ repository, path });
    const what = {
      absent: () => 'was gone already',
      removed: () => 'removed',
      trashed: () =>
        removal.type === 'trashed' ? `moved to ${removal.to}, since it holds ignored files` : '',
      refused: () =>
        removal.type === 'refused'
          ? `kept: ${removal.reason}${removal.files.length > 0 ? ` (${removal.files.slice(0, 5).join(', ')})` : ''}`
          : '',
    }[removal.type]();
    done.push({ path, what });
  }
  return done;
}
