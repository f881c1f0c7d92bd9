import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Launch } from '../../agents/index.ts';
import { isolatedAgents, isolationOf, isolationOfGates } from '../../core/isolation.ts';
import type { Agent } from '../../core/state.ts';
import type { Isolation } from '../../core/team.ts';
import { type Argv, bubblewrap, findBubblewrap } from '../../io/bubblewrap.ts';
import { clientEnvironment, docker, endContainer, findDocker } from '../../io/docker.ts';
import { insideOf } from '../../io/files.ts';
import { fencedGit, gitFence } from '../../io/git-fence.ts';
import { findProgram } from '../../io/program.ts';
import { type Problem, repositoryGit } from '../../io/repository.ts';
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
  const cwd = await realpath(worktree?.path ?? '');
  const config = join(paths.session(name), 'config');
  const results = join(paths.results, name);
  for (const folder of [config, results, paths.inbox(name)])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  // What it would take for its own word on itself, if the last run was killed: every run has the same pid.
  if (insideOf(config, 'sessions')) rmSync(join(config, 'sessions', `${pidInside}.json`), { force: true });
  const how = isolationOf(project.team, name);
  // In a container the programs are those of its image.
  const file = how === 'docker' ? launch.file : programPath(launch);
  const fence = await gitFence(repository, cwd, name);
  const path =
    how === 'docker'
      ? `${join(paths.session(name), 'bin')}:${imagePath}`
      : `${await ownPrograms(project, name, fence.admin, cwd)}:${launch.env.PATH}`;
  const mounts: Mount[] = [
    ...machine(project, how, how === 'docker' ? [] : [dirname(file), ...realPaths([file]).map(dirname)]),
    ...(await hiddenIn(project, name)),
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
    PATH: path,
  };
  const container = containerOf(launch.env.MCC_SESSION ?? '');
  const inside = { mounts, cwd, set, name: container, pass: Object.keys(launch.env), terminal: true };
  const program = await enclose(project, how, { file, args: launch.args }, inside);
  const env = how === 'docker' ? { ...launch.env, ...clientEnvironment(project.environment) } : launch.env;
  return { ...launch, ...program, env };
}

/** The container of a session, a gate or a set-up, by what tells it from all others. */
export const containerOf = (id: string): string =>
  `mcc-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;

export const gateId = (root: string): string => `gate ${root}`;
export const setupId = (root: string, agent: string): string => `setup ${root} ${agent}`;

/** Where images keep their programs. */
const imagePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Inside {
  mounts: readonly Mount[];
  cwd: string;
  set: Record<string, string>;
  /** of the container */
  name: string;
  /** names of variables that the program gets as they are; all with bubblewrap */
  pass: readonly string[];
  terminal: boolean;
}

/** Puts a program into the sandbox that holds it. @throws Error with a hint where there can be none */
async function enclose(project: Project, how: Isolation, program: Argv, inside: Inside): Promise<Argv> {
  const { environment, team } = project;
  const { mounts, cwd, set } = inside;
  if (how === 'bubblewrap')
    return bubblewrap(await orThrow(findBubblewrap(environment)), program, { mounts, cwd, set });
  const found = await orThrow(findDocker(environment, team.sandbox.image));
  await endContainer(found.program, inside.name, environment);
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  return docker(found.program, program, {
    ...inside,
    image: found.image,
    user,
    set: { PATH: imagePath, ...set, HOME: sandboxTmp },
  });
}

/** A project whose sandboxes are ended; without its team there are none. */
export type Sandboxed = Pick<Project, 'root'> & Partial<Pick<Project, 'team' | 'environment'>>;

/** Ends the container of something that ran in one: ending its client does not. */
export async function endSandbox({ team, environment = {} }: Sandboxed, id: string): Promise<void> {
  if (!team || !isolatedAgents(team).some(({ isolation }) => isolation === 'docker')) return;
  const program = await findProgram('docker', environment);
  if (program) await endContainer(program, containerOf(id), environment);
}

/** What is hidden from an agent of the main checkout, as far as it is not in git anyway, where everything can be read. */
async function hiddenIn({ repository, team }: Project, name: string): Promise<Mount[]> {
  const patterns = team.agents[name]?.hidden ?? [];
  if (patterns.length === 0) return [];
  const paths = patterns.map((pattern) => `:(glob)${pattern.replace(/^(\.?\/)+|\/+$/g, '')}`);
  const found = await repositoryGit(repository).run(['ls-files', '--others', '-z', '--', ...paths]);
  const files = found.split('\0').filter((file) => file !== '' && !file.endsWith('/'));
  return realPaths(files.map((file) => join(repository.root, file))).map(
    (at): Mount => ({ type: 'hide', at }),
  );
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
  const how = isolationOfGates(project.team);
  if (how === 'none') return gate;
  const cwd = await realpath(project.paths.integration);
  const mounts: Mount[] = [
    ...machine(project, how),
    { type: 'write', at: cwd },
    { type: 'read', at: join(cwd, '.git') },
  ];
  const set = environmentIn(project, join(sandboxTmp, 'cache'));
  const name = containerOf(gateId(project.root));
  return enclose(project, how, gate, { mounts, cwd, set, name, pass: ['MCC_GATE'], terminal: false });
}

/** The argv of a set-up command, in the sandbox of its agent without anything of the session. @throws Error as `isolate` */
export async function isolateSetup(
  project: Project,
  name: string,
  worktree: string,
  command: Argv,
  pass: readonly string[],
): Promise<Argv> {
  if (!isIsolated(project, name)) return command;
  const cwd = await realpath(worktree);
  const { mounts } = await gitFence(project.repository, cwd, name);
  const set = environmentIn(project, join(sandboxTmp, 'cache'));
  const how = isolationOf(project.team, name);
  return enclose(project, how, command, {
    mounts: [...machine(project, how), ...mounts],
    ...{ cwd, set, name: containerOf(setupId(project.root, name)), pass, terminal: false },
  });
}

/** The machine as every sandbox sees it: nothing of mcc, no sockets, and the project to read. */
function machine(project: Project, how: Isolation, programs: readonly string[] = []): Mount[] {
  const { team, environment, repository, paths, runtime } = project;
  const { writable, visible, hidden } = team.sandbox;
  const home = environment.HOME;
  const [node = '', script = ''] = project.program;
  const own = [repository.root, repository.commonDir, paths.worktrees];
  const mcc = realPaths([script]).map((path) => dirname(dirname(path)));
  const needed = [home ?? '', dirname(node), ...mcc];
  // A container shows nothing else of the machine: mcc itself, its Node, and who commits.
  const container = how === 'docker' ? containerMounts([node, ...mcc], atHome('~/.gitconfig', home)) : [];
  return [
    ...surroundings({
      environment,
      sockets: [dirname(runtime)],
      visible: [...own, ...needed, ...programs, ...visible.map((path) => atHome(path, home))],
    }),
    ...container,
    ...places('write', writable, home),
    // After what may be written, which may be a folder around them.
    ...realPaths(own).map((at): Mount => ({ type: 'read', at })),
    ...places('hide', hidden, home),
    { type: 'hide', at: paths.own },
  ];
}

const containerMounts = (programs: readonly string[], gitconfig: string): Mount[] => [
  ...realPaths(programs).map((at): Mount => ({ type: 'read', at })),
  ...realPaths([gitconfig]).map((from): Mount => ({ type: 'read', at: `${sandboxTmp}/.gitconfig`, from })),
];

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

async function orThrow<T extends object>(found: Promise<T | Problem>): Promise<T> {
  const made = await found;
  if ('what' in made) throw Object.assign(new Error(made.what), { hint: made.hint });
  return made;
}
