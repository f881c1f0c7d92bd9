import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { findObstacle, moveBase } from '../../src/io/base.ts';
import { buildCandidate, type Candidate, predictConflict } from '../../src/io/candidate.ts';
import { changedFiles, diff, diffStat } from '../../src/io/diff.ts';
import { inspect, type Repository } from '../../src/io/repository.ts';
import { commit, folder, git, makeRepository, script, write } from './git-fixture.ts';

/** Commits files on a new branch from main in a worktree elsewhere; returns the commit. */
function onBranch(
  repository: Repository,
  name: string,
  files: Record<string, string>,
  from = 'main',
): string {
  const path = join(folder('agent'), name);
  git(repository.root, 'worktree', 'add', '--quiet', '-b', name, path, from);
  return commit(path, files, `Work on ${name}`);
}

const tip = (repository: Repository, name = 'main') => git(repository.root, 'rev-parse', name);

async function build(repository: Repository, work: string): Promise<Candidate> {
  return buildCandidate({
    repository,
    base: tip(repository),
    commit: work,
    message: 'Merge t1: wörk\n\nBy bob.',
  });
}

/** A repository in which the work of one branch is merged into a candidate. */
async function makeCandidate(
  files: Record<string, string> = { 'b.txt': 'b\n' },
  start?: Record<string, string>,
) {
  const repository = await makeRepository(start);
  const work = onBranch(repository, 'mcc/bob/t1', files);
  const from = tip(repository);
  const built = await build(repository, work);
  if (built.type !== 'candidate') throw new Error(JSON.stringify(built));
  return {
    repository,
    work,
    from,
    to: built.commit,
    request: { repository, base: 'main', from, to: built.commit },
  };
}

test('a candidate is the merge of base and work, made without a checkout', async () => {
  const repository = await makeRepository();
  const work = onBranch(repository, 'mcc/bob/t1', { 'b ü.txt': 'b\n' });
  const base = commit(repository.root, { 'a.txt': '0\n1\n2\n3\n' });
  const built = await build(repository, work);
  expect(built).toEqual({ type: 'candidate', commit: expect.any(String), tree: expect.any(String) });
  const made = built.type === 'candidate' ? built.commit : '';
  expect(git(repository.root, 'show', '-s', '--format=%P|%an|%cn|%B', made)).toBe(
    `${base} ${work}|Ada|Ada|Merge t1: wörk\n\nBy bob.`,
  );
  expect(git(repository.root, 'show', `${made}:b ü.txt`)).toBe('b');
  expect(git(repository.root, 'show', `${made}:a.txt`)).toBe('0\n1\n2\n3');
  expect(git(repository.root, 'status', '--porcelain')).toBe('');
  expect(tip(repository)).toBe(base);
});

test('the author may be named', async () => {
  const repository = await makeRepository();
  const work = onBranch(repository, 'mcc/bob/t1', { 'b.txt': 'b\n' });
  const author = { name: 'Bob "the" Ägent', email: 'bob@agents' };
  const built = await buildCandidate({
    repository,
    base: tip(repository),
    commit: work,
    message: 'x',
    author,
  });
  const made = built.type === 'candidate' ? built.commit : '';
  expect(git(repository.root, 'show', '-s', '--format=%an|%ae|%cn', made)).toBe(
    'Bob "the" Ägent|bob@agents|Ada',
  );
});

test('work that the base contains is nothing to merge', async () => {
  const repository = await makeRepository();
  expect(await build(repository, tip(repository))).toEqual({ type: 'empty' });
});

test('each file in conflict is named with what git says, and no side is taken', async () => {
  const repository = await makeRepository({ 'a.txt': '1\n2\n', 'gone ü.txt': 'x\n', 'fine.txt': '1\n' });
  const work = onBranch(repository, 'mcc/bob/t1', {
    'a.txt': 'bob\n2\n',
    'gone ü.txt': 'bob\n',
    'both.txt': 'bob',
    'fine.txt': '1\n',
  });
  git(repository.root, 'rm', '--quiet', 'gone ü.txt');
  commit(repository.root, { 'a.txt': 'main\n2\n', 'both.txt': 'main' });
  const files = [
    { path: 'a.txt', detail: 'CONFLICT (content): Merge conflict in a.txt' },
    { path: 'both.txt', detail: 'CONFLICT (add/add): Merge conflict in both.txt' },
    {
      path: 'gone ü.txt',
      detail: expect.stringMatching(/^CONFLICT \(modify\/delete\): gone ü.txt deleted in/),
    },
  ];
  expect(await build(repository, work)).toEqual({ type: 'conflict', files });
  expect(await predictConflict({ repository, a: 'main', b: 'mcc/bob/t1' })).toHaveLength(3);
  expect(await predictConflict({ repository, a: 'main', b: 'main' })).toEqual([]);
});

test('a branch without a common commit is a conflict, not a crash', async () => {
  const repository = await makeRepository();
  const tree = git(repository.root, 'rev-parse', 'HEAD^{tree}');
  const orphan = git(repository.root, 'commit-tree', '-m', 'orphan', tree);
  expect(await build(repository, orphan)).toEqual({
    type: 'conflict',
    files: [{ path: '.', detail: 'the branch has no commit in common with the base' }],
  });
});

test('a candidate is signed when commits are, and not otherwise', async () => {
  const repository = await makeRepository();
  const work = onBranch(repository, 'mcc/bob/t1', { 'b.txt': 'b\n' });
  const bin = folder('bin');
  const answer =
    'cat > /dev/null; echo "[GNUPG:] SIG_CREATED x" >&2; echo "-----BEGIN PGP SIGNATURE-----"; echo "-----END PGP SIGNATURE-----"';
  script(join(bin, 'gpg'), answer);
  git(repository.root, 'config', 'gpg.program', join(bin, 'gpg'));
  const raw = async (from: Repository) => {
    const built = await build(from, work);
    return built.type === 'candidate' ? git(repository.root, 'cat-file', 'commit', built.commit) : '';
  };
  expect(await raw(repository)).not.toContain('gpgsig');
  git(repository.root, 'config', 'commit.gpgsign', 'true');
  expect(await raw((await inspect(repository.root)).repository)).toContain(
    'gpgsig -----BEGIN PGP SIGNATURE-----',
  );
});

test('where the base is checked out, ref, index and files move together', async () => {
  const { repository, to, request } = await makeCandidate();
  expect(await moveBase(request)).toEqual({ type: 'moved', where: repository.root });
  expect(tip(repository)).toBe(to);
  expect(readFileSync(join(repository.root, 'b.txt'), 'utf8')).toBe('b\n');
  expect(git(repository.root, 'status', '--porcelain')).toBe('');
  expect(await moveBase(request)).toEqual({ type: 'moved', where: null });
});

test('where no checkout has the base, only the ref moves', async () => {
  const { repository, to, request } = await makeCandidate();
  git(repository.root, 'switch', '--quiet', '-c', 'elsewhere');
  expect(await moveBase(request)).toEqual({ type: 'moved', where: null });
  expect(tip(repository)).toBe(to);
  expect(git(repository.root, 'status', '--porcelain')).toBe('');
  expect(existsSync(join(repository.root, 'b.txt'))).toBe(false);
});

test('a linked worktree that has the base goes along', async () => {
  const { repository, request } = await makeCandidate();
  git(repository.root, 'switch', '--quiet', '-c', 'elsewhere');
  const linked = join(folder(), 'linked');
  git(repository.root, 'worktree', 'add', '--quiet', linked, 'main');
  expect(await moveBase(request)).toEqual({ type: 'moved', where: linked });
  expect(existsSync(join(linked, 'b.txt'))).toBe(true);
  expect(git(linked, 'status', '--porcelain')).toBe('');
});

test('a base that moved meanwhile is not moved, neither forward nor back', async () => {
  const { repository, request } = await makeCandidate();
  const later = commit(repository.root, { 'c.txt': 'c' });
  expect(await moveBase(request)).toEqual({ type: 'stale', at: later });
  git(repository.root, 'switch', '--quiet', '-c', 'elsewhere');
  expect(await moveBase(request)).toEqual({ type: 'stale', at: later });
  expect(tip(repository)).toBe(later);
});

test('a base that was set back is not taken forward again behind the back of the person', async () => {
  const { repository, work } = await makeCandidate();
  const first = tip(repository);
  commit(repository.root, { 'c.txt': 'c' });
  const built = await build(repository, work);
  const request = {
    repository,
    base: 'main',
    from: tip(repository),
    to: built.type === 'candidate' ? built.commit : '',
  };
  git(repository.root, 'reset', '--quiet', '--hard', first);
  expect(await moveBase(request)).toEqual({ type: 'stale', at: first });
});

test('local changes that are in the way stop it, with the files; others stay as they are', async () => {
  const { repository, from, request } = await makeCandidate(
    { 'a.txt': 'bob\n', 'new.txt': 'bob\n' },
    { 'a.txt': '1\n', 'other.txt': '1\n' },
  );
  write(repository.root, { 'a.txt': 'mine\n', 'other.txt': 'mine\n' });
  const foreseen = await findObstacle(request);
  const refused = await moveBase(request);
  expect(refused).toMatchObject({ ...foreseen, reason: expect.stringContaining(foreseen?.reason ?? '?') });
  expect(refused).toMatchObject({
    type: 'refused',
    where: repository.root,
    files: ['a.txt'],
    reason: expect.stringMatching(/would be overwritten by merge/),
  });
  write(repository.root, { 'a.txt': '1\n', 'new.txt': 'mine\n' });
  expect(await findObstacle(request)).toMatchObject({ files: ['new.txt'] });
  expect(await moveBase(request)).toMatchObject({ type: 'refused', files: ['new.txt'] });
  expect(tip(repository)).toBe(from);
  rmSync(join(repository.root, 'new.txt'));
  expect(await findObstacle(request)).toBeNull();
  expect(await moveBase(request)).toEqual({ type: 'moved', where: repository.root });
  expect(readFileSync(join(repository.root, 'other.txt'), 'utf8')).toBe('mine\n');
});

test('what the person has staged just as the candidate has it is not in the way', async () => {
  const { repository, request } = await makeCandidate(
    { 'a.txt': 'bob\n', 'new.txt': 'bob\n' },
    { 'a.txt': '1\n' },
  );
  write(repository.root, { 'a.txt': 'bob\n', 'new.txt': 'bob\n' });
  git(repository.root, 'add', '--all');
  expect(await findObstacle(request)).toBeNull();
  expect(await moveBase(request)).toEqual({ type: 'moved', where: repository.root });
});

test('an ignored file of the person is not overwritten', async () => {
  const { repository, request } = await makeCandidate({ '.env': 'bob' });
  writeFileSync(join(repository.commonDir, 'info', 'exclude'), '.env\n');
  write(repository.root, { '.env': 'the only copy' });
  expect(await moveBase(request)).toMatchObject({ type: 'refused', files: ['.env'] });
  expect(readFileSync(join(repository.root, '.env'), 'utf8')).toBe('the only copy');
});

test("the person's settings for merges do not bend it, and no hook runs", async () => {
  const { repository, to, request } = await makeCandidate();
  const witness = join(folder(), 'witness');
  for (const hook of ['post-merge', 'pre-merge-commit', 'reference-transaction'])
    script(join(repository.commonDir, 'hooks', hook), `echo ${hook} >> '${witness}'; exit 1`);
  git(repository.root, 'config', 'merge.ff', 'false');
  git(repository.root, 'config', 'merge.autoStash', 'true');
  git(repository.root, 'config', 'branch.main.mergeOptions', '--squash');
  expect(await moveBase(request)).toEqual({ type: 'moved', where: repository.root });
  expect(tip(repository)).toBe(to);
  expect(existsSync(witness)).toBe(false);
});

test('a lock that another git holds for a moment is waited for', async () => {
  const { repository, request } = await makeCandidate();
  const lock = join(repository.commonDir, 'index.lock');
  writeFileSync(lock, '');
  setTimeout(() => rmSync(lock), 100);
  expect(await moveBase(request)).toEqual({ type: 'moved', where: repository.root });
});

test('a merge in progress or a rebase of the base stops it', async () => {
  const repository = await makeRepository();
  onBranch(repository, 'side', { 'a.txt': 'side' });
  const from = commit(repository.root, { 'a.txt': 'main' });
  const built = await build(repository, onBranch(repository, 'mcc/bob/t1', { 'b.txt': 'b' }));
  const request = { repository, base: 'main', from, to: built.type === 'candidate' ? built.commit : '' };
  expect(() => git(repository.root, 'merge', 'side')).toThrow();
  expect(await moveBase(request)).toMatchObject({
    type: 'refused',
    where: repository.root,
    reason: expect.stringMatching(/MERGE_HEAD|unmerged files/),
  });
  git(repository.root, 'merge', '--abort');
  expect(() => git(repository.root, 'rebase', '--quiet', 'side')).toThrow();
  const reason = 'main is being rebased there';
  expect(await moveBase(request)).toEqual({ type: 'refused', reason, where: repository.root, files: [] });
  git(repository.root, 'rebase', '--abort');
  expect(tip(repository)).toBe(from);
  expect(await moveBase(request)).toMatchObject({ type: 'moved' });
});

test('two checkouts of the base, a base that is gone and a commit that was not built on it are refused', async () => {
  const { repository, work, request } = await makeCandidate();
  expect(await moveBase({ ...request, base: 'nope' })).toMatchObject({
    type: 'refused',
    reason: 'there is no branch nope',
  });
  const orphan = git(repository.root, 'commit-tree', '-m', 'orphan', `${work}^{tree}`);
  expect(await moveBase({ ...request, to: orphan })).toMatchObject({
    type: 'refused',
    reason: expect.stringMatching(/was not built on/),
  });
  git(repository.root, 'worktree', 'add', '--quiet', '--force', join(folder(), 'second'), 'main');
  expect(await moveBase(request)).toMatchObject({
    type: 'refused',
    reason: expect.stringMatching(/is checked out in .* and .*second/),
  });
});

test('a worktree that was deleted by hand with the base in it does not stop it', async () => {
  const { repository, request } = await makeCandidate();
  git(repository.root, 'switch', '--quiet', '-c', 'elsewhere');
  const linked = join(folder(), 'linked');
  git(repository.root, 'worktree', 'add', '--quiet', linked, 'main');
  rmSync(linked, { recursive: true });
  expect(await moveBase(request)).toEqual({ type: 'moved', where: null });
});

test('an object that is missing or was exchanged for another content is found before the base moves', async () => {
  for (const damage of ['missing', 'exchanged'] as const) {
    const { repository, from, to, request } = await makeCandidate({
      'b.txt': `reviewed ${'x'.repeat(100_000)}`,
    });
    const name = git(repository.root, 'rev-parse', `${to}:b.txt`);
    const file = join(repository.commonDir, 'objects', name.slice(0, 2), name.slice(2));
    chmodSync(file, 0o644);
    if (damage === 'missing') rmSync(file);
    else writeFileSync(file, deflateSync(Buffer.from('blob 4\0evil')));
    expect(createHash('sha1').update('blob 4\0evil').digest('hex')).not.toBe(name);
    expect(await moveBase(request)).toMatchObject({
      type: 'refused',
      reason:
        damage === 'missing'
          ? expect.stringMatching(/^history is damaged.*missing blob/)
          : `object ${name} does not have the content that its name stands for`,
    });
    expect(tip(repository)).toBe(from);
  }
});

test('objects of every size and kind pass the check', async () => {
  const files = Object.fromEntries(
    [0, 1, 65_535, 65_536, 65_537, 3_000_000].map((size) => [`dir ${size}/f`, 'ü\n'.repeat(size / 2)]),
  );
  const { request, repository } = await makeCandidate(files);
  expect(await moveBase(request)).toEqual({ type: 'moved', where: repository.root });
});

test('a replaced object (git replace) does not hide what is merged', async () => {
  const { repository, work } = await makeCandidate();
  const other = onBranch(repository, 'mcc/eve/t2', { 'evil.txt': 'x' });
  git(repository.root, 'replace', work, other);
  expect((await changedFiles({ repository, base: 'main', commit: work })).map((file) => file.path)).toEqual([
    'b.txt',
  ]);
});

test('a diff tells files, lines and text, and is cut at a whole line', async () => {
  const repository = await makeRepository({ 'a.txt': '1\n2\n3\n', 'gone.txt': 'gone\n' });
  const path = join(folder('agent'), 'bob');
  git(repository.root, 'worktree', 'add', '--quiet', '-b', 'mcc/bob/t1', path);
  rmSync(join(path, 'gone.txt'));
  const work = commit(path, { 'a.txt': '1\n2\n', 'ü b.txt': 'x\n' });
  commit(repository.root, { 'main.txt': 'not of bob' });
  git(repository.root, 'config', 'diff.external', '/bin/false');
  const range = { repository, base: 'main', commit: work };
  expect(await diffStat(range)).toEqual({ files: 3, insertions: 1, deletions: 2 });
  expect(await changedFiles(range)).toEqual([
    { status: 'M', path: 'a.txt' },
    { status: 'D', path: 'gone.txt' },
    { status: 'A', path: 'ü b.txt' },
  ]);
  const whole = await diff(range, 1_000_000);
  expect(whole).toEqual({
    text: expect.stringMatching(/^diff --git a\/a\.txt b\/a\.txt\n[\s\S]*\+x\n$/),
    truncated: false,
  });
  const part = await diff(range, 100);
  expect(part.truncated).toBe(true);
  expect(part.text.endsWith('\n') && whole.text.startsWith(part.text)).toBe(true);
  expect(await diffStat({ ...range, commit: 'main' })).toEqual({ files: 0, insertions: 0, deletions: 0 });
});
