import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attention } from '../../src/commands/show.ts';
import { git, scripted, Team } from './team.ts';

const pair = () =>
  new Team(
    { agents: { ann: scripted('tools'), bob: scripted('tools') } },
    { 'a.txt': 'a\n', 'b.txt': 'b\n' },
  );

/** Has an agent run a command in a turn of its own, and waits for the end of that turn. */
async function turn(team: Team, agent: string, command: string): Promise<void> {
  const before = team.told('ended', agent).length;
  await team.send(agent, `@@sh ${command}`);
  await team.until('its turn ended', () => team.told('ended', agent).length > before);
}

const foreign = (team: Team, where = 'main checkout') =>
  team.until(`somebody else's change in ${where} was found`, ({ foreign }) => foreign[where]);

test('what an agent changes in the main checkout is shown, with who probably did it and by what', async () => {
  const team = await pair().serve();
  await team.idle('ann', 'bob');
  const root = team.root.replaceAll('$', '\\$');
  await turn(
    team,
    'ann',
    `echo x > "${root}/a.txt"; mkdir "${root}/new"; touch "${root}/new/c.txt"; rm "${root}/b.txt"`,
  );
  const { files, suspects, tool } = await foreign(team);
  expect([...files].sort()).toEqual(['a.txt', 'b.txt', 'new/c.txt']);
  expect(suspects).toEqual(['ann']);
  expect(tool).toMatch(/^Bash echo x > /);
  expect(
    attention(team.state, Date.now())
      .map(({ text }) => text)
      .join(),
  ).toMatch(/(a|b|c)\.txt and 2 files more changed in the main checkout, probably by ann \(Bash echo/);
  expect(await team.command('foreign')).toContain('probably by ann, while it used Bash echo');
  // Nothing was undone; what was put right by the person is found so at the next look.
  git(team.root, 'checkout', '--quiet', '--', '.');
  await turn(team, 'bob', 'true');
  await team.until('the rest stays', ({ foreign }) => foreign['main checkout']?.files.join() === 'new/c.txt');
  expect(await team.command('foreign', '--seen')).toContain('noted');
  expect(team.state.foreign).toEqual({});
  await turn(team, 'bob', 'true');
  await team.idle('bob');
  expect(team.state.foreign).toEqual({});
});

test('a change in the worktree of another agent is found, and a commit there', async () => {
  const team = await pair().serve();
  await team.idle('ann', 'bob');
  const bobs = team.worktree('bob').replaceAll('$', '\\$');
  await turn(team, 'ann', `cd "${bobs}" && echo x > a.txt && git commit -qam "Not mine" && echo y > b.txt`);
  const { files, suspects } = await foreign(team, 'bob');
  expect([...files].sort()).toEqual([
    'b.txt',
    expect.stringMatching(/^commit [0-9a-f]{10} \(commit: Not mine\)$/),
  ]);
  expect(suspects).toEqual(['ann']);
});

test('what the person changes, and each agent in its own worktree, is nobody else’s', async () => {
  const team = await pair().serve();
  await team.idle('ann', 'bob');
  writeFileSync(join(team.root, 'a.txt'), 'mine\n');
  writeFileSync(team.worktree('bob', 'a.txt'), 'mine too\n');
  await turn(team, 'bob', 'echo x > b.txt');
  await turn(team, 'ann', 'echo x > b.txt');
  // The look of the turn after it is over when a change that is one has been found.
  rmSync(team.worktree('ann', 'b.txt'));
  await turn(team, 'ann', `touch "${team.root.replaceAll('$', '\\$')}/one.txt"`);
  expect((await foreign(team)).files).toEqual(['one.txt']);
  expect(Object.keys(team.state.foreign)).toEqual(['main checkout']);
});

test('what may as well have been the person is written down, and calls nobody', async () => {
  const team = await pair().serve();
  await team.idle('ann', 'bob');
  const go = join(team.env.HOME ?? '', 'go');
  const started = join(team.env.HOME ?? '', 'started');
  const quoted = (path: string) => `"${path.replaceAll('$', '\\$')}"`;
  await team.send('bob', `@@sh touch ${quoted(started)}; while ! [ -e ${quoted(go)} ]; do sleep 0.02; done`);
  await team.until('bob uses a tool', () => existsSync(started));
  writeFileSync(join(team.root, 'a.txt'), 'mine\n');
  writeFileSync(go, '');
  expect(await foreign(team)).toMatchObject({ files: ['a.txt'], suspects: ['bob'], vague: true });
  expect(attention(team.state, Date.now())).toEqual([]);
  expect(await team.command('foreign')).toContain('by the person, or by bob');
  // What names the main checkout is told, and so is all that was found there.
  await turn(team, 'ann', 'echo x > ../../b.txt');
  await team.until('it calls', ({ foreign }) => foreign['main checkout']?.vague === false);
  expect(
    attention(team.state, Date.now())
      .map(({ text }) => text)
      .join(),
  ).toContain('main checkout');
});

test('the merge queue moves the main checkout along while an agent works, and nobody is suspected', async () => {
  const team = await pair().serve();
  await team.idle('ann', 'bob');
  const id = (await team.command('task', 'add', 'work', '--to', 'ann')).split(' ')[0] ?? '';
  await team.until('it has its task', () => team.receipt(`assign-${id}-1`) === 'accepted');
  await team.idle('ann');
  team.commit('ann', { 'a.txt': 'A\n' });
  const go = join(team.env.HOME ?? '', 'go');
  await team.send(
    'bob',
    `@@sh while ! [ -e "${go.replaceAll('$', '\\$')}" ]; do sleep 0.02; done; touch "${team.root.replaceAll('$', '\\$')}/one.txt"`,
  );
  await team.until('bob works', () => team.told('prompt', 'bob').length === 1);
  await team.command('task', 'submit', id);
  await team.command('approve', id);
  await team.until('it is merged', ({ tasks }) => tasks[id]?.status === 'merged');
  writeFileSync(go, '');
  expect((await foreign(team)).files).toEqual(['one.txt']);
});
