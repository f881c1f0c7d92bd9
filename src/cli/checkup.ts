import { release } from 'node:os';
import { userPath } from '../agents/environment.ts';
import { type Kind, kindOf, kinds } from '../agents/index.ts';
import { ownKind } from '../agents/own.ts';
import { isolatedAgents } from '../core/isolation.ts';
import type { Team } from '../core/team.ts';
import { findBubblewrap } from '../io/bubblewrap.ts';
import { findHold } from '../io/confinement.ts';
import { findDocker } from '../io/docker.ts';
import { hasClaudeLogin } from '../io/login.ts';
import { findProgram, versionOf } from '../io/program.ts';
import { clipboardTools } from '../term/clipboard.ts';
import { outerOf } from '../term/outer.ts';
import { findTmux, tmuxProblem } from '../term/tmux-version.ts';
import type { Shell } from './shell.ts';

/** One thing that was looked at on this machine. */
export interface Row {
  name: string;
  /** `missing` where mcc or this project's team needs it, `absent` where it is a choice */
  state: 'ok' | 'unverified' | 'absent' | 'missing';
  says: string;
  hint?: string;
}

type Env = Shell['env'];

/** mcc is tried on these and newer: package.json `engines`, and git's `merge-tree --write-tree`. */
const leastNode = [22, 0];
const leastGit = [2, 38];

/** Everything on this machine that mcc uses, one row a check, nothing changed. @param team of this project, if it has one */
export async function checkup(shell: Shell, team: Team | undefined): Promise<Row[]> {
  const env = { ...shell.env, PATH: userPath(shell.env).join(':') };
  const rows = await Promise.all([
    nodeRow(),
    gitRow(env),
    tmuxRow(env, team),
    bubblewrapRow(env, team),
    dockerRow(env, team),
    limitsRow(env),
    ...kindsOf(team).map((kind) => kindRow(kind, env, team)),
    clipboardRow(env),
    terminalRow(shell),
  ]);
  return rows;
}

function nodeRow(): Row {
  const { version, execPath, platform, arch } = process;
  const says = `${version} at ${execPath}, ${platform} ${release()} ${arch}`;
  if (isAtLeast(version, leastNode)) return { name: 'node', state: 'ok', says };
  return { name: 'node', state: 'missing', says, hint: `install Node ${leastNode[0]} or newer` };
}

async function gitRow(env: Env): Promise<Row> {
  const file = await findProgram('git', env);
  const hint = `install git ${leastGit.join('.')} or newer`;
  if (!file) return { name: 'git', state: 'missing', says: 'not on your PATH', hint };
  const version = await versionOf(file, env);
  const says = `${version} at ${file}`;
  if (isAtLeast(version, leastGit)) return { name: 'git', state: 'ok', says };
  return { name: 'git', state: 'missing', says: `${says}: too old for \`merge-tree --write-tree\``, hint };
}

async function tmuxRow(env: Env, team: Team | undefined): Promise<Row> {
  const found = await findTmux(env);
  const problem = tmuxProblem(found);
  if (found && !problem) return { name: 'tmux', state: 'ok', says: `${found.version} at ${found.file}` };
  const state = team?.host === 'tmux' ? 'missing' : 'absent';
  return { name: 'tmux', state, says: problem ?? 'not on your PATH', hint: 'install tmux 3.2 or newer' };
}

async function bubblewrapRow(env: Env, team: Team | undefined): Promise<Row> {
  const found = await findBubblewrap(env);
  if (!('what' in found))
    return { name: 'bubblewrap', state: 'ok', says: `a sandbox was made by ${found.bwrap}` };
  const isWanted =
    team?.isolation === 'bubblewrap' ||
    Object.values(team?.agents ?? {}).some(({ isolation }) => isolation === 'bubblewrap');
  return { name: 'bubblewrap', state: isWanted ? 'missing' : 'absent', says: found.what, hint: found.hint };
}

/** The daemon is asked, and the image that the team file names; without one of either, the client alone is looked for. */
async function dockerRow(env: Env, team: Team | undefined): Promise<Row> {
  const name = 'docker';
  const file = await findProgram('docker', env);
  const isWanted = team !== undefined && isolatedAgents(team).some(({ isolation }) => isolation === 'docker');
  if (!isWanted) {
    if (!file) return { name, state: 'absent', says: 'not on your PATH' };
    return { name, state: 'ok', says: `${await versionOf(file, env)} at ${file}, its daemon was not asked` };
  }
  const found = await findDocker(env, team.sandbox.image);
  if ('what' in found) return { name, state: 'missing', says: found.what, hint: found.hint };
  return { name, state: 'ok', says: `${found.program} has the image ${found.image}` };
}

async function limitsRow(env: Env): Promise<Row> {
  const hold = await findHold({ env });
  const name = 'limits';
  if (hold.type === 'watched')
    return {
      name,
      state: 'absent',
      says: `limits of memory, CPU and processes are only watched: ${hold.why}`,
    };
  return {
    name,
    state: 'ok',
    says: hold.type === 'cgroup' ? `held by cgroups below ${hold.folder}` : 'held by scopes of systemd',
  };
}

/** Those that run a program of their own: mcc's and the project's. */
const kindsOf = (team: Team | undefined): Kind[] => [
  ...Object.values<Kind>(kinds).filter(({ program }) => program !== undefined),
  ...Object.entries(team?.kinds ?? {}).map(([name, spec]) => ownKind(name, spec)),
];

async function kindRow(kind: Kind, env: Env, team: Team | undefined): Promise<Row> {
  const { name, program = '', verified, install } = kind;
  const users = Object.keys(team?.agents ?? {}).filter((agent) => team && kindOf(team, agent).name === name);
  // Where agents.yaml names a program in place of the kind's own, that is looked at; the first of several.
  const [named = program, ...words] =
    users.map((agent) => team?.agents[agent]?.command).find((command) => command !== undefined) ?? [];
  const file = await findProgram(named, env);
  const tried = verified ? `tried on ${verified}` : 'never tried: written after its documentation';
  if (!file) {
    const whom = users.length > 0 ? `, and ${users.join(', ')} would run it` : '';
    return {
      name,
      state: users.length > 0 ? 'missing' : 'absent',
      says: `\`${named}\` is not on your PATH${whom}; ${tried}`,
      hint: install ?? `install ${named}`,
    };
  }
  // With words behind it, it is an interpreter or a wrapper, which would tell a version of its own.
  const version = words.length === 0 ? await versionOf(file, env) : '';
  const isVerified = verified !== undefined && version === verified;
  const judged = isVerified ? 'verified with this version' : tried;
  const says = `${version || 'of unknown version'} at ${file}; ${judged}; ${await loginOf(name, env)}`;
  return { name, state: isVerified ? 'ok' : 'unverified', says };
}

async function loginOf(kind: string, env: Env): Promise<string> {
  if (kind !== 'claude') return 'its login is not looked at';
  return (await hasClaudeLogin(env))
    ? 'a login is there'
    : 'no login: run `claude` once, or set ANTHROPIC_API_KEY';
}

async function clipboardRow(env: Env): Promise<Row> {
  const tools = clipboardTools(env, process.platform).map(([file = '']) => file);
  const found = await Promise.all(tools.map((file) => findProgram(file, env)));
  const first = found.find((file) => file !== undefined);
  const name = 'clipboard';
  if (first) return { name, state: 'ok', says: `your terminal’s (OSC 52) and ${first}` };
  const wanted = tools.length > 0 ? ` (looked for ${tools.join(', ')})` : ' (no desktop in the environment)';
  return { name, state: 'ok', says: `your terminal’s (OSC 52) alone: no tool of the desktop${wanted}` };
}

function terminalRow({ env, terminal }: Shell): Row {
  const { colours, ascii } = outerOf(env);
  const size = terminal ? `${terminal.columns}×${terminal.rows}` : 'no terminal here';
  const says = `${env.TERM ?? 'TERM is not set'}, ${size}, colours: ${colours}, ${ascii ? 'ASCII alone' : 'Unicode'}`;
  if (env.TERM && env.TERM !== 'dumb') return { name: 'terminal', state: 'ok', says };
  return { name: 'terminal', state: 'absent', says, hint: 'without a screen: mcc up --plain' };
}

/** True when a version such as v22.1.0 is as new as major and minor number. */
function isAtLeast(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [, own = '0', second = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(own) > major || (Number(own) === major && Number(second) >= minor);
}
