import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pruneBranches, startBranch, teamBranches } from '../../src/io/branch.ts';
import { inspect, keepOut, type Repository, repositoryGit } from '../../src/io/repository.ts';
import { ensureWorktree, listWorktrees, worktreeGit } from '../../src/io/worktree.ts';
import { removeWorktree } from '../../src/io/worktree-removal.ts';
import { changedInWorktree, worktreeState } from '../../src/io/worktree-state.ts';
import { commit, folder, git, makeRepository, makeRoot, script, write } from './git-fixture.ts';

/** A repository with the worktree of one agent, on mcc/bob/work. */
async function makeAgent(files?: Record<string, string>): Promise<{ repository: Repository; path: string }> {
  const repository = await makeRepository(files);
  await keepOut(repository, ['/.mcc/', '/worktrees/']);
  const path = join(repository.root, 'worktrees', 'bob');
  await ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' });
  return { repository, path };
}
const fails = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (problem) => `${problem.what} → ${problem.hint}`,
  );
const everything = (root: string) =>
  git(root, 'for-each-ref') + git(root, 'worktree', 'list') + git(root, 'status', '--porcelain', '--ignored');

test('a worktree is made once, on its branch, without an upstream, and the main checkout stays clean', async () => {
  const { repository, path } = await makeAgent();
  const wanted = { repository, path, branch: 'mcc/bob/work', base: 'main' };
  const before = everything(repository.root);
  const answer = { path, branch: 'mcc/bob/work', commit: repository.commit };
  expect(await ensureWorktree(wanted)).toEqual(answer);
  expect(everything(repository.root)).toBe(before);
  expect(git(repository.root, 'status', '--porcelain')).toBe('');
  expect(() => git(repository.root, 'config', '--get-regexp', '^branch')).toThrow();
});

test('ten at once are all made', async () => {
  const repository = await makeRepository();
  const names = Array.from({ length: 10 }, (_, index) => `agent-${index}`);
  await Promise.all(
    names.map((name) =>
      ensureWorktree({
        repository,
        path: join(repository.root, 'worktrees', name),
        branch: `mcc/${name}/work`,
        base: 'main',
      }),
    ),
  );
  expect((await listWorktrees(repository)).map((worktree) => worktree.branch)).toEqual([
    'main',
    ...names.map((name) => `mcc/${name}/work`),
  ]);
});

test('an agent that is on another branch by now is left there', async () => {
  const { repository, path } = await makeAgent();
  git(path, 'switch', '--quiet', '-c', 'mcc/bob/own');
  const again = await ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' });
  expect(again.branch).toBe('mcc/bob/own');
});

test('a folder that was deleted by hand is made again on its branch, with the commits that were on it', async () => {
  const { repository, path } = await makeAgent();
  const made = commit(path, { 'b.txt': 'b' });
  rmSync(path, { recursive: true });
  const again = await ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' });
  expect(again.commit).toBe(made);
  expect(readFileSync(join(path, 'b.txt'), 'utf8')).toBe('b');
});

test('a worktree whose making was cut short is made anew, and what lay there is in the trash', async () => {
  const { repository, path } = await makeAgent();
  writeFileSync(join(repository.commonDir, 'worktrees', 'bob', 'locked'), 'initializing');
  write(path, { 'half.txt': 'half' });
  const wanted = { repository, path, branch: 'mcc/bob/work', base: 'main' };
  await ensureWorktree(wanted);
  expect(existsSync(join(path, 'half.txt'))).toBe(false);
  expect(readFileSync(join(repository.root, '.mcc', 'trash', 'bob.1', 'half.txt'), 'utf8')).toBe('half');
  writeFileSync(join(repository.commonDir, 'worktrees', 'bob', 'locked'), 'initializing');
  rmSync(path, { recursive: true });
  expect((await ensureWorktree(wanted)).branch).toBe('mcc/bob/work');
});

test('a folder in other hands is not touched', async () => {
  const repository = await makeRepository();
  const taken = {
    file: join(repository.root, 'file'),
    full: join(repository.root, 'full'),
    other: join(makeRoot()),
  };
  writeFileSync(taken.file, '');
  write(taken.full, { 'mine.txt': 'mine' });
  const before = everything(repository.root);
  for (const path of Object.values(taken))
    expect(await fails(ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' }))).toMatch(
      /exists and is not a worktree of .* → move it away/,
    );
  expect(
    await fails(ensureWorktree({ repository, path: repository.root, branch: 'mcc/bob/work', base: 'main' })),
  ).toMatch(/is the repository itself/);
  expect(everything(repository.root)).toBe(before);
  mkdirSync(join(repository.root, 'empty'));
  expect(
    await fails(
      ensureWorktree({
        repository,
        path: join(repository.root, 'empty'),
        branch: 'mcc/bob/work',
        base: 'main',
      }),
    ),
  ).toBe('done');
});

test('a branch in other hands is not touched', async () => {
  const { repository } = await makeAgent();
  git(repository.root, 'branch', 'feature');
  const path = join(repository.root, 'worktrees', 'eve');
  const before = everything(repository.root);
  expect(await fails(ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' }))).toMatch(
    /mcc\/bob\/work is checked out in .*bob →/,
  );
  expect(await fails(ensureWorktree({ repository, path, branch: 'feature', base: 'main' }))).toMatch(
    /feature exists and is not one of mcc's/,
  );
  expect(await fails(ensureWorktree({ repository, path, branch: 'mcc/eve/work', base: 'nowhere' }))).toMatch(
    /nowhere names no commit/,
  );
  expect(everything(repository.root)).toBe(before);
});

test('worktrees may lie in a folder that is a link', async () => {
  const repository = await makeRepository();
  const real = folder('elsewhere');
  symlinkSync(real, join(repository.root, 'worktrees'));
  const wanted = {
    repository,
    path: join(repository.root, 'worktrees', 'bob'),
    branch: 'mcc/bob/work',
    base: 'main',
  };
  expect((await ensureWorktree(wanted)).path).toBe(join(real, 'bob'));
  expect((await ensureWorktree(wanted)).path).toBe(join(real, 'bob'));
});

test('the hooks of the repository do not run for a worktree that mcc makes, and do for a commit of the agent', async () => {
  const repository = await makeRepository();
  const witness = join(folder(), 'witness');
  for (const hook of ['post-checkout', 'pre-commit'])
    script(join(repository.commonDir, 'hooks', hook), `echo ${hook} >> '${witness}'`);
  const path = join(repository.root, 'worktrees', 'bob');
  await ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' });
  await startBranch({ repository, path, branch: 'mcc/bob/t1', base: 'main' });
  expect(existsSync(witness)).toBe(false);
  commit(path, { b: 'b' });
  expect(readFileSync(witness, 'utf8')).toBe('pre-commit\n');
});

test('a sparse checkout is inherited', async () => {
  const repository = await makeRepository({ 'in/a': '1', 'out/b': '2' });
  git(repository.root, 'sparse-checkout', 'set', 'in');
  const path = join(repository.root, 'worktrees', 'bob');
  await ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' });
  expect([existsSync(join(path, 'in')), existsSync(join(path, 'out'))]).toEqual([true, false]);
});

test('worktrees of a submodule are made in the repository of the submodule', async () => {
  const inner = makeRoot();
  const outer = makeRoot();
  git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub');
  const { repository } = await inspect(join(outer, 'sub'));
  const path = join(repository.root, 'worktrees', 'bob');
  await ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' });
  expect((await listWorktrees(repository)).map((worktree) => worktree.path)).toEqual([repository.root, path]);
  expect(git(path, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('mcc/bob/work');
  expect(await removeWorktree({ repository, path })).toEqual({ type: 'removed' });
});

test('the state of a worktree counts what its branch and its files are away from the base', async () => {
  const { repository, path } = await makeAgent({
    'a.txt': '1\n2\n3\n',
    'gone.txt': 'x\n',
    '.gitignore': 'node_modules\n',
  });
  const state = () => worktreeState({ repository, path, base: 'main' });
  const clean = {
    branch: 'mcc/bob/work',
    commit: repository.commit,
    dirty: false,
    files: 0,
    ahead: 0,
    behind: 0,
    insertions: 0,
    deletions: 0,
  };
  expect(await state()).toEqual(clean);
  commit(repository.root, { 'main.txt': 'm' });
  const made = commit(path, { 'b.txt': '1\n2\n' });
  expect(await state()).toEqual({ ...clean, commit: made, ahead: 1, behind: 1, insertions: 2 });
  write(path, { 'a.txt': '1\n2\n', 'new dir/ü': 'x', 'new dir/y': 'y', 'node_modules/z': 'z' });
  git(path, 'mv', 'gone.txt', 'moved to.txt');
  expect(await state()).toMatchObject({ dirty: true, files: 4, insertions: 2, deletions: 1 });
  expect(await changedInWorktree(await worktreeGit(repository, path))).toEqual([
    'a.txt',
    'gone.txt',
    'moved to.txt',
    'new dir/',
  ]);
  git(path, 'stash', '--quiet', '-u');
  git(path, 'switch', '--quiet', '--detach');
  expect(await state()).toMatchObject({ branch: null, dirty: false });
});

test('looking at the state takes no lock and writes nothing', async () => {
  const { repository, path } = await makeAgent();
  const index = join(repository.commonDir, 'worktrees', 'bob', 'index');
  writeFileSync(join(path, 'a.txt'), '1\n2\n3\n'); // same content, other times: a status would refresh the index
  const before = readFileSync(index);
  writeFileSync(`${index}.lock`, '');
  expect(await worktreeState({ repository, path, base: 'main' })).toMatchObject({ dirty: false });
  expect(readFileSync(index).equals(before)).toBe(true);
});

test('a .git file that the agent rewrote is not followed', async () => {
  const { repository, path } = await makeAgent();
  const evil = makeRoot({ '.gitattributes': '* filter=evil\n', 'a.txt': 'x' });
  const witness = join(folder(), 'witness');
  script(join(evil, 'evil'), `echo ran > '${witness}'; cat`);
  git(evil, 'config', 'core.fsmonitor', join(evil, 'evil'));
  git(evil, 'config', 'filter.evil.clean', join(evil, 'evil'));
  writeFileSync(join(path, '.git'), `gitdir: ${join(evil, '.git')}\n`);
  rmSync(witness, { force: true });
  expect(await worktreeState({ repository, path, base: 'main' })).toMatchObject({
    branch: 'mcc/bob/work',
    files: 0,
  });
  expect(await startBranch({ repository, path, branch: 'mcc/bob/t1', base: 'main' })).toMatchObject({
    type: 'started',
  });
  expect(existsSync(witness)).toBe(false);
  expect(git(repository.root, 'worktree', 'list')).toContain('[mcc/bob/t1]');
});

test('a branch is started from the base, once', async () => {
  const { repository, path } = await makeAgent();
  const base = commit(repository.root, { 'a.txt': 'new base' });
  const wanted = { repository, path, branch: 'mcc/bob/t1', base: 'main' };
  expect(await startBranch(wanted)).toEqual({ type: 'started', commit: base });
  const made = commit(path, { 'b.txt': 'b' });
  write(path, { 'b.txt': 'dirty' });
  expect(await startBranch(wanted)).toEqual({ type: 'already', commit: made });
  expect(readFileSync(join(path, 'b.txt'), 'utf8')).toBe('dirty');
  git(path, 'checkout', '--quiet', '.');
  expect(await startBranch({ ...wanted, branch: 'mcc/bob/t2' })).toEqual({ type: 'started', commit: base });
  expect(await startBranch(wanted)).toEqual({ type: 'started', commit: made });
});

test('a tag with the name of the base is not mistaken for it', async () => {
  const { repository, path } = await makeAgent();
  git(repository.root, 'tag', 'main');
  const base = commit(repository.root, { 'a.txt': 'new base' });
  expect(await startBranch({ repository, path, branch: 'mcc/bob/t1', base: 'main' })).toEqual({
    type: 'started',
    commit: base,
  });
});

test('a dirty worktree keeps its branch and its files', async () => {
  const { repository, path } = await makeAgent();
  write(path, { 'ünsaved work.txt': 'x' });
  const before = everything(repository.root);
  expect(await startBranch({ repository, path, branch: 'mcc/bob/t1', base: 'main' })).toEqual({
    type: 'refused',
    reason: 'the worktree has uncommitted changes',
    files: ['ünsaved work.txt'],
  });
  expect(everything(repository.root)).toBe(before);
});

test('ignored files that the branch would overwrite, commits that no branch holds and a rebase are left alone', async () => {
  const { repository, path } = await makeAgent({ 'a.txt': '1\n', '.gitignore': '.env\n' });
  write(path, { '.env': 'the only copy' });
  git(repository.root, 'rm', '--quiet', '.gitignore');
  commit(repository.root, { '.env': 'tracked' });
  const wanted = { repository, path, branch: 'mcc/bob/t1', base: 'main' };
  expect(await startBranch(wanted)).toMatchObject({ type: 'refused', files: ['.env'] });
  expect(readFileSync(join(path, '.env'), 'utf8')).toBe('the only copy');
  rmSync(join(path, '.env'));

  git(path, 'switch', '--quiet', '--detach');
  commit(path, { 'a.txt': 'lonely' });
  expect(await startBranch(wanted)).toMatchObject({
    type: 'refused',
    reason: 'the worktree is on a commit that no branch holds',
  });
  git(path, 'branch', 'keep');
  expect(() => git(path, 'rebase', '--quiet', '--exec', 'false', 'main')).toThrow();
  expect(await startBranch(wanted)).toMatchObject({
    type: 'refused',
    reason: 'a rebase is in progress in the worktree',
  });
});

test('a clean worktree is removed, its branch stays, and a second removal finds nothing', async () => {
  const { repository, path } = await makeAgent();
  const made = commit(path, { 'b.txt': 'b' });
  expect(await removeWorktree({ repository, path })).toEqual({ type: 'removed' });
  expect(existsSync(path)).toBe(false);
  expect(git(repository.root, 'rev-parse', 'mcc/bob/work')).toBe(made);
  expect(await removeWorktree({ repository, path })).toEqual({ type: 'absent' });
});

test('uncommitted work is not removed; in the trash it is a worktree still, and its branch is free', async () => {
  const { repository, path } = await makeAgent();
  write(path, { 'a.txt': 'staged' });
  git(path, 'add', 'a.txt');
  write(path, { 'a.txt': 'and changed', 'new.txt': 'new' });
  expect(await removeWorktree({ repository, path })).toEqual({
    type: 'refused',
    reason: 'it has uncommitted changes',
    files: ['a.txt', 'new.txt'],
  });
  expect(readFileSync(join(path, 'new.txt'), 'utf8')).toBe('new');
  writeFileSync(join(path, '.git'), 'rewritten');
  const to = join(repository.root, '.mcc', 'trash', 'bob.1');
  expect(await removeWorktree({ repository, path, unsaved: 'trash' })).toEqual({ type: 'trashed', to });
  expect(git(to, 'status', '--porcelain')).toBe('MM a.txt\n?? new.txt');
  expect(git(to, 'show', ':a.txt')).toBe('staged');
  expect((await teamBranches({ repository, base: 'main' }))[0]?.checkedOut).toBeNull();
  expect((await ensureWorktree({ repository, path, branch: 'mcc/bob/work', base: 'main' })).branch).toBe(
    'mcc/bob/work',
  );
});

test('a commit that no branch holds is not removed', async () => {
  const { repository, path } = await makeAgent();
  git(path, 'switch', '--quiet', '--detach');
  commit(path, { 'a.txt': 'lonely' });
  expect(await removeWorktree({ repository, path })).toMatchObject({
    type: 'refused',
    reason: 'it is on a commit that no branch holds',
  });
});

test('ignored files go to the trash with the worktree around them', async () => {
  const { repository, path } = await makeAgent({ '.gitignore': '.env\n' });
  write(path, { '.env': 'the only copy' });
  const to = join(repository.root, '.mcc', 'trash', 'bob.1');
  expect(await removeWorktree({ repository, path })).toEqual({ type: 'trashed', to });
  expect(readFileSync(join(to, '.env'), 'utf8')).toBe('the only copy');
  expect(await listWorktrees(repository)).toHaveLength(1);
});

test('nothing but a linked worktree of this repository is removed', async () => {
  const { repository, path } = await makeAgent();
  const plain = folder('plain');
  write(plain, { 'x.txt': 'x' });
  const link = join(folder(), 'link');
  symlinkSync(repository.root, link);
  const sub = join(path, 'sub');
  mkdirSync(sub);
  for (const wrong of [
    repository.root,
    link,
    plain,
    sub,
    join(repository.root, 'worktrees'),
    makeRoot(),
    '/',
  ])
    expect(await fails(removeWorktree({ repository, path: wrong, unsaved: 'trash' }))).toMatch(
      /is not a linked worktree of/,
    );
  git(repository.root, 'worktree', 'lock', path);
  expect(await fails(removeWorktree({ repository, path, unsaved: 'trash' }))).toMatch(
    /is locked → git worktree unlock/,
  );
  expect(
    existsSync(join(plain, 'x.txt')) && existsSync(join(repository.root, 'a.txt')) && existsSync(path),
  ).toBe(true);
});

test('of the branches of the team only those merged and checked out nowhere are pruned', async () => {
  const { repository, path } = await makeAgent();
  git(repository.root, 'branch', 'mcc/eve/done');
  git(repository.root, 'branch', 'mine');
  await startBranch({ repository, path, branch: 'mcc/bob/t1', base: 'main' });
  const open = commit(path, { 'b.txt': 'b' });
  git(path, 'switch', '--quiet', 'mcc/bob/work');
  expect(await teamBranches({ repository, base: 'main' })).toEqual([
    { branch: 'mcc/bob/t1', commit: open, merged: false, checkedOut: null },
    { branch: 'mcc/bob/work', commit: repository.commit, merged: true, checkedOut: path },
    { branch: 'mcc/eve/done', commit: repository.commit, merged: true, checkedOut: null },
  ]);
  expect((await pruneBranches({ repository, base: 'main' })).map((each) => each.branch)).toEqual([
    'mcc/eve/done',
  ]);
  expect(await repositoryGit(repository).run(['branch', '--format=%(refname:short)'])).toBe(
    'main\nmcc/bob/t1\nmcc/bob/work\nmine\n',
  );
});

test('a worktree that was moved by hand is no worktree any more until git is told', async () => {
  const { repository, path } = await makeAgent();
  renameSync(path, `${path} moved`);
  expect(await fails(worktreeState({ repository, path: `${path} moved`, base: 'main' }))).toMatch(
    /is not a worktree of .* → git worktree list/,
  );
});

test('a branch that an agent made to stand for the base is pruned, and the base is not', async () => {
  const { repository } = await makeAgent();
  const { root } = repository;
  git(root, 'symbolic-ref', 'refs/heads/mcc/bob/evil', 'refs/heads/main');
  git(root, 'switch', '--quiet', '--detach');
  const gone = await pruneBranches({ repository, base: 'main' });
  expect(gone.map((each) => each.branch)).toEqual(['mcc/bob/evil']);
  expect(git(root, 'rev-parse', 'main')).toContain(repository.commit);
});
