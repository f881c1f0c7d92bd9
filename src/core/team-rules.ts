import type { Path } from './expected.ts';
import { isolatedAgents } from './isolation.ts';
import { nearest } from './nearest.ts';
import { builtInKinds, type Team } from './team.ts';

/**
 * Something wrong with the key or the value at `path`. `about` is the part of the team the sentence is about, where
 * that is not the path itself (an unknown key is said of the mapping around it).
 */
export type Finding = { path: Path; at: 'key' | 'value'; what: string; about?: Path };

/** Names that mean somebody else in messages and commands, or that JavaScript's objects answer to. */
const reserved = ['person', 'supervisor', 'mcc', 'all', 'everyone', 'queue', 'constructor'];

/** Set by mcc in every session: a team that set them would pose as another agent. */
const ownVariables = [
  ...['MCC_TOKEN', 'MCC_ROOT', 'MCC_AGENT', 'MCC_SESSION', 'MCC_HOOK_URL'],
  ...['MCC_PORT', 'MCC_WORKTREE_NAME'],
];

/** Everything that contradicts itself in a team whose keys are each valid. */
export function teamProblems(team: Team): Finding[] {
  return [
    ...architectProblems(team),
    ...Object.keys(team.agents).flatMap((name) => agentProblems(name, team)),
    ...imageProblems(team),
    ...folderProblems(team),
    ...gateProblems(team),
    ...worktreeProblems(team, ['worktree'], team.worktree),
  ];
}

/** Files of a worktree come from inside of the repository, and not from what belongs to git or mcc. */
function worktreeProblems({ worktrees }: Team, path: Path, settings: Team['worktree']): Finding[] {
  const taken = ['.git', '.mcc', ...worktrees.split('/').slice(0, 1)];
  return (['copy', 'link'] as const).flatMap((key) =>
    (settings[key] ?? []).flatMap((file, index): Finding[] => {
      const [first] = file.split('/').filter((step) => step !== '' && step !== '.');
      if (first !== undefined && !leavesRoot(file) && !taken.includes(first)) return [];
      const what = `expected a file or folder inside the repository, outside ${taken.join(', ')}`;
      return [{ path: [...path, key, index], at: 'value', what }];
    }),
  );
}

function architectProblems({ agents, architect }: Team): Finding[] {
  const names = Object.keys(agents);
  if (names.length === 0)
    return [{ path: ['agents'], at: 'value', what: 'expected at least one agent, found none' }];
  if (architect === undefined) return [];
  if (!names.includes(architect)) {
    const near = nearest(architect, names);
    const advice = near ? `did you mean \`${near}\`?` : `agents: ${names.join(', ')}`;
    return [{ path: ['architect'], at: 'value', what: `there is no agent \`${architect}\` (${advice})` }];
  }
  if (names.length > 1) return [];
  const what = `\`${architect}\` is the only agent; an architect plans and reviews, so add an agent that does the work`;
  return [{ path: ['architect'], at: 'value', what }];
}

/** What is wrong with the name of a kind; null when there is one. @param kinds the project's own */
export function unknownKind(kind: string, kinds: Team['kinds'] = {}): string | null {
  const known: string[] = [...builtInKinds, ...Object.keys(kinds)];
  if (known.includes(kind)) return null;
  const near = nearest(kind, known);
  const advice = near ? ` (did you mean \`${near}\`?)` : '';
  return `expected one of ${known.join(', ')}; found "${kind}"${advice}`;
}

function agentProblems(name: string, team: Team): Finding[] {
  const { agents } = team;
  const agent = agents[name];
  if (!agent) return [];
  const path = ['agents', name];
  const found: Finding[] = [];
  const add = (more: Path, at: 'key' | 'value', what: string) =>
    found.push({ path: [...path, ...more], at, what });
  if (reserved.includes(name)) add([], 'key', `the name \`${name}\` is taken by mcc itself: choose another`);
  const unknown = unknownKind(agent.kind, team.kinds);
  if (unknown) add(['kind'], 'value', unknown);
  if (agent.kind === 'command' && !agent.command)
    add([], 'key', 'kind `command` needs `command:`, a list of the program and its arguments');
  for (const variable of Object.keys(agent.env))
    if (ownVariables.includes(variable)) add(['env', variable], 'key', 'this variable is set by mcc itself');
  agent.directories.forEach((folder, index) => {
    if (leavesRoot(folder)) add(['directories', index], 'value', 'expected a folder inside the repository');
  });
  if (agent.auth && agent.kind !== 'claude')
    add(['auth'], 'key', 'only agents of kind `claude` have `auth:`');
  if (agent.auth?.env !== undefined && agent.auth.helper !== undefined)
    add(['auth'], 'key', 'both `env:` and `helper:` are given: keep one of them');
  for (const key of ['write', 'hidden'] as const)
    agent[key].forEach((pattern, index) => {
      if (leavesRoot(pattern)) add([key, index], 'value', 'expected a file or folder inside the repository');
    });
  for (const tool of agent.allowed_tools.filter((name) => agent.restricted_tools.includes(name)))
    add(['restricted_tools'], 'value', `\`${tool}\` is both allowed and restricted`);
  if (agent.worktree) found.push(...worktreeProblems(team, [...path, 'worktree'], agent.worktree));
  return found;
}

function imageProblems(team: Team): Finding[] {
  const first = isolatedAgents(team).find(({ isolation }) => isolation === 'docker');
  if (!first || team.sandbox.image !== undefined) return [];
  const path = team.agents[first.name]?.isolation ? ['agents', first.name, 'isolation'] : ['isolation'];
  return [{ path, at: 'value', what: '`docker` needs an image: sandbox: { image: … }' }];
}

function folderProblems({ worktrees }: Team): Finding[] {
  const steps = worktrees.split('/').filter((step) => step !== '' && step !== '.');
  const taken = ['.git', '.mcc'].includes(steps[0] ?? '');
  if (!worktrees.startsWith('/') && steps.length > 0 && !taken && !steps.every((step) => step === '..'))
    return [];
  const what = 'expected a folder of its own, relative to the repository, outside .git and .mcc';
  return [{ path: ['worktrees'], at: 'value', what }];
}

function gateProblems({ merge }: Team): Finding[] {
  const names = merge.gates.map((gate) => gate.name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: ['merge', 'gates', index, 'name'],
            at: 'value',
            what: `there is already a gate \`${name}\``,
          },
        ],
  );
}

/** Whether a relative path leads out of the folder it is relative to, or is not relative at all. */
function leavesRoot(path: string): boolean {
  let depth = 0;
  for (const step of path.split('/')) {
    if (step === '..') depth--;
    else if (step !== '' && step !== '.') depth++;
    if (depth < 0) return true;
  }
  return path.startsWith('/');
}
