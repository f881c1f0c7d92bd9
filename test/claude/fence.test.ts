import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { version } from './lab.ts';
import { type Content, type Script, say, use } from './model.ts';
import { Team } from './team.ts';

/** Fences without a sandbox, as far as the real CLI holds to them: in bypass mode, in which it asks nobody. */
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

test(`Claude Code ${version} writes what it may, and is told why not the rest`, async () => {
  const steps = (root: string): Content[] => {
    const own = (name: string) => join(root, 'worktrees/worker', name);
    const write = (file_path: string) => use('Write', { file_path, content: 'new\n' });
    const bash = (command: string) => use('Bash', { command, description: 'Try' });
    return [
      write(own('src/a.txt')),
      write(own('other.txt')),
      write(join(root, 'src/main.txt')),
      write(join(root, 'worktrees/other/src/b.txt')),
      use('Read', { file_path: join(root, 'secret.txt') }),
      bash(`echo out > '${root}/README.md'`),
      bash(`echo out > '${root}/worktrees/other/c.txt'`),
      bash(`'${process.execPath}' -e 'require("fs").writeFileSync("${root}/escaped.txt", "")'`),
      bash(`echo own >> '${own('src/a.txt')}'`),
    ];
  };
  const heard: { text: string; isError: boolean }[] = [];
  const play =
    (root: string): Script =>
    ({ agent, results }): Content[] => {
      if (agent !== 'worker') return [say('Nothing.')];
      heard.splice(0, heard.length, ...results);
      const next = steps(root)[results.length];
      return next ? [next] : [say('All tried.')];
    };
  const team = await Team.open(
    {
      worker: 'permission_mode: bypassPermissions, write: [src], hidden: [secret.txt]',
      other: 'permission_mode: bypassPermissions',
    },
    ['merge: { auto: false }'],
    play,
  );
  ends.push(() => team.close());
  const { root } = team;
  writeFileSync(join(root, 'README.md'), 'readme\n');
  writeFileSync(join(root, 'secret.txt'), 'the secret\n');
  await team.run('up', '--headless');
  await team.event('worktree.ready', (event) => event.agent === 'other');
  await team.run('send', 'worker', 'go');
  await team.until('all nine attempts', () => heard.length === 9);
  expect(readFileSync(join(root, 'worktrees/worker/src/a.txt'), 'utf8')).toBe('new\nown\n');
  for (const name of [
    'worktrees/worker/other.txt',
    'src/main.txt',
    'worktrees/other/src/b.txt',
    'worktrees/other/c.txt',
  ])
    expect([name, existsSync(join(root, name))]).toEqual([name, false]);
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toBe('readme\n');
  expect(heard.map(({ isError }) => isError)).toEqual([
    false,
    true,
    true,
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(heard[1]?.text).toContain('other.txt is not yours to change: src is');
  expect(heard[4]?.text).not.toContain('the secret');
  // A program that writes by itself is not held, but found at the end of the turn.
  const { where, files, suspects } = await team.event('foreign.changed');
  expect([where, files, suspects]).toEqual(['main checkout', ['escaped.txt'], ['worker']]);
}, 120_000);
