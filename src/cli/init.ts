import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderTeam } from '../core/first-team.ts';
import type { Survey } from '../core/survey.ts';
import { teamJsonSchema } from '../core/team-schema.ts';
import { parseTeam, teamFiles } from '../io/config.ts';
import { writeWhole } from '../io/files.ts';
import { inspect, keepOut, type Problem, type Repository } from '../io/repository.ts';
import { survey } from '../io/survey.ts';
import { findTmux, tmuxProblem } from '../term/tmux-version.ts';
import { Stop } from './report.ts';
import { exits, type Shell, styled } from './shell.ts';
import type { Call } from './verbs.ts';

/** Where editors find the schema: beside the log, so that it always fits the mcc that runs here and needs no network. */
export const schemaPath = '.mcc/agents.schema.json';

/** `mcc init`: writes agents.yaml from what the repository shows. Never overwrites a file. */
export async function run({ shell, options, json }: Call): Promise<number> {
  const { repository } = await inspect(shell.cwd);
  const seen = { ...(await survey(repository.root, shell.env)), ...(await tmuxOf(shell)) };
  const text = renderTeam(seen, `./${schemaPath}`);
  const team = parseTeam(text, 'agents.yaml', shell.env);
  // Again, now that the base is known: on a detached HEAD it is not the branch that is out.
  const { problems } = await inspect(shell.cwd, team.base === undefined ? {} : { base: team.base });
  if (options.print === true) {
    shell.out(text);
    return exits.ok;
  }
  await write(repository, text);
  if (json)
    shell.out(
      `${JSON.stringify({ file: join(repository.root, 'agents.yaml'), survey: seen, agents: Object.keys(team.agents), problems }, null, 2)}\n`,
    );
  else tell(shell, seen, Object.keys(team.agents), problems);
  return exits.ok;
}

async function tmuxOf({ env }: Shell): Promise<{ tmux?: string }> {
  const found = await findTmux(env);
  return found && !tmuxProblem(found) ? { tmux: found.version } : {};
}

async function write(repository: Repository, text: string): Promise<void> {
  const { root } = repository;
  for (const name of [...teamFiles, 'agents.yml']) {
    if (!(await stat(join(root, name)).catch(() => undefined))) continue;
    throw new Stop(
      `${name} is here already, and mcc never overwrites it`,
      'mcc check, or mcc init --print to compare',
      exits.refused,
    );
  }
  await writeFile(join(root, 'agents.yaml'), text, { flag: 'wx' });
  await keepOut(repository, ['/.mcc/', '/worktrees/']);
  await writeSchema(root);
}

/** Writes the schema for editors into `.mcc/`. */
export async function writeSchema(root: string): Promise<void> {
  await mkdir(join(root, '.mcc'), { recursive: true });
  await writeWhole(join(root, schemaPath), `${JSON.stringify(teamJsonSchema(), null, 2)}\n`);
}

function tell(shell: Shell, seen: Survey, agents: string[], problems: Problem[]): void {
  const dim = (text: string) => styled(shell, 'dim', text);
  const row = (name: string, value: string) => shell.out(`  ${name.padEnd(10)}${value}\n`);
  shell.out(
    `wrote agents.yaml: ${agents.join(', ')}\n${dim('kept out of git by .git/info/exclude: .mcc/, worktrees/')}\n\n`,
  );
  row(
    'base',
    seen.base
      ? `${seen.base}${seen.branch === seen.base ? '' : dim(`  (you are on ${seen.branch ?? 'no branch'})`)}`
      : dim('none found: name it in agents.yaml'),
  );
  row(
    'tests',
    seen.tests[0]
      ? `${seen.tests[0].run}${dim(`  (${seen.tests[0].why})`)}`
      : dim('none found: add a gate under merge: in agents.yaml'),
  );
  row('folders', seen.folders.slice(0, 12).join(', ') || dim('none'));
  row(
    'agents',
    seen.clis.map(({ name, version }) => `${name} ${version}`.trim()).join(', ') ||
      dim('no coding CLI on PATH'),
  );
  if (!seen.claude)
    shell.out(
      `\n${styled(shell, 'yellow', 'Claude Code was not found on your PATH:')} npm install -g @anthropic-ai/claude-code, then run \`claude\` once to log in\n`,
    );
  for (const { what, hint } of problems)
    shell.out(`\n${styled(shell, 'yellow', 'before mcc up:')} ${what}\n${dim('hint:')} ${hint}\n`);
  shell.out(
    `\nnext: look at agents.yaml, then ${styled(shell, 'bold', 'mcc check')} and ${styled(shell, 'bold', 'mcc up')}\n`,
  );
}
