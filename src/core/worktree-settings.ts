import { z } from 'zod';
import type { Team } from './team.ts';

/** What a worktree gets before its agent starts in it: `worktree:` in agents.yaml, of the team and of an agent. */

const words = z.array(z.string().min(1));
const port = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the name of a variable: capitals, digits and _');

/** Most ports that one worktree may have. */
const mostPorts = 20;

export const worktreeSchema = z.strictObject({
  copy: words
    .optional()
    .describe('ignored files and folders copied from your checkout, e.g. .env; * and ** are understood'),
  link: words
    .optional()
    .describe('ignored files and folders shared with your checkout by a symbolic link, e.g. node_modules'),
  setup: words
    .optional()
    .describe('commands run once in the new worktree, each by `sh -c`; again when `worktree:` changes'),
  timeout: z
    .int()
    .positive()
    .optional()
    .describe('seconds after which a set-up command has failed; 600 when not given'),
  ports: z
    .union([z.int().min(0).max(mostPorts), z.array(port).max(mostPorts)])
    .optional()
    .describe(
      'TCP ports of its own, told to sessions and set-up as MCC_PORT_1, … (the first as MCC_PORT too): how many, or a list of names for variables that hold them',
    ),
});

export interface WorktreeSettings {
  copy: string[];
  link: string[];
  setup: string[];
  /** seconds */
  timeout: number;
  /** a variable's name for each port, beside MCC_PORT_<n>; empty where it has none */
  ports: string[];
}

/** What the worktree of an agent gets: each key as the agent has it, or else the team. Without an agent: the team's. */
export function worktreeSettings(team: Team, agent?: string): WorktreeSettings {
  const own = agent === undefined ? undefined : team.agents[agent]?.worktree;
  const { copy = [], link = [], setup = [], timeout = 600, ports = 0 } = { ...team.worktree, ...own };
  return {
    copy,
    link,
    setup,
    timeout,
    ports: typeof ports === 'number' ? Array.from({ length: ports }, () => '') : ports,
  };
}

/** The settings as one text, equal only when nothing that a worktree is made ready by has changed; '' when there is nothing to do. */
export function settingsKey({ copy, link, setup, ports }: WorktreeSettings): string {
  const some = copy.length + link.length + setup.length + ports.length > 0;
  return some ? JSON.stringify({ copy, link, setup, ports }) : '';
}

/** The environment of a worktree: its unique name, and the ports that were leased for it. */
export function leaseEnvironment(
  { ports: names }: Pick<WorktreeSettings, 'ports'>,
  lease: { name: string; ports: readonly number[] },
): Record<string, string> {
  const ports = lease.ports.slice(0, names.length);
  const [first] = ports;
  return {
    MCC_WORKTREE_NAME: lease.name,
    ...(first === undefined ? {} : { MCC_PORT: String(first) }),
    ...Object.fromEntries(ports.map((one, index) => [`MCC_PORT_${index + 1}`, String(one)])),
    ...Object.fromEntries(ports.flatMap((one, index) => (names[index] ? [[names[index], String(one)]] : []))),
  };
}
