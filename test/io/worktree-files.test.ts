import { lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspect } from '../../src/io/repository.ts';
import { ensureWorktree } from '../../src/io/worktree.ts';
import { bringFiles } from '../../src/io/worktree-files.ts';
import { removeWorktree } from '../../src/io/worktree-removal.ts';
import { commit, folder, git, makeRoot, write } from './git-fixture.ts';

/** A repository with ignored files, and a worktree beside them. */
async function place(ignored: Record<string, string> = {}, tracked: Record<string, string> = {}) {
  const root = makeRoot({
    'a.txt': '1\n',
    '.gitignore': '.env*\nnode_modules/\ncache/\n*.local\n',
    ...tracked,
  });
  write(root, ignored);
  const { repository } = await inspect(root);
  const made = await ensureWorktree({
    repository,
    path: join(root, 'worktrees', 'ann'),
    branch: 'mcc/ann/work',
    base: 'main',
  });
  const bring = (what: { copy?: string[]; link?: string[] }) =>
    bringFiles({ repository, path: made.path, copy: [], link: [], ...what });
  const at = (name: string) => join(made.path, name);
  const changes = () => git(made.path, 'status', '--porcelain');
  return { root, repository, path: made.path, bring, at, changes };
}

test('ignored files are copied and folders linked, and git sees no change in the worktree', async () => {
  const { root, bring, at, changes } = await place({
    '.env': 'KEY=1\n',
    '.env.test': 'KEY=2\n',
    'node_modules/left-pad/index.js': 'x\n',
    'cache/deep/data': 'd\n',
  });
  const said = await bring({ copy: ['.env*', 'cache', 'gone.local'], link: ['node_modules'] });
  expect(said.sort()).toEqual([
    '.env.test: copied',
    '.env: copied',
    'cache: copied',
    'gone.local: is not there',
    'node_modules: linked',
  ]);
  expect(readFileSync(at('.env'), 'utf8')).toBe('KEY=1\n');
  expect(lstatSync(at('.env')).isSymbolicLink()).toBe(false);
  expect(readFileSync(at('cache/deep/data'), 'utf8')).toBe('d\n');
  expect(readlinkSync(at('node_modules'))).toBe(join(root, 'node_modules'));
  expect(changes()).toBe('');
  expect(git(root, 'status', '--porcelain')).toBe('?? worktrees/');
});

test('what is there already stays as it is, whoever made it, and doing it again changes nothing', async () => {
  const { bring, at, path } = await place({
    '.env': 'main\n',
    'cache/a': 'main\n',
    'cache/b': 'main\n',
    'cache/c/d': 'main\n',
  });
  write(path, { '.env': 'own\n', 'cache/a': 'own\n', 'cache/c/e': 'own\n' });
  git(path, 'add', '--force', 'cache/a');
  expect(await bring({ copy: ['.env', 'cache'] })).toEqual([
    '.env: is there already',
    'cache: copied what was missing',
  ]);
  expect(await bring({ copy: ['cache/a', 'cache/b'], link: ['.env'] })).toEqual([
    'cache/a: git tracks it',
    'cache/b: is there already',
    '.env: is there already',
  ]);
  expect(readFileSync(at('cache/c/d'), 'utf8')).toBe('main\n');
  expect(readFileSync(at('.env'), 'utf8')).toBe('own\n');
  expect(readFileSync(at('cache/a'), 'utf8')).toBe('own\n');
  expect(readFileSync(at('cache/b'), 'utf8')).toBe('main\n');
});

test('a tracked file that the agent deleted is not put back', async () => {
  const { bring, at, path, root } = await place();
  write(root, { 'settings.local': 'main\n' });
  write(path, { 'settings.local': 'x\n' });
  git(path, 'add', '--force', 'settings.local');
  git(path, 'commit', '--quiet', '-m', 'Track');
  git(path, 'rm', '--quiet', '--cached', 'settings.local');
  git(path, 'reset', '--quiet');
  rmSync(at('settings.local'));
  expect(await bring({ copy: ['settings.local'] })).toEqual(['settings.local: git tracks it']);
  expect(() => lstatSync(at('settings.local'))).toThrow('ENOENT');
});

test('a file that git does not ignore is refused with what to do, one that is tracked comes with the branch', async () => {
  const { bring } = await place({ 'notes.txt': 'mine\n' });
  await expect(bring({ copy: ['notes.txt'] })).rejects.toMatchObject({
    message: expect.stringContaining('is not ignored by git'),
    hint: "echo '/notes.txt' >> .gitignore",
  });
  expect(await bring({ copy: ['a.txt'] })).toEqual(['a.txt: is not there']);
});

test('nothing is read from outside of the checkout, or written outside of the worktree', async () => {
  const outside = folder();
  write(outside, { secret: 's\n' });
  const { root, path, bring } = await place({ 'cache/data': 'd\n' });
  symlinkSync(join(outside, 'secret'), join(root, '.env'));
  await expect(bring({ copy: ['.env'] })).rejects.toThrow('leads out of');
  await expect(bring({ copy: ['../secret'] })).rejects.toThrow('leads out of');
  await expect(bring({ link: ['/etc/passwd'] })).rejects.toThrow('leads out of');
  symlinkSync(outside, join(path, 'cache'));
  await expect(bring({ copy: ['cache/data'] })).rejects.toThrow('leads out of');
  expect(() => lstatSync(join(outside, 'data'))).toThrow('ENOENT');
});

test('a worktree in which only copies and links of the main checkout are ignored is removed, and the originals stay', async () => {
  const { root, repository, path, bring } = await place({ '.env': '1\n', 'node_modules/x/y.js': 'y\n' });
  await bring({ copy: ['.env'], link: ['node_modules'] });
  expect(await removeWorktree({ repository, path })).toEqual({ type: 'removed' });
  expect(readFileSync(join(root, 'node_modules/x/y.js'), 'utf8')).toBe('y\n');
  expect(readFileSync(join(root, '.env'), 'utf8')).toBe('1\n');
});

test('a copy that the agent has changed is no longer the main checkout’s: the worktree goes to the trash with it', async () => {
  const { repository, path, bring } = await place({ '.env': '1\n' });
  await bring({ copy: ['.env'] });
  write(path, { '.env': '2\n' });
  const removal = await removeWorktree({ repository, path });
  expect(removal.type).toBe('trashed');
  if (removal.type === 'trashed') expect(readFileSync(join(removal.to, '.env'), 'utf8')).toBe('2\n');
});

test('a link whose rule means folders only is kept out of the changes, also after a commit of everything', async () => {
  const { bring, path, changes } = await place({ 'node_modules/x.js': '' });
  await bring({ link: ['node_modules/'] });
  expect(changes()).toBe('');
  commit(path, { 'b.txt': '' });
  expect(git(path, 'ls-files')).not.toContain('node_modules');
});
