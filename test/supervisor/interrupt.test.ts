import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, scripted, Team } from './team.ts';

const working = (team: Team) =>
  team.until('it works', ({ agents }) => agents.ann?.reports.hook?.status === 'working');

test('a turn is ended by its key, the log tells what came of it, and the agent takes the next message', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  expect(await team.command('agent', 'interrupt', 'ann')).toBe('refused: ann has no turn to end: it is idle');
  await team.send('ann', `@@wait ${join(folder(), 'never')}`);
  await working(team);
  expect(await team.command('agent', 'interrupt', 'ann')).toBe('ann: its turn has ended');
  await team.idle('ann');
  const told = await team.until('it is told', () =>
    team.events.find(({ type }) => type === 'agent.interrupted'),
  );
  expect(told).toMatchObject({ agent: 'ann', outcome: 'its turn has ended' });
  expect(team.told('interrupted')).toHaveLength(1);
  const id = await team.send('ann', 'go on');
  await team.until('it took it', () => team.receipt(id) === 'accepted');
});

test('a message that is sent now ends the turn in hand first, and is handed over then', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  await team.send('ann', `@@wait ${join(folder(), 'never')}`);
  await working(team);
  const said = await team.command('send', 'ann', '--now', '--', 'stop that');
  const id = /^(m-\w+) queued for ann, whose turn is ended first/.exec(said)?.[1] ?? said;
  await team.until('it took it', () => team.receipt(id) === 'accepted');
  expect(team.times(id)).toBe(1);
  expect(team.state.posts[id]?.route).toBe('keyboard');
});

test('a dialog is never answered by it', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  await team.send('ann', '@@ask');
  await team.until('it asks', ({ agents }) => agents.ann?.reports.hook?.status === 'needs-you');
  expect(await team.command('agent', 'interrupt', 'ann')).toContain(
    'refused: ann waits for an answer: permission',
  );
  const said = await team.command('send', 'ann', '--now', '--', 'stop that');
  expect(said).toMatch(/^m-\w+ queued for ann$/);
  expect(team.told('typed into the dialog')).toEqual([]);
  team.type('ann', 'y');
  await team.idle('ann');
});
