import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTime } from '../../src/io/process.ts';
import { findTmux, tmuxProblem } from '../../src/term/tmux-version.ts';
import { git, scripted, Team } from './team.ts';

test('each agent gets a worktree on a branch of its own and a session in it', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: { kind: 'shell' } } }).serve();
  await team.idle('ann', 'bob');
  expect(git(team.worktree('ann'), 'branch', '--show-current')).toBe('mcc/ann/work');
  expect(git(team.worktree('bob'), 'branch', '--show-current')).toBe('mcc/bob/work');
  expect(git(team.root, 'status', '--porcelain')).toBe('');
  expect(team.told('started')).toMatchObject([{ name: 'ann', cwd: team.worktree('ann'), resumed: false }]);
});

test('a session that has spoken keeps its conversation over a restart, one that has not starts anew', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: scripted() } }).serve();
  await team.idle('ann', 'bob');
  const id = await team.send('ann', 'hello');
  await team.until('ann took it', () => team.receipt(id) === 'accepted');
  await team.idle('ann');
  await team.command('agent', 'restart', 'ann');
  await team.command('agent', 'restart', 'bob');
  await team.until('both started twice', () => team.told('started').length === 4);
  const [ann, annAgain] = team.told('started', 'ann');
  const [bob, bobAgain] = team.told('started', 'bob');
  expect(annAgain).toMatchObject({ id: ann?.id, resumed: true });
  expect(bobAgain?.resumed).toBe(false);
  expect(bobAgain?.id).not.toBe(bob?.id);
});

test('an agent that ends well stays out, one that is stopped stays out, and each can be started again', async () => {
  const team = await new Team({ agents: { ann: scripted(), bob: scripted('leaves') } }).serve();
  await team.until('bob has left', ({ agents }) => agents.bob?.session?.exit);
  expect(team.state.agents.bob).toMatchObject({ wanted: false, session: { exit: { code: 0 } } });
  await team.idle('ann');
  const pid = team.state.agents.ann?.session?.pid;
  await team.command('agent', 'stop', 'ann');
  await team.until('ann has stopped', ({ agents }) => agents.ann?.session?.exit);
  expect(startTime(pid ?? 0)).toBeUndefined();
  expect(await team.command('agent', 'start', 'ann')).toBe('ann starts');
  await team.idle('ann');
  expect(team.told('started', 'bob')).toHaveLength(1);
});

test('an agent that crashes is started again, with its conversation and what it still has to do', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  await team.command('task', 'add', 'crash once', '--text', `@@exit 3`);
  await team.until('it crashed', ({ agents }) => agents.ann?.crashes === 1);
  const reminder = await team.until('it is told to go on', ({ posts }) =>
    Object.values(posts).find(({ message }) => message.id.startsWith('resume-')),
  );
  await team.until('it took that', () => team.receipt(reminder.message.id) === 'accepted');
  expect(team.told('started').map(({ resumed }) => resumed)).toEqual([false, true]);
  expect(reminder.message.body).toContain('Still open for you: t1 (crash once, branch mcc/ann/t1)');
});

test('a worktree that somebody removed is made anew before its agent starts again', async () => {
  const team = await new Team({ agents: { ann: scripted() } }).serve();
  await team.idle('ann');
  await team.command('agent', 'stop', 'ann');
  await team.until('ann has stopped', ({ agents }) => agents.ann?.session?.exit);
  rmSync(team.worktree('ann'), { recursive: true });
  await team.command('agent', 'start', 'ann');
  await team.idle('ann');
  expect(git(team.worktree('ann'), 'branch', '--show-current')).toBe('mcc/ann/work');
});

/** A team on a host, with one agent that has taken a turn and was stopped. */
async function afterOneTurn(host: string, traits = ''): Promise<{ team: Team; transcript: string }> {
  const team = await new Team({ host, agents: { ann: scripted(traits) } }).serve();
  await team.idle('ann');
  const id = await team.send('ann', 'hello');
  await team.until('ann took it', () => team.receipt(id) === 'accepted');
  await team.idle('ann');
  await team.command('agent', 'stop', 'ann');
  const session = await team.until('ann has stopped', ({ agents }) =>
    agents.ann?.session?.exit ? agents.ann.session : null,
  );
  const projects = join(team.root, '.mcc/sessions/ann/config/projects/here');
  return { team, transcript: join(projects, `${session.conversation}.jsonl`) };
}

const hosts = ['pty', ...(tmuxProblem(await findTmux(process.env)) === undefined ? ['tmux'] : [])];

test.each(hosts)(
  'on %s, a conversation that is missing or damaged is begun anew, and that is said',
  async (host) => {
    const { team, transcript } = await afterOneTurn(host);
    const lost = async (why: string) => {
      const runs = team.told('started').length;
      await team.command('agent', 'start', 'ann');
      await team.until('it runs', () => team.told('started').length === runs + 1);
      await team.idle('ann');
      expect(team.told('started').at(-1)?.resumed).toBe(false);
      expect(team.state.notes.at(-1)?.text).toBe(`ann: it began anew, without its conversation: ${why}`);
      expect(await team.command('why', 'ann')).toContain(`it began anew, without its conversation: ${why}`);
    };
    writeFileSync(transcript, Buffer.from([0, 1, 2, 200, 255]));
    await lost('its transcript is damaged');
    const id = await team.send('ann', 'hello again');
    await team.until('ann took it', () => team.receipt(id) === 'accepted');
    await team.idle('ann');
    await team.command('agent', 'stop', 'ann');
    await team.until('ann has stopped', ({ agents }) => agents.ann?.session?.exit);
    rmSync(join(team.root, '.mcc/sessions/ann/config/projects'), { recursive: true });
    await lost('its transcript is missing');
  },
);

test('a conversation that the program cannot go on with costs two tries, not the agent', async () => {
  const { team } = await afterOneTurn('pty', 'stranger');
  await team.command('agent', 'start', 'ann');
  await team.idle('ann');
  expect(team.told('started').map(({ resumed }) => resumed)).toEqual([false, true, true, false]);
  expect(team.state.notes.at(-1)?.text).toContain('its program ends when it is to go on with it');
});
