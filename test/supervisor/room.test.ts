import { expect, test } from 'vitest';
import { weigh } from '../../src/core/evidence.ts';
import { startTime } from '../../src/io/process.ts';
import { scripted, Team } from './team.ts';

const reason = (team: Team, name: string) => {
  const agent = team.state.agents[name];
  return agent && weigh(agent, Date.now()).reason;
};

test('agents take turns on one place: who has a message gets it, who has nothing to do gives it up, and none forgets anything', async () => {
  const agents = { ann: scripted(), bob: scripted() };
  const team = await new Team({ agents, max_running: 1, suspend_after: 0 }).serve();
  await team.idle('ann');
  await team.until('bob waits', () => reason(team, 'bob') === 'waiting for a place: 1 of 1 run');
  expect(await team.command('status')).toMatch(/bob +starting .*\(waiting for a place: 1 of 1 run\)/);
  for (const [to, other] of [
    ['bob', 'ann'],
    ['ann', 'bob'],
    ['bob', 'ann'],
  ] as const) {
    const before = team.state.agents[other]?.session;
    const id = await team.send(to, `hello ${to}`);
    await team.until(`${to} took it`, () => team.receipt(id) === 'accepted');
    expect(startTime(before?.pid ?? 0)).toBeUndefined();
    expect(team.state.agents[other]).toMatchObject({ wanted: true, suspended: {} });
    await team.idle(to);
  }
  expect(await team.command('status')).toMatch(/ann +suspended .*\(bob waits for a place\)/);
  expect(team.told('started', 'bob').map(({ resumed }) => resumed)).toEqual([false, true]);
  expect(team.told('prompt').length).toBe(3);
});

test('with less free memory than must stay free no session starts, and it is said', async () => {
  const team = await new Team({ agents: { ann: scripted() }, memory_floor: '1000TB' }).serve();
  await team.until('ann waits', () => reason(team, 'ann')?.startsWith('waiting for memory'));
  expect(team.told('started')).toEqual([]);
});

test('the person suspends an idle agent, which costs nothing then; its task wakes it with its conversation', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  const id = await team.send('ann', 'hello');
  await team.until('ann took it', () => team.receipt(id) === 'accepted');
  await team.idle('ann');
  expect(await team.command('agent', 'suspend', 'ann')).toBe('ann is suspended');
  const exit = await team.until('it has ended', ({ agents }) => agents.ann?.session?.exit);
  expect(exit.reason).toBe('suspended');
  const { agents } = JSON.parse((await team.mcc('status', '--json')).out);
  expect(agents[0]).toMatchObject({ status: 'suspended', reason: 'by the person', usage: null, pid: null });
  await team.command('task', 'add', 'work');
  await team.until('it has its task', () => team.receipt('assign-t1-1') === 'accepted');
  const [first, second] = team.told('started');
  expect(second).toMatchObject({ id: first?.id, resumed: true });
});
