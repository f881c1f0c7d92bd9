import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Launch } from '../../agents/index.ts';
import { isolationOf, isolationOfGates } from '../../core/isolation.ts';
import type { Agent } from '../../core/state.ts';
import { type Argv, bubblewrap, findBubblewrap, type Programs } from '../../io/bubblewrap.ts';
import { fencedGit, gitFence } from '../../io/git-fence.ts';
import { findProgram } from '../../io/program.ts';
import { atHome, isBelow, type Mount, places, realPaths, surroundings } from '../../io/sandbox.ts';
import type { Project } from '../project.ts';
import { programPath } from './launch-files.ts';

/** The folder for temporary files in a sandbox: its own, and gone with it. */
export const sandboxTmp = '/tmp';

/** The pid of a program as it sees itself: bwrap's own init is the first process of the namespace, the program the second. */
export const pidInside = 2;

export const isIsolated = ({ team }: Project, agent: string): boolean => isolationOf(team, agent) !== 'none';

/**
 * The launch of an isolated agent: the same program in a sandbox in which it can write its own worktree, branches,
 * configuration and results, and see of mcc only what is its own.
 * @throws Error with a hint where no sandbox can be made: nothing is ever started without
 */
export async function isolate(project: Project, { name, worktree }: Agent, launch: Launch): Promise<Launch> {
  const { paths, repository, entrances, runtime } = project;
  const programs = await programsOf(project);
  const cwd = await realpath(worktree?.path ?? '');
  const config = join(paths.session(name), 'config');
  const results = join(paths.results, name);
  for (const folder of [config, results, paths.inbox(name)])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  // What it would take for its own word on itself, if the last run was killed: every run has the same pid.
  rmSync(join(config, 'sessions', `${pidInside}.json`), { force: true });
  const file = programPath(launch);
  const fence = await gitFence(repository, cwd, name);
  const bin = await ownPrograms(project, name, fence.admin, cwd);
  const mounts: Mount[] = [
    ...machine(project, [dirname(file), ...realPaths([file]).map(dirname)]),
    { type: 'read', at: paths.session(name) },
    { type: 'write', at: config },
    { type: 'write', at: results },
    ...realPaths([paths.inbox(name), paths.events, paths.pointer]).map((at): Mount => ({ type: 'read', at })),
    { type: 'read', at: runtime, from: await entrances.open(name) },
    ...fence.mounts,
  ];
  const set = {
    ...environmentIn(project, join(config, 'cache')),
    ...unsigned(launch.env),
    PATH: `${bin}:${launch.env.PATH}`,
  };
  return { ...launch, ...bubblewrap(programs, { file, args: launch.args }, { mounts, cwd, set }) };
}

/** A folder of programs that are other in a sandbox. */
async function ownPrograms({ paths, environment }: Project, name: string, admin: string, cwd: string) {
  const bin = join(paths.session(name), 'inside');
  const git = await findProgram('git', environment);
  if (!git) throw new Error('git is not on PATH');
  mkdirSync(bin, { recursive: true, mode: 0o700 });
  writeFileSync(join(bin, 'git'), fencedGit(git, admin, cwd), { mode: 0o700 });
  return bin;
}

/** The argv of a gate, in a sandbox where any agent is isolated: a gate runs what agents wrote. @throws Error as `isolate` */
export async function isolateGate(project: Project, gate: Argv): Promise<Argv> {
  if (isolationOfGates(project.team) === 'none') return gate;
  const cwd = await realpath(project.paths.integration);
  const mounts: Mount[] = [
    ...machine(project, []),
    { type: 'write', at: cwd },
    { type: 'read', at: join(cwd, '.git') },
  ];
  const set = environmentIn(project, join(sandboxTmp, 'cache'));
  return bubblewrap(await programsOf(project), gate, { mounts, cwd, set });
}

/** The argv of a set-up command, in the sandbox of its agent without anything of the session. @throws Error as `isolate` */
export async function isolateSetup(
  project: Project,
  name: string,
  worktree: string,
  command: Argv,
): Promise<Argv> {
  if (!isIsolated(project, name)) return command;
  const cwd = await realpath(worktree);
  const { mounts } = await gitFence(project.repository, cwd, name);
  const set = environmentIn(project, join(sandboxTmp, 'cache'));
  return bubblewrap(await programsOf(project), command, {
    mounts: [...machine(project, []), ...mounts],
    cwd,
    set,
  });
}

/** The machine as every sandbox sees it: nothing of mcc, no sockets, and the project to read. */
function machine(project: Project, programs: readonly string[]): Mount[] {
  const { team, environment, repository, paths, runtime } = project;
  const { writable, visible, hidden } = team.sandbox;
  const home = environment.HOME;
  const [node = '', script = ''] = project.program;
  const own = [repository.root, repository.commonDir, paths.worktrees];
  const needed = [home ?? '', dirname(node), ...realPaths([script]).map((path) => dirname(dirname(path)))];
  return [
    ...surroundings({
      environment,
      sockets: [dirname(runtime)],
      visible: [...own, ...needed, ...programs, ...visible.map((path) => atHome(path, home))],
    }),
    ...places('write', writable, home),
    // After what may be written, which may be a folder around them.
    ...realPaths(own).map((at): Mount => ({ type: 'read', at })),
    ...places('hide', hidden, home),
    { type: 'hide', at: paths.own },
  ];
}

/** Programs keep temporary files and caches where they can: in a place of the sandbox's own, unless the user's may be written. */
function environmentIn({ team, environment }: Project, cache: string): Record<string, string> {
  const home = environment.HOME;
  const may = (path: string) =>
    team.sandbox.writable
      .map((one) => atHome(one, home))
      .some((one) => atHome(path, home) === one || isBelow(atHome(path, home), one));
  return {
    TMPDIR: sandboxTmp,
    ...(may('~/.cache') ? {} : { XDG_CACHE_HOME: cache }),
    ...(may('~/.npm') ? {} : { npm_config_cache: join(cache, 'npm') }),
  };
}

/** Git signs with keys that a sandbox does not have, and its housekeeping writes what an agent may not. */
function unsigned(env: Readonly<Record<string, string>>): Record<string, string> {
  if (env.GIT_CONFIG_COUNT !== undefined) return {};
  const settings = ['commit.gpgsign=false', 'tag.gpgsign=false', 'gc.auto=0', 'maintenance.auto=false'];
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(settings.length)],
    ...settings.flatMap((setting, at) => {
      const [key = '', value = ''] = setting.split('=');
      return [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ];
    }),
  ]);
}

async function programsOf({ environment }: Project): Promise<Programs> {
  const found = await findBubblewrap(environment);
  if ('what' in found) throw Object.assign(new Error(found.what), { hint: found.hint });
  return found;
}
