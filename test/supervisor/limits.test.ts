import { expect, test } from 'vitest';
import { startTime } from '../../src/io/process.ts';
import { scripted, Team } from './team.ts';

const hold = (mb: number) =>
  `globalThis.kept = Buffer.alloc(${mb} * 2 ** 20, 1); process.stdin.resume(); setInterval(() => {}, 1e6)`;

test('a command that takes more memory than its agent may is ended, the agent is told which, and goes on', async () => {
  const team = await new Team({ agents: { ann: scripted() }, limits: { memory: '100MB' } }).serve();
  await team.idle('ann');
  const pid = team.state.agents.ann?.session?.pid;
  await team.send('ann', `@@sh exec "${process.execPath}" -e "${hold(200)}"`);
  const ended = await team.until('it was ended', () =>
    team.events.find((event) => event.type === 'limit.exceeded'),
  );
  expect(ended).toMatchObject({ agent: 'ann', limit: 'memory', most: 100 * 2 ** 20 });
  const letter = await team.until('ann is told', ({ posts }) =>
    Object.values(posts).find(({ message }) => message.id.startsWith('limit-ann-')),
  );
  expect(letter.message.body).toMatch(
    /^node -e globalThis\.kept.* \(pid \d+\) was ended: .* \d+ MB of memory, of the 100 MB/,
  );
  await team.until('ann took that', () => team.receipt(letter.message.id) === 'accepted');
  await team.until('the memory is given back', () =>
    team.events.find((event) => event.type === 'limit.kept'),
  );
  expect(team.state.agents.ann?.session?.pid).toBe(pid);
  expect(team.events.filter((event) => event.type === 'limit.exceeded')).toHaveLength(1);
});

test('an agent that is over its memory by itself is left alone: the person and the architect are told, once', async () => {
  const big = { kind: 'command', command: [process.execPath, '-e', hold(200)], limits: { memory: '100MB' } };
  const team = await new Team({ agents: { lead: scripted(), big }, architect: 'lead' }).serve();
  const letter = await team.until('the architect is told', ({ posts }) =>
    Object.values(posts).find(({ message }) => message.to === 'lead'),
  );
  expect(letter.message.subject).toBe('big is over its memory');
  expect(await team.command('status')).toMatch(
    /big takes 2\d\d MB of memory, of the 100 MB that it may {2}→ mcc agent restart big/,
  );
  const session = team.state.agents.big?.session;
  expect(startTime(session?.pid ?? 0)).toBe(session?.start);
  expect(team.events.filter((event) => event.type === 'limit.exceeded')).toHaveLength(1);
});
