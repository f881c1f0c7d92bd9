import { commands } from '../commands/index.ts';
import { parseWords, splitLine } from '../commands/words.ts';
import { isRefusal } from '../core/refusal.ts';
import type { AgentSpec, Team } from '../core/team.ts';
import { loadTeam } from '../io/config.ts';
import { hasClaudeLogin } from '../io/login.ts';
import { findProgram } from '../io/program.ts';
import { inspect, type Problem, type Repository } from '../io/repository.ts';
import { findRoot } from './project.ts';
import type { Shell } from './shell.ts';

export type Preflight = {
  repository: Repository;
  team: Team;
  file: string;
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
    shell.cwd,
    team.base === undefined ? {} : { base: team.base },
  );
  const more = await Promise.all([programProblems(team, root, shell), loginProblems(team, shell)]);
  return { repository, team, file, problems: [...problems, ...more.flat(), ...keyProblems(team)], notes };
}

/** The program an agent runs, as its kind starts it. */
const programOf = ({ kind, command }: AgentSpec, shell: Shell): string =>
  command?.[0] ?? (kind === 'claude' ? 'claude' : (shell.env.SHELL ?? '/bin/sh'));

async function programProblems(team: Team, root: string, shell: Shell): Promise<Problem[]> {
  const users = new Map<string, string[]>();
  for (const [name, agent] of Object.entries(team.agents)) {
    const program = programOf(agent, shell);
    users.set(program, [...(users.get(program) ?? []), name]);
  }
  const found = await Promise.all(
    [...users].map(async ([program, names]): Promise<Problem[]> => {
      if (await findProgram(program, shell.env, root)) return [];
      const what = `\`${program}\`, which ${names.join(', ')} would run, is not on your PATH`;
      const hint =
        program === 'claude'
          ? 'npm install -g @anthropic-ai/claude-code'
          : 'install it, or change `command:` in the team file';
      return [{ what, hint }];
    }),
  );
  return found.flat();
}

async function loginProblems(team: Team, shell: Shell): Promise<Problem[]> {
  const inNeed = Object.entries(team.agents).filter(([, { kind, command }]) => kind === 'claude' && !command);
  const without = await Promise.all(
    inNeed.map(async ([name, agent]) =>
      (await hasClaudeLogin({ ...shell.env, ...agent.env })) ? [] : [name],
    ),
  );
  const names = without.flat();
  if (names.length === 0) return [];
  return [
    {
      what: `Claude Code has no login that ${names.join(', ')} could use`,
      hint: 'run `claude` once and log in, or set ANTHROPIC_API_KEY',
    },
  ];
}

function keyProblems({ keys }: Team): Problem[] {
  return Object.entries(keys.bind).flatMap(([key, line]) => {
    const parsed = parseWords(commands, splitLine(line));
    return isRefusal(parsed)
      ? [{ what: `keys.bind.${key}: ${parsed.refusal}`, hint: parsed.hint ?? 'mcc help' }]
      : [];
  });
}
