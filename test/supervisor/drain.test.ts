import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mcc } from '../cli/harness.ts';
import { folder, scripted, Team } from './team.ts';

/** A team of which ann is at work until the gate is there. */
async function atWork(): Promise<{ team: Team; gate: string }> {
  const team = await new Team({ agents: { ann: scripted(), bob: scripted() } }).up();
  await team.idle('ann', 'bob');
  const gate = join(folder(), 'go on');
  await team.send('ann', `@@wait ${gate}`);
  await team.until('ann works', ({ agents }) => agents.ann?.reports.hook?.status === 'working');
  return { team, gate };
}

/** `mcc down` as it goes on: what it has written so far, and its end. */
function down(team: Team, words: string[], terminal?: { columns: number; rows: number }) {
  const told = { out: '', err: '' };
  let interrupt = () => {};
  const ended = mcc(['down', ...words], {
    ...{ cwd: team.root, home: team.home, env: team.env, version: '0.0.0-test', terminal },
    colour: terminal !== undefined,
    out: (text) => {
      told.out += text;
    },
    err: (text) => {
      told.err += text;
    },
    interrupted: (then) => {
      interrupt = then;
      return () => {};
    },
  });
  return { told, ended, interrupt: () => interrupt() };
}

test('down tells who is still at work and what is held back, and ends when the turn has ended', async () => {
  const { team, gate } = await atWork();
  const id = await team.send('ann', 'later');
  const plain = down(team, []);
  await team.until('it says for whom it waits', () => plain.told.err.includes('\n'));
  expect(plain.told.err).toMatch(
    /^waiting for ann, at most 2 min · 1 message held back; mcc down --force does not wait\n/,
  );
  expect((await team.mcc('send', 'bob', 'hi')).err).toContain('the supervisor is going down');
  writeFileSync(gate, '');
  expect((await plain.ended).code).toBe(0);
  expect(plain.told.err).toContain('ending the sessions\n');
  expect(plain.told.out).toMatch(/^the supervisor \(pid \d+\) and its agents were stopped\n$/);
  // What was held back waits for the next start.
  expect((await team.mcc('inbox', 'ann')).out).toContain(`${id}  person → ann  [queued`);
});

test('for a program it is a line of JSON whenever it changes', async () => {
  const { team, gate } = await atWork();
  const json = down(team, ['--json']);
  await team.until('it says for whom it waits', () => json.told.out.includes('\n'));
  writeFileSync(gate, '');
  expect((await json.ended).code).toBe(0);
  const lines = json.told.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toEqual({
    waiting: [{ agent: 'ann', since: expect.any(String) }],
    merging: null,
    held: { messages: 0, tasks: 0 },
  });
  expect(lines.at(-1)).toEqual({ stopped: expect.any(Number) });
  expect(json.told.err).toBe('');
});

test('on a terminal it is one line that is drawn anew and taken away; Ctrl-C stops waiting, not the ending', async () => {
  const { team, gate } = await atWork();
  const live = down(team, [], { columns: 60, rows: 24 });
  await team.until('it says for whom it waits', () => live.told.out.includes('waiting for'));
  expect(live.told.out).toMatch(/^\r\x1b\[Kwaiting for ann \(\d+ s\) · Ctrl-C stops waiting/);
  expect(live.told.out).not.toContain('\n');
  live.interrupt();
  expect((await live.ended).code).toBe(130);
  expect(live.told.out).toMatch(
    /\r\x1b\[Knot waited for any longer.*mcc down waits again, mcc down --force ends it now/,
  );
  expect(team.told('ended', 'ann')).toEqual([]);
  const again = down(team, []);
  await team.until('it waits again', () => again.told.err.includes('waiting for ann'));
  writeFileSync(gate, '');
  expect((await again.ended).code).toBe(0);
  expect(team.told('ended', 'ann')).toHaveLength(1);
});

test('by force it waits for nobody', async () => {
  const { team } = await atWork();
  const forced = down(team, ['--force']);
  expect((await forced.ended).code).toBe(0);
  expect(forced.told.err).toBe('');
  expect(team.told('ended', 'ann')).toEqual([]);
});
