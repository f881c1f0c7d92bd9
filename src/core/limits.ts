import { z } from 'zod';
import type { Team } from './team.ts';
import { bytesOf } from './usage.ts';

/** What agents may take of the machine: `limits:` in agents.yaml, of the team and of an agent, and how many run at once. */

export const size = z
  .string()
  .regex(/^\d+(\.\d+)?\s*[kKmMgGtT]i?[bB]?$/, 'an amount of memory such as 4GB or 512MB');
const percent = z.string().regex(/^[1-9]\d*%$/, 'percent of one core, such as 200%');

export const limitsSchema = z.strictObject({
  memory: size.optional().describe('memory of an agent with all that it starts, e.g. 4GB'),
  cpu: percent.optional().describe('CPU of an agent with all that it starts, e.g. 200% for two cores'),
  processes: z.int().min(4).optional().describe('processes of an agent, itself and threads not counted'),
});

/** Limits of one agent; absent where there is none. */
export interface Limits {
  /** bytes */
  memory?: number;
  /** percent of one core */
  cpu?: number;
  processes?: number;
}

/** The limits of an agent: each as the agent has it, or else the team. */
export function limitsOf(team: Team, agent: string): Limits {
  const { memory, cpu, processes } = { ...team.limits, ...team.agents[agent]?.limits };
  const bytes = memory === undefined ? null : bytesOf(memory);
  return {
    ...(bytes === null ? {} : { memory: bytes }),
    ...(cpu === undefined ? {} : { cpu: Number.parseInt(cpu, 10) }),
    ...(processes === undefined ? {} : { processes }),
  };
}

/** True for a team in which some agent has a limit. */
export const hasLimits = (team: Team): boolean =>
  Object.keys(team.agents).some((name) => Object.keys(limitsOf(team, name)).length > 0);
