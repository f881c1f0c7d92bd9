import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeProblems } from '../../src/io/places.ts';
import { inspect } from '../../src/io/repository.ts';
import { ensureWorktree } from '../../src/io/worktree.ts';
import { folder, git, makeRoot } from './git-fixture.ts';

const agents = ['ann', 'bob'].map((name) => ({ name, branch: `mcc/${name}/work` }));
const look = async (root: string, worktrees = 'worktrees') =>
  (await placeProblems((await inspect(root)).repository, worktrees, agents)).map(
    ({ what, hint }) => `${what} → ${hint}`,
  );

test('nothing is in the way of a new team, nor of one that has its worktrees and branches', async () => {
  const root = makeRoot();
  expect(await look(root)).toEqual([]);
  const { repository } = await inspect(root);
  const path = join(root, 'worktrees', 'ann');
  await ensureWorktree({ repository, path, branch: 'mcc/ann/work', base: 'main' });
  writeFileSync(join(path, 'mine.txt'), '');
  mkdirSync(join(root, 'worktrees', 'bob'));
  expect(await look(root)).toEqual([]);
  rmSync(path, { recursive: true });
  expect(await look(root)).toEqual([]);
});

test('a branch that is named like the folder of an agent leaves no room', async () => {
  const root = makeRoot();
  git(root, 'branch', 'mcc/ann');
  git(root, 'branch', 'mcc/bob/work/more');
  expect(await look(root)).toEqual([
    'the branch mcc/ann leaves no room for the branch mcc/ann/work → git branch -m mcc/ann mcc-ann',
    'the branch mcc/bob/work/more leaves no room for the branch mcc/bob/work → git branch -m mcc/bob/work/more mcc-bob-work-more',
  ]);
});

test("an agent's branch that somebody else has out is a problem", async () => {
  const root = makeRoot();
  const other = join(folder(), 'other');
  git(root, 'worktree', 'add', '--quiet', '-b', 'mcc/ann/work', other);
  expect(await look(root)).toEqual([
    `the branch mcc/ann/work is checked out in ${other} → git -C '${other}' switch --detach`,
  ]);
});

test("files in the place of an agent's worktree are a problem", async () => {
  const root = makeRoot();
  mkdirSync(join(root, 'worktrees', 'bob'), { recursive: true });
  writeFileSync(join(root, 'worktrees', 'bob', 'notes.txt'), '');
  expect(await look(root)).toEqual([
    expect.stringMatching(/worktrees\/bob exists and is not a worktree of .* → move it away: mv /),
  ]);
  expect(await look(root, 'elsewhere')).toEqual([]);
});

test.each([
  ['.mcc', 'worktrees'],
  ['worktrees', 'worktrees'],
  ['work', 'work/trees'],
])('a file %s is in the way of a folder', async (file, worktrees) => {
  const root = makeRoot();
  writeFileSync(join(root, file), '');
  expect(await look(root, worktrees)).toEqual([
    `${join(root, file)} is no folder, and mcc keeps its own there → mv '${join(root, file)}' '${join(root, file)}.old'`,
  ]);
});
