import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { weigh } from '../../src/core/evidence.ts';
import { folder, scripted, Team } from './team.ts';

const judged = (team: Team) => {
  const agent = team.state.agents.ann;
  return agent ? weigh(agent, Date.now()) : undefined;
};
const until = (team: Team, status: string) =>
  team.until(`ann is ${status}`, () => judged(team)?.status === status);

/** Speaks as the agent's own hooks do. */
function poster(team: Team) {
  const settings = readFileSync(join(team.root, '.mcc/sessions/ann/settings.json'), 'utf8');
  const { url } = JSON.parse(settings).hooks.Stop[0].hooks[0];
  const session = team.state.agents.ann?.session?.conversation;
  return async (name: string, more: object = {}): Promise<unknown> =>
    (
      await fetch(url, {
        method: 'POST',
        body: JSON.stringify({ hook_event_name: name, session_id: session, ...more }),
      })
    ).json();
}

test('an agent at work that does nothing at all has stalled, until it goes on', async () => {
  const team = await new Team({ agents: { ann: scripted('', { stall_minutes: 0.02 }) } }).serve();
  await team.idle('ann');
  const gate = join(folder(), 'go on');
  await team.send('ann', `@@wait ${gate}`);
  await until(team, 'stalled');
  expect(judged(team)).toMatchObject({
    source: 'stillness',
    reason: 'nothing for 0.02 min: no hook, nothing new on its screen, no change in git, no CPU used',
  });
  expect(await team.command('status')).toContain('ann stalled: nothing for 0.02 min');
  writeFileSync(gate, '');
  await until(team, 'idle');
});

test('an agent whose same call fails again and again is looping, until it does something else', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const post = poster(team);
  const call = { tool_name: 'Bash', tool_input: { command: 'npm test' } };
  const fails = () => post('PostToolUseFailure', { ...call, error: 'Exit code 1' });
  await post('UserPromptSubmit');
  for (let times = 0; times < 4; times += 1) {
    await fails();
    // To look at something is no other attempt.
    await post('PostToolUse', { tool_name: 'Read', tool_input: { file_path: 'a.txt' } });
  }
  expect(judged(team)?.status).toBe('working');
  await fails();
  await until(team, 'stalled');
  expect(judged(team)).toMatchObject({
    source: 'tool loop',
    reason: 'looping: the same call failed 5 times in a row: Bash npm test',
  });
  await fails();
  await post('PostToolUse', { tool_name: 'Edit', tool_input: { file_path: 'a.txt' } });
  await until(team, 'working');
  // It is counted from the beginning again, and another call is another count.
  for (let times = 0; times < 4; times += 1) await fails();
  await post('PostToolUseFailure', { tool_name: 'Bash', tool_input: { command: 'npm run lint' } });
  expect(judged(team)?.status).toBe('working');
  expect(
    team.events.filter((event) => event.type === 'agent.reported' && event.status === 'stalled'),
  ).toHaveLength(1);
});

test('a permission that is open is not forgotten because another tool of the turn, or of a subagent, goes on', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const post = poster(team);
  const asked = { tool_name: 'Bash', tool_input: { command: 'make it' } };
  const answer = post('PermissionRequest', asked);
  await until(team, 'needs-you');
  await post('PostToolUse', { tool_name: 'Read', tool_input: { file_path: 'a.txt' } });
  await post('PreToolUse', { tool_name: 'Grep', tool_input: { pattern: 'x' }, agent_id: 'a1' });
  expect(judged(team)).toMatchObject({
    status: 'needs-you',
    needs: 'permission',
    tool: 'Bash',
    argument: 'make it',
  });
  await team.command('allow', 'ann');
  await answer;
  await post('PostToolUse', asked);
  await until(team, 'working');
});

test('a shell in the background holds no message up, subagents do', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const post = poster(team);
  await post('UserPromptSubmit');
  await post('Stop', { background_tasks: [{ type: 'subagent', description: 'look around' }] });
  expect(judged(team)).toMatchObject({ status: 'background', reason: 'in the background: look around' });
  const id = await team.send('ann', 'hello');
  await team.until('it says why it waits', () => team.state.posts[id]?.held === 'its subagents are at work');
  const shell = { type: 'shell', description: 'npm run dev' };
  expect(await post('Stop', { background_tasks: [shell] })).toMatchObject({
    decision: 'block',
    reason: expect.stringContaining('hello'),
  });
  await post('Stop', { background_tasks: [shell] });
  expect(judged(team)).toMatchObject({ status: 'background', reason: 'in the background: npm run dev' });
});
