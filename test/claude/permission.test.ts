import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { version } from './lab.ts';
import { type Content, type Script, say, use } from './model.ts';
import { Team } from './team.ts';

/** Permissions answered without going to the pane: the dialog of the real CLI closes by itself. */
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

test(`allow, deny with a reason, and a rule answer what Claude Code ${version} asks`, async () => {
  const play =
    (root: string): Script =>
    ({ results }): Content[] => {
      const file = (name: string) => join(root, 'worktrees/worker', name);
      if (results.length === 0) return [use('Write', { file_path: file('one.txt'), content: 'one\n' })];
      if (results.length === 1) return [use('Bash', { command: 'touch two.txt', description: 'Make' })];
      if (results.length === 2) return [use('Bash', { command: 'touch three.txt', description: 'Make' })];
      return [say(`Heard: ${results[1]?.text}`)];
    };
  const team = await Team.open(
    { worker: 'permissions: { allow: ["Bash(touch three*)"] }' },
    ['merge: { auto: false }'],
    play,
  );
  ends.push(() => team.close());
  const person = team.openScreen();
  await team.event('session.started');
  await team.run('send', 'worker', 'go');
  const first = await team.event('permission.asked');
  expect(first).toMatchObject({ agent: 'worker', tool: 'Write', argument: 'one.txt' });
  await team.until('the dialog', () => person.sees('Do you want to create one.txt?'));
  expect(await team.run('permissions')).toContain('+ one');
  await team.run('allow', 'worker');
  const second = await team.event('permission.asked', (event) => event.argument === 'touch two.txt');
  expect(readFileSync(join(team.root, 'worktrees/worker/one.txt'), 'utf8')).toBe('one\n');
  await team.until('a dialog that is gone', () => !person.sees('Do you want to create one.txt?'));
  await team.run('deny', 'worker', '--reason', 'keep two out');
  await team.event('permission.answered', (event) => event.id === second.id && event.decision === 'deny');
  // The third is answered by the rule, and the agent learns why the second was not done.
  await team.event(
    'permission.answered',
    (event) => event.rule === 'Bash(touch three*)' && event.by === 'mcc',
  );
  await team.until('the end of the turn', () => person.sees('Heard:'));
  expect(person.sees('keep two out')).toBe(true);
  expect(existsSync(join(team.root, 'worktrees/worker/two.txt'))).toBe(false);
  await team.until('the third file', () => existsSync(join(team.root, 'worktrees/worker/three.txt')));
  expect(JSON.parse(await team.run('permissions', '--json'))).toEqual([]);
}, 120_000);
