import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import { isAlive } from '../../src/io/process.ts';
import { findTranscript } from '../../src/supervisor/transcript.ts';
import { version } from './lab.ts';
import { type Content, type Script, say } from './model.ts';
import { Team } from './team.ts';

/** What it costs the real CLI to be suspended and woken: nothing, as long as its transcript is there. */
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Each turn's agent, prompt, and all that was said before in its conversation. */
interface Turn {
  agent: string;
  prompt: string;
  said: string;
}

async function opened(rest: string[]): Promise<{ team: Team; turns: Turn[] }> {
  const turns: Turn[] = [];
  const play =
    (): Script =>
    async ({ agent, prompt, said }): Promise<Content[]> => {
      turns.push({ agent, prompt, said: said.join('\n') });
      return [say('I see.')];
    };
  const agents = { ann: '', bob: '' };
  const team = await Team.open(agents, rest, play);
  ends.push(() => team.close());
  await team.run('up', '--headless');
  return { team, turns };
}

const turnOf = (team: Team, turns: Turn[], word: string) =>
  team.until(`a turn about ${word}`, () => turns.find(({ prompt }) => prompt.includes(word)));
const started = (team: Team, name: string) =>
  team.events().filter((event) => event.type === 'session.started' && event.agent === name);

test(`two agents take turns on one place and remember: Claude Code ${version}`, async () => {
  const { team, turns } = await opened(['max_running: 1', 'suspend_after: 0']);
  await team.run('send', 'ann', 'the word is parrot');
  await turnOf(team, turns, 'parrot');
  await team.run('send', 'bob', 'the word is walrus');
  await turnOf(team, turns, 'walrus');
  const [first] = started(team, 'ann');
  expect(isAlive(first.pid, first.start), 'the session of ann').toBe(false);
  await team.event('agent.suspended', ({ agent }) => agent === 'ann');
  await team.run('send', 'ann', 'which word was it?');
  const turn = await turnOf(team, turns, 'which word');
  expect(turn).toMatchObject({ agent: 'ann', said: expect.stringContaining('the word is parrot') });
  expect(turn.said).not.toContain('walrus');
  expect(started(team, 'ann')).toMatchObject([
    { resumed: false },
    { resumed: true, conversation: first.conversation },
  ]);
  expect(await team.run('status')).toMatch(/^bob +suspended/m);
}, 180_000);

test.each([
  ['damaged', (path: string) => writeFileSync(path, Buffer.from('\u0000{"type":"us'))],
  ['missing', (path: string) => rmSync(path)],
])(
  `a transcript that is %s costs the conversation, not the agent: Claude Code ${version}`,
  async (how, harm) => {
    const { team, turns } = await opened([]);
    await team.run('send', 'ann', 'the word is parrot');
    await turnOf(team, turns, 'parrot');
    const [first] = started(team, 'ann');
    const path = await team.until('its transcript', () =>
      findTranscript(claude, join(team.root, '.mcc/sessions/ann'), first.conversation),
    );
    await team.run('agent', 'stop', 'ann');
    await team.event('session.exited', ({ agent }) => agent === 'ann');
    harm(path);
    await team.run('agent', 'start', 'ann');
    await team.run('send', 'ann', 'which word was it?');
    const turn = await turnOf(team, turns, 'which word');
    expect(turn.said).not.toContain('parrot');
    expect(started(team, 'ann').at(-1)).toMatchObject({
      resumed: false,
      said: `it began anew, without its conversation: its transcript is ${how}`,
    });
  },
  180_000,
);
