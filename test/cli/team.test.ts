import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadTeam, parseTeam } from '../../src/io/config.ts';

test("mcc's own demo team is the one that the demo plays with, but merges nothing unasked", async () => {
  const { team } = await loadTeam('.', {});
  const demo = parseTeam(
    readFileSync('examples/demo-team/agents.yaml', 'utf8'),
    'examples/demo-team/agents.yaml',
    {},
  );
  const people = (agents: typeof team.agents) =>
    Object.entries(agents).map(([name, { command: _, ...rest }]) => [name, rest]);
  expect(people(team.agents)).toEqual(people(demo.agents));
  expect(team.architect).toBe(demo.architect);
  expect(team.merge.auto).toBe(false);
});
