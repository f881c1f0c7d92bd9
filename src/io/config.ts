import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type ConfigProblem } from '../core/config-error.ts';
import { type JsonSchema, jsonSchema, type Path } from '../core/expected.ts';
import type { KindSpec } from '../core/kind-spec.ts';
import { readServices } from '../core/services.ts';
import { type Team, teamSchema } from '../core/team.ts';
import { type Finding, teamProblems, unknownKind } from '../core/team-rules.ts';
import { expandTeam } from './environment.ts';
import { findings } from './findings.ts';
import { loadKinds } from './kinds.ts';
import { readText, shownAs } from './text.ts';
import { readYaml } from './yaml.ts';

/** Names of the team's file, in the project's root; only one of them may be there. */
export const teamFiles = ['agents.yaml', 'multi-agent.yaml'] as const;
const misnamed = ['agents.yml', 'multi-agent.yml'];

type Env = Record<string, string | undefined>;

/**
 * Reads the team of the project at `root` from agents.yaml, or from multi-agent.yaml; `file` is the absolute path of
 * the one used. Values of `env:` come back with `${NAME}` filled in from `env`: the team holds secrets, so it is
 * never to be printed or logged. Throws ConfigError with every problem found.
 */
export async function loadTeam(root: string, env: Env = process.env): Promise<{ team: Team; file: string }> {
  const file = await findTeamFile(root);
  const kinds = await loadKinds(join(root, 'kinds'));
  return { team: parseTeam(await readText(file), shownAs(file), env, kinds), file };
}

/** The absolute path of the project's team file; throws ConfigError when there is none or more than one. */
export async function findTeamFile(root: string): Promise<string> {
  const there = async (names: readonly string[]) => {
    const paths = names.map((name) => join(root, name));
    const found = await Promise.all(paths.map((path) => stat(path).then(() => true, isNotMissing)));
    return paths.filter((_, index) => found[index]);
  };
  const [first, second] = await there(teamFiles);
  if (first && second) {
    const what = 'agents.yaml and multi-agent.yaml are both here: keep one of them';
    throw new ConfigError(
      shownAs(second),
      [{ line: 0, column: 0, what }],
      'remove or rename one of the two files',
    );
  }
  if (first) return first;
  const wanted = join(root, teamFiles[0]);
  const [near] = await there(misnamed);
  if (near) {
    const name = near.endsWith('multi-agent.yml') ? 'multi-agent.yaml' : 'agents.yaml';
    throw new ConfigError(
      shownAs(near),
      [{ line: 0, column: 0, what: `the file must be called ${name}` }],
      `mv ${shownAs(near)} ${shownAs(join(root, name))}`,
    );
  }
  throw new ConfigError(
    shownAs(wanted),
    [{ line: 0, column: 0, what: 'there is no such file: this project has no team yet' }],
    'mcc init',
  );
}

const isNotMissing = (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR';

/**
 * The team that a text in the form of agents.yaml describes; `file` is its name in messages. Throws ConfigError with
 * up to ten problems, each with line and column, what was expected, and the nearest valid name.
 */
export function parseTeam(
  text: string,
  file: string,
  env: Env = process.env,
  kinds: Record<string, KindSpec> = {},
): Team {
  const yaml = readYaml(text);
  if (Array.isArray(yaml)) throw new ConfigError(file, yaml);
  if (yaml.value === null || yaml.value === undefined)
    throw new ConfigError(
      file,
      [{ line: 1, column: 1, what: 'this file is empty: expected `agents:`, a mapping of the team' }],
      'mcc init',
    );
  const reading = readServices(withoutEmpty(yaml.value));
  const problems: ConfigProblem[] = reading.problems.map(({ path, what }) => ({
    ...yaml.place(path, 'key'),
    what,
  }));
  const add = ({ path, at, what, about = path }: Finding) => {
    const label = reading.origin(about).join('.');
    problems.push({
      ...yaml.place(reading.origin(path), at),
      what: label === '' ? what : `${label}: ${what}`,
    });
  };
  const checked = teamSchema.safeParse(reading.value);
  if (!checked.success) {
    kindFindings(reading.value, kinds).forEach(add);
    checked.error.issues
      .flatMap((issue) => findings(issue, reading.value, fileSchema(), ['services']))
      .forEach(add);
  } else {
    const team: Team = { ...checked.data, kinds };
    teamProblems(team).forEach(add);
    const expanded = expandTeam(team, env);
    expanded.problems.forEach(add);
    if (problems.length === 0) return expanded.team;
  }
  throw new ConfigError(file, problems);
}

/** Kinds that do not exist, in a file that has other mistakes too: the schema takes any name, since projects have their own. */
function kindFindings(value: unknown, kinds: Record<string, KindSpec>): Finding[] {
  const { agents } = Object(value);
  return Object.entries(Object(agents)).flatMap(([name, agent]): Finding[] => {
    const { kind } = Object(agent);
    const what = typeof kind === 'string' && kind !== '' ? unknownKind(kind, kinds) : null;
    return what === null ? [] : [{ path: ['agents', name, 'kind'], at: 'value', what }];
  });
}

/** An empty agent is one with all defaults, and a key without a value counts as not given: commented out, in effect. */
function withoutEmpty(value: unknown, path: Path = []): unknown {
  if (typeof value !== 'object' || value === null || path.length > 5 || path[2] === 'mcp_servers')
    return value;
  if (Array.isArray(value)) return value.map((item, index) => withoutEmpty(item, [...path, index]));
  const holdsAgents = path.length === 1 && (path[0] === 'agents' || path[0] === 'services');
  const entries = Object.entries(value).filter(([, item]) => holdsAgents || item !== null);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, item === null ? {} : withoutEmpty(item, [...path, key])]),
  );
}

/** Made when something is wrong, which is seldom: it takes as long as reading the file. */
let described: JsonSchema | undefined;
function fileSchema(): JsonSchema {
  described ??= jsonSchema(teamSchema);
  return described;
}
