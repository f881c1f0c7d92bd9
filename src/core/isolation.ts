import type { Isolation, Team } from './team.ts';

/** What holds an agent. */
export const isolationOf = ({ agents, isolation }: Team, agent: string): Isolation =>
  agents[agent]?.isolation ?? isolation;

/**
 * What holds the gates, which run what agents wrote: as soon as one agent is isolated, they are, since its work is part
 * of every later candidate.
 */
export const isolationOfGates = (team: Team): Isolation => isolatedAgents(team)[0]?.isolation ?? 'none';

/** The agents that are isolated, and how. */
export const isolatedAgents = (team: Team): { name: string; isolation: Isolation }[] =>
  Object.keys(team.agents)
    .map((name) => ({ name, isolation: isolationOf(team, name) }))
    .filter(({ isolation }) => isolation !== 'none');
