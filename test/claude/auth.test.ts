import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { version } from './lab.ts';
import { say } from './model.ts';
import { Team } from './team.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

test(`each agent of Claude Code ${version} uses the login that is its own`, async () => {
  const team = await Team.open(
    {
      users: '',
      byenv: 'auth: { env: WORK_KEY }',
      helped: 'auth: { helper: "cat ../../helper-key" }',
    },
    ['merge: { auto: false }'],
    () => () => [say('Fine.')],
  );
  ends.push(() => team.close());
  team.env.WORK_KEY = 'sk-ant-fake-key-of-the-agent-itself-0002';
  writeFileSync(join(team.root, 'helper-key'), 'sk-ant-fake-key-that-a-helper-prints-0003\n');
  await team.run('up', '--headless');
  for (const agent of ['users', 'byenv', 'helped']) {
    await team.event('agent.reported', (event) => event.agent === agent && event.status === 'idle');
    await team.run('send', agent, 'hello');
  }
  const keyOf = (agent: string) =>
    team.until(`a request of ${agent}`, () => {
      const found = team.model.requests.find(({ body }) =>
        JSON.stringify(body.system ?? '').includes(`You are the agent \\"${agent}\\"`),
      );
      return found && (found.headers['x-api-key'] ?? found.headers.authorization);
    });
  expect(await keyOf('users')).toBe(team.env.ANTHROPIC_API_KEY);
  expect(await keyOf('byenv')).toBe(team.env.WORK_KEY);
  expect(await keyOf('helped')).toContain('sk-ant-fake-key-that-a-helper-prints-0003');
}, 120_000);
