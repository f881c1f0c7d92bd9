import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { version } from './lab.ts';
import { type Content, type Script, say, use } from './model.ts';
import { type Person, Team } from './team.ts';

/** What mcc says of a real session whose state no hook tells; test/scenes plays everything else. */
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const play =
  (root: string): Script =>
  ({ prompt, results }): Content[] => {
    const file_path = `${root}/worktrees/worker/app.txt`;
    if (!prompt.includes('edit') || results.length > 0) return [say('Done.')];
    return [use('Read', { file_path }), use('Edit', { file_path, old_string: 'one', new_string: 'two' })];
  };

async function open(): Promise<{ team: Team; person: Person; agent: () => Promise<any> }> {
  const team = await Team.open({ worker: '' }, ['merge: { auto: false }'], play);
  ends.push(() => team.close());
  writeFileSync(join(team.root, 'app.txt'), 'zero\none\nthree\n');
  team.git('add', '.');
  team.git('commit', '-qm', 'A file to edit');
  const person = team.openScreen();
  await team.event('agent.reported', (event) => event.status === 'idle');
  await team.until('its composer', () => person.sees('❯'));
  const agent = async () => JSON.parse(await team.run('status', '--json')).agents[0];
  return { team, person, agent };
}

test(`a dialog that the person opens in Claude Code ${version} is seen, and so is its end`, async () => {
  const { team, person, agent } = await open();
  person.type('/model');
  await team.until('the command', () => person.sees('/model'));
  person.type('\r');
  await team.event('agent.reported', (event) => event.needs === 'dialog');
  await team.until('the dialog', () => person.sees('Select model'));
  expect(await agent()).toMatchObject({ status: 'needs-you', needs: 'dialog' });
  expect(await team.run('why', 'worker')).toMatch(/won: /);
  person.type('\x1b');
  await team.until('the end of the dialog', () => !person.sees('Select model'));
  await team.event('agent.reported', (event) => event.status === 'idle' && event.source === 'session file');
  await team.until('idle', () => team.events().at(-1)?.status !== 'needs-you');
  expect(await agent()).toMatchObject({ status: 'idle', needs: null });
}, 120_000);

test(`an edit that Claude Code ${version} asks for stands among what waits, with its lines; Escape ends it`, async () => {
  const { team, person, agent } = await open();
  await team.run('send', 'worker', 'edit it');
  const asked = await team.event('permission.asked', (event) => event.tool === 'Edit');
  expect(await agent()).toMatchObject({
    status: 'needs-you',
    needs: 'permission',
    tool: 'Edit',
    argument: 'app.txt',
  });
  await team.until('the list', () => person.sees(/needs you: permission: Edit app\.txt/));
  await team.until('its lines', () => person.sees(/- one/) && person.sees(/\+ two/));
  await team.until('the dialog', () => person.sees('Do you want to make this edit'));
  person.type('\x1b');
  await team.event('permission.ended', (event) => event.id === asked.id);
  await team.until('an empty list', () => person.sees('nothing waits for you'));
  expect(await agent()).toMatchObject({ status: 'idle', needs: null });
}, 120_000);
