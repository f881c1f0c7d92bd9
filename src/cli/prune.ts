import { existsSync } from 'node:fs';
import { type Event, parseEvent } from '../core/event.ts';
import { pruneBranches, teamBranches } from '../io/branch.ts';
import { loadTeam } from '../io/config.ts';
import { acquire } from '../io/lock.ts';
import { Log } from '../io/log.ts';
import { paths } from '../io/paths.ts';
import { inspect, type Repository } from '../io/repository.ts';
import { listWorktrees } from '../io/worktree.ts';
import { removeWorktree } from '../io/worktree-removal.ts';
import { gatesHolder } from '../supervisor/leases.ts';
import { foldState } from './fold.ts';
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
  const lock = await acquire(paths(root).lock);
  if (lock.held)
    throw new Stop(
      'the supervisor runs: its agents work in these worktrees',
      'mcc down, then mcc prune',
      exits.refused,
    );
  try {
    return await prune(root, { shell, options, json });
  } finally {
    await lock.release();
  }
}

async function prune(root: string, { shell, options, json }: Omit<Call, 'args'>): Promise<number> {
  const { repository, base, folder } = await placeOf(root, shell);
  const dry = options.dryRun === true;
  const worktrees = await pruneWorktrees(repository, folder, dry);
  const ports = await freePorts(root, worktrees, dry);
  const branches = dry ? await prunable(repository, base) : await pruneBranches({ repository, base });
  const left = (await teamBranches({ repository, base })).filter(
    (it) => !branches.some((gone) => gone.branch === it.branch),
  );
  const data = {
    dryRun: dry,
    worktrees,
    ports,
    branches: branches.map((it) => it.branch),
    kept: left.map((it) => it.branch),
  };
  if (json) shell.out(`${JSON.stringify(data, null, 2)}\n`);
  else {
    const lines = [
      ...worktrees.map(({ path, what }) => `${path}: ${what}`),
      ...(ports.length > 0 ? [`ports ${ports.join(', ')}: ${dry ? 'would be freed' : 'freed'}`] : []),
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

/** Frees the ports of worktrees that are gone; returns them. */
async function freePorts(root: string, left: readonly Pruned[], dry: boolean): Promise<number[]> {
  const place = paths(root);
  const { leases, agents, seq } = foldState(root, new Date()).state;
  const held = Object.entries(leases).filter(([holder]) => {
    const path = holder === gatesHolder ? place.integration : agents[holder]?.worktree?.path;
    return !path || !existsSync(path) || (dry && left.some((one) => one.path === path));
  });
  const ports = held.flatMap(([, lease]) => lease.ports);
  if (dry || held.length === 0) return ports;
  const stamp = { v: 1, at: new Date().toISOString(), by: 'person', cause: 'prune' } as const;
  const { log } = Log.open<Event>(place.events, parseEvent);
  log.append(
    held.map(([holder], index) => ({ ...stamp, seq: seq + 1 + index, type: 'ports.freed', holder })),
  );
  await log.close();
  return ports;
}

type Pruned = { path: string; what: string };

/** The worktrees of agents, and mcc's own for gates. */
async function pruneWorktrees(repository: Repository, folder: string, dry: boolean): Promise<Pruned[]> {
  const own = (await listWorktrees(repository)).filter(
    ({ path, main }) =>
      !main && (path.startsWith(`${folder}/`) || path === paths(repository.root).integration),
  );
  const done: Pruned[] = [];
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
