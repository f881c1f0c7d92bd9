import type { Team } from '../core/team.ts';
import type { Finding } from '../core/team-rules.ts';

type Env = Record<string, string | undefined>;

/** `${NAME}`, or `$${` for the two characters themselves. */
const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** What every session has anyway, or its kind passes on. */
const alwaysThere = /^(HOME|USER|LOGNAME|SHELL|LANG|PATH|TMPDIR|TZ|(LC|XDG|MCC|CLAUDE|ANTHROPIC)_.*)$/;

/**
 * The team with `${NAME}` in the values of `env:` replaced by the user's own variables. A name that is not set is a
 * problem. MCP servers are left alone: the agent's CLI fills those in by itself, so that their secrets are never
 * written to a file; it only is checked that the session will know the names.
 */
export function expandTeam(team: Team, env: Env): { team: Team; problems: Finding[] } {
  const problems: Finding[] = [];
  const agents = Object.entries(team.agents).map(([name, agent]) => {
    const filled = Object.entries(agent.env).map(([key, text]) => {
      const value = text.replaceAll(reference, (whole, variable: string | undefined) => {
        if (variable === undefined) return '${';
        const known = env[variable];
        if (known !== undefined) return known;
        const what = `your environment has no variable ${variable}`;
        problems.push({ path: ['agents', name, 'env', key], at: 'value', what });
        return whole;
      });
      return [key, value] as const;
    });
    const own = Object.fromEntries(filled);
    const passed = new Set([...Object.keys(own), ...agent.pass_env]);
    const unknown = (variable: string) => !passed.has(variable) && !alwaysThere.test(variable);
    for (const [server, spec] of Object.entries(agent.mcp_servers))
      for (const variable of referencesIn(spec).filter(unknown))
        problems.push({
          path: ['agents', name, 'mcp_servers', server],
          at: 'value',
          what: `the session will not know \${${variable}}: add ${variable} to pass_env`,
        });
    return [name, { ...agent, env: own }] as const;
  });
  return { team: { ...team, agents: Object.fromEntries(agents) }, problems };
}

/** Names that a value refers to as `${NAME}`, without those that bring a default (`${NAME:-…}`). */
function referencesIn(value: unknown): string[] {
  if (typeof value === 'string') return [...value.matchAll(reference)].flatMap((match) => match[1] ?? []);
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(referencesIn))];
}
