import { join } from 'node:path';
import { userPath } from '../agents/environment.ts';
import { kindOf } from '../agents/index.ts';
import { isolatedAgents } from '../core/isolation.ts';
import type { Layout } from '../core/layout.ts';
import { hasLimits } from '../core/limits.ts';
import { nearest } from '../core/nearest.ts';
import { branchOf } from '../core/plan.ts';
import { isRefusal } from '../core/refusal.ts';
import type { Team } from '../core/team.ts';
import { findBubblewrap } from '../io/bubblewrap.ts';
import { loadTeam } from '../io/config.ts';
import { findHold } from '../io/confinement.ts';
import { findDocker } from '../io/docker.ts';
import { refsProblems } from '../io/git-fence.ts';
import { loadLayouts } from '../io/layouts.ts';
import { hasClaudeLogin } from '../io/login.ts';
import { placeProblems } from '../io/places.ts';
import { findProgram } from '../io/program.ts';
import { inspect, type Problem, type Repository } from '../io/repository.ts';
import { findTmux, tmuxProblem } from '../term/tmux-version.ts';
import { makeKeymap, replaced } from '../tui/keymap.ts';
import { findRoot } from './project.ts';
import { Stop } from './report.ts';
import { exits, type Shell } from './shell.ts';

export type Preflight = {
  repository: Repository;
  team: Team;
  file: string;
  layouts: Record<string, Layout>;
  problems: Problem[];
  notes: string[];
};

/**
 * Everything that must be right before an agent is started: the team file, the repository, the programs. Nothing is
 * changed. Throws ConfigError for the file and RepositoryProblem where there is no usable repository.
 */
export async function preflight(shell: Shell): Promise<Preflight> {
  const root = findRoot(shell) ?? (await inspect(shell.cwd)).repository.root;
  const { team, file } = await loadTeam(root, shell.env);
  const { repository, problems, notes } = await inspect(
    root,
    team.base === undefined ? {} : { base: team.base },
  );
  const layouts = await layoutsOf(root, shell);
  const more = await Promise.all([
    placeProblems(
      repository,
      team.worktrees,
      Object.keys(team.agents).map((name) => ({ name, branch: branchOf(name) })),
    ),
    programProblems(team, root, shell),
    loginProblems(team, shell),
    hostProblems(team, shell),
    isolationProblems(team, repository, shell),
  ]);
  const screen = screenProblems(team, layouts);
  return {
    repository,
    team,
    file,
    layouts,
    problems: [...problems, ...more.flat(), ...screen.problems],
    notes: [...notes, ...screen.notes, ...(await limitNotes(team, shell))],
  };
}

/** How limits are held on this machine, where there are any. */
async function limitNotes(team: Team, shell: Shell): Promise<string[]> {
  if (!hasLimits(team)) return [];
  const hold = await findHold({ env: shell.env });
  return hold.type === 'watched'
    ? [`limits are watched by mcc, since the system cannot hold them here (${hold.why})`]
    : [];
}

/** All of it that a screen on a supervisor needs that runs already: not the dozen runs of git. */
export async function screenPreflight(
  root: string,
  shell: Shell,
): Promise<Pick<Preflight, 'team' | 'layouts' | 'problems' | 'notes'>> {
  const { team } = await loadTeam(root, shell.env);
  const layouts = await layoutsOf(root, shell);
  return { team, layouts, ...screenProblems(team, layouts) };
}

const screenProblems = (team: Team, layouts: Record<string, Layout>) => ({
  problems: [...keyProblems(team), ...layoutProblems(team.layout, layouts)],
  notes: replaced(team.keys.bind),
});

/** The layouts that come with mcc. */
export const shippedLayouts = (shell: Shell): Promise<Record<string, Layout>> =>
  loadLayouts([join(shell.home, 'layouts')]);

/** The layouts that come with mcc, and the project's own. */
export const layoutsOf = (root: string, shell: Shell): Promise<Record<string, Layout>> =>
  loadLayouts([join(shell.home, 'layouts'), join(root, 'layouts')]);

/** What is wrong with the name of a layout. */
export function layoutProblems(name: string, layouts: Record<string, Layout>): Problem[] {
  const names = Object.keys(layouts);
  if (names.includes(name)) return [];
  const near = nearest(name, names);
  return [
    {
      what: `there is no layout \`${name}\`${near ? `: did you mean \`${near}\`?` : ''}`,
      hint: `layouts: ${names.join(', ')}`,
    },
  ];
}

/** The program an agent runs, as its kind starts it. */
const programOf = (team: Team, name: string, shell: Shell): string =>
  team.agents[name]?.command?.[0] ?? kindOf(team, name).program ?? shell.env.SHELL ?? '/bin/sh';

async function programProblems(team: Team, root: string, shell: Shell): Promise<Problem[]> {
  const users = new Map<string, string[]>();
  for (const name of Object.keys(team.agents)) {
    const program = programOf(team, name, shell);
    users.set(program, [...(users.get(program) ?? []), name]);
  }
  const found = await Promise.all(
    [...users].map(async ([program, names]): Promise<Problem[]> => {
      if (await findProgram(program, { PATH: userPath(shell.env).join(':') }, root)) return [];
      const what = `\`${program}\`, which ${names.join(', ')} would run, is not on your PATH`;
      const install = names.flatMap((name) => {
        const kind = kindOf(team, name);
        return kind.program === program ? (kind.install ?? []) : [];
      });
      const hint = install[0] ?? 'install it, or change `command:` in the team file';
      return [{ what, hint }];
    }),
  );
  return found.flat();
}

async function loginProblems(team: Team, shell: Shell): Promise<Problem[]> {
  const agents = Object.entries(team.agents);
  const unset = agents.flatMap(([name, { auth }]): Problem[] =>
    auth?.env === undefined || shell.env[auth.env]
      ? []
      : [
          {
            what: `${name} is to log in by ${auth.env}, and your environment has no such variable`,
            hint: `export ${auth.env}=…, or change \`auth:\` in the team file`,
          },
        ],
  );
  const inNeed = agents.filter(([, { kind, command, auth }]) => kind === 'claude' && !command && !auth);
  const without = await Promise.all(
    inNeed.map(async ([name, agent]) =>
      (await hasClaudeLogin({ ...shell.env, ...agent.env })) ? [] : [name],
    ),
  );
  const names = without.flat();
  if (names.length === 0) return unset;
  return [
    ...unset,
    {
      what: `Claude Code has no login that ${names.join(', ')} could use`,
      hint: 'run `claude` once and log in, or set ANTHROPIC_API_KEY',
    },
  ];
}

async function hostProblems({ host }: Team, shell: Shell): Promise<Problem[]> {
  const what = host === 'tmux' ? tmuxProblem(await findTmux(shell.env)) : undefined;
  return what ? [{ what, hint: 'install tmux 3.2 or newer, or take `host: tmux` out of the team file' }] : [];
}

/** A team that asks for a sandbox never runs without. */
async function isolationProblems(team: Team, repository: Repository, shell: Shell): Promise<Problem[]> {
  const isolated = isolatedAgents(team);
  if (isolated.length === 0) return [];
  const hows = new Set(isolated.map(({ isolation }) => isolation));
  const found = await Promise.all([
    hows.has('bubblewrap') ? findBubblewrap(shell.env) : undefined,
    hows.has('docker') ? findDocker(shell.env, team.sandbox.image) : undefined,
  ]);
  const problems = found.filter((one) => one !== undefined && 'what' in one);
  return [...problems, ...(await refsProblems(repository))];
}

function keyProblems({ keys }: Team): Problem[] {
  const made = makeKeymap(keys.leader, keys.bind);
  return isRefusal(made) ? [{ what: made.refusal, hint: made.hint ?? 'mcc keys' }] : [];
}

/** Throws Stop when there are problems: all of them at once, each with what to do. */
export function stopAtProblems(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (!first) return;
  if (others.length === 0) throw new Stop(first.what, first.hint, exits.config);
  const text = problems.map(({ what, hint }) => `${what}\n  → ${hint}`).join('\n');
  throw new Stop(`${problems.length} things stand in the way:\n${text}`, 'mcc check', exits.config);
}
