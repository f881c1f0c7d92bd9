import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { teamFiles } from '../io/config.ts';
import { preflight } from './preflight.ts';
import { linkedWorktree } from './project.ts';
import { kindProblems } from './recorded-kinds.ts';
import { exits, type Shell, styled } from './shell.ts';
import type { Call } from './verbs.ts';

/** `mcc check`: all that `mcc up` would stop at, without starting anything. */
export async function run({ shell, json }: Call): Promise<number> {
  const { repository, team, file, problems: found, notes: known } = await preflight(shell);
  const recorded = await kindProblems(team, repository.root);
  const problems = [...found, ...recorded.problems];
  const notes = [...known, ...ownFileNotes(shell, file)];
  const agents = Object.keys(team.agents);
  const base = team.base ?? repository.head;
  const name = relative(repository.root, file);
  if (json) {
    const about = { file: name, root: repository.root, base, architect: team.architect ?? null, agents };
    shell.out(
      `${JSON.stringify({ ...about, gates: team.merge.gates.map((gate) => gate.name), problems, notes }, null, 2)}\n`,
    );
  } else {
    shell.out(
      `${file}: ${agents.map((agent) => (agent === team.architect ? `${agent} (architect)` : agent)).join(', ')}\n`,
    );
    shell.out(
      `base ${base ?? '?'}, gates: ${team.merge.gates.map((gate) => gate.name).join(', ') || 'none'}\n`,
    );
    const own = Object.keys(team.kinds ?? {});
    if (own.length > 0)
      shell.out(`kinds of your own: ${own.join(', ')}; recorded screens: ${recorded.tried}\n`);
    for (const note of notes) shell.out(`${styled(shell, 'dim', 'note:')} ${note}\n`);
    for (const { what, hint } of problems)
      shell.err(`${styled(shell, 'red', 'problem:')} ${what}\n${styled(shell, 'dim', 'hint:')} ${hint}\n`);
    if (problems.length === 0) shell.out(`${styled(shell, 'green', 'ready')}: mcc up\n`);
  }
  return problems.length === 0 ? exits.ok : exits.config;
}

/** A linked worktree has a team file of its own where that is in git; the one of the main worktree counts. */
function ownFileNotes(shell: Shell, used: string): string[] {
  const here = linkedWorktree(shell);
  const own = teamFiles.flatMap((name) => (here ? [join(here, name)] : [])).find((path) => existsSync(path));
  return own && own !== used ? [`${own} is not used: mcc takes ${used}`] : [];
}
