import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scripted, Team } from './team.ts';

/** The address of an agent's hooks, as its own settings name it. */
function addressOf(team: Team, agent: string): string {
  const settings = readFileSync(join(team.root, '.mcc/sessions', agent, 'settings.json'), 'utf8');
  return JSON.parse(settings).hooks.Stop[0].hooks[0].url;
}

const post = async (url: string, body: unknown): Promise<unknown> =>
  (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json();

const hook = (name: string, more: object = {}) => ({
  session_id: 'x',
  transcript_path: '/nowhere',
  hook_event_name: name,
  ...more,
});

test('bodies that are no hooks change nothing, and the session goes on', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const url = addressOf(team, 'ann');
  const { seq } = team.state;
  for (const body of [null, 7, [], {}, { hook_event_name: 3 }, { hook_event_name: '', session_id: 'x' }])
    expect(await post(url, body)).toEqual({});
  expect(await post(url, hook('SomethingNew'))).toEqual({});
  const id = await team.send('ann', 'hello');
  await team.until('it took it', () => team.receipt(id) === 'accepted');
  expect(team.events.find((event) => event.seq > seq && event.type === 'agent.reported')).toMatchObject({
    status: 'working',
  });
});

test('a permission request is answered at once, also among many other hooks', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const url = addressOf(team, 'ann');
  const tools = Array.from({ length: 20 }, (_, index) =>
    hook('PreToolUse', { tool_name: 'Bash', tool_input: { command: `echo ${index}` } }),
  );
  const asked = hook('PermissionRequest', { tool_name: 'Write', tool_input: { file_path: '/x' } });
  const answers = await Promise.all(tools.map((body) => post(url, body)));
  expect(answers.every((answer) => JSON.stringify(answer) === '{}')).toBe(true);
  expect(await post(url, asked)).toEqual({});
  expect(team.state.agents.ann?.reports.hook?.status).toBe('needs-you');
  expect(team.state.agents.ann?.reports.hook?.reason).toBe('permission: Write /x');
});

test('the address of a session that ended is closed', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const url = addressOf(team, 'ann');
  await team.command('agent', 'restart', 'ann');
  await team.until('it started again', () => team.told('started').length === 2);
  await team.idle('ann');
  expect((await fetch(url, { method: 'POST', body: JSON.stringify(hook('Stop')) })).status).toBe(404);
  expect(addressOf(team, 'ann')).not.toBe(url);
});

test('a new conversation after /clear is the one that is gone on with', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  await post(addressOf(team, 'ann'), hook('SessionStart', { session_id: 'new-one', source: 'clear' }));
  expect(team.state.agents.ann?.session?.conversation).toBe('new-one');
});
