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
  const heard = team.events.find(
    (event) => event.seq > seq && event.type === 'agent.reported' && event.source === 'hook',
  );
  expect(heard).toMatchObject({ status: 'working' });
});

const asks = (command: string) => hook('PermissionRequest', { tool_name: 'Bash', tool_input: { command } });

test('a permission waits for the person, and nothing else waits for it', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const url = addressOf(team, 'ann');
  const answered = post(url, asks('make it'));
  await team.until('it is asked', () => Object.keys(team.state.permissions).length === 1);
  expect(Object.values(team.state.permissions)).toMatchObject([
    { agent: 'ann', tool: 'Bash', argument: 'make it', input: expect.stringContaining('make it') },
  ]);
  expect(team.state.agents.ann?.reports.hook).toMatchObject({
    status: 'needs-you',
    reason: 'permission: Bash make it',
  });
  const tools = Array.from({ length: 20 }, (_, index) =>
    post(url, hook('PreToolUse', { tool_name: `T${index}` })),
  );
  expect(await Promise.all(tools)).toEqual(tools.map(() => ({})));
  await team.command('allow', 'ann');
  expect(await answered).toEqual({
    hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
  });
  expect(team.state.permissions).toEqual({});
});

test('a denial tells the agent why; what was answered in the pane is over', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const url = addressOf(team, 'ann');
  const denied = post(url, asks('rm it'));
  await team.until('it is asked', () => Object.keys(team.state.permissions).length === 1);
  await team.command('deny', 'ann', '--reason', 'keep it');
  expect(await denied).toMatchObject({
    hookSpecificOutput: { decision: { behavior: 'deny', message: 'keep it' } },
  });
  const left = post(url, asks('make it'));
  await team.until('it is asked', () => Object.keys(team.state.permissions).length === 1);
  await post(url, hook('PostToolUse', { tool_name: 'Bash', tool_input: { command: 'make it' } }));
  expect(await left).toEqual({});
  expect(team.state.permissions).toEqual({});
});

test('rules answer at once and stand in the log; the agent is not shown as waiting', async () => {
  const team = await new Team({
    agents: { ann: scripted('', { permissions: { allow: ['Bash(make *)'], deny: ['WebFetch'] } }) },
  }).serve();
  await team.idle('ann');
  const url = addressOf(team, 'ann');
  expect(await post(url, asks('make all'))).toMatchObject({
    hookSpecificOutput: { decision: { behavior: 'allow' } },
  });
  const web = hook('PermissionRequest', { tool_name: 'WebFetch', tool_input: { url: 'http://x' } });
  expect(await post(url, web)).toMatchObject({
    hookSpecificOutput: { decision: { behavior: 'deny', message: 'denied by the rule WebFetch' } },
  });
  const answers = team.events.filter((event) => event.type === 'permission.answered');
  expect(answers).toMatchObject([
    { by: 'mcc', decision: 'allow', rule: 'Bash(make *)' },
    { by: 'mcc', decision: 'deny', rule: 'WebFetch' },
  ]);
  expect(team.events.some((event) => event.type === 'agent.reported' && event.status === 'needs-you')).toBe(
    false,
  );
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
