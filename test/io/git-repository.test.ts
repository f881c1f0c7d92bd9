import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspect, keepOut } from '../../src/io/repository.ts';
import { commit, folder, git, home, makeRepository, makeRoot, script, write } from './git-fixture.ts';

const problems = async (...args: Parameters<typeof inspect>) =>
  (await inspect(...args)).problems.map((problem) => `${problem.what} → ${problem.hint}`);
const notes = async (...args: Parameters<typeof inspect>) => (await inspect(...args)).notes;
const failure = (cwd: string, env = {}) =>
  inspect(cwd, { env }).then(
    () => 'no problem',
    (problem) => `${problem.name}: ${problem.what} → ${problem.hint}`,
  );

test('a sound repository has no problems, from any folder in it', async () => {
  const root = makeRoot({ 'deep/er/a.txt': '1' });
  const found = await inspect(join(root, 'deep', 'er'));
  expect(found.problems).toEqual([]);
  expect(found.notes).toEqual([]);
  expect(found.repository).toEqual({
    root,
    commonDir: join(root, '.git'),
    gitVersion: expect.stringMatching(/^\d+\.\d+/),
    head: 'main',
    commit: git(root, 'rev-parse', 'HEAD'),
    signs: false,
  });
});

test('looking starts git seven times: each start is time that a person waits', async () => {
  const root = makeRoot();
  const bin = folder('bin');
  const log = join(bin, 'log');
  script(join(bin, 'git'), `echo "$@" >> '${log}'; PATH='${process.env.PATH}' exec git "$@"`);
  const found = await inspect(root, { base: 'main', env: { PATH: `${bin}:${process.env.PATH}` } });
  expect(found.problems).toEqual([]);
  expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(7);
});

test('what is renamed counts once, whatever its old name looks like', async () => {
  const root = makeRoot({ '1 old': 'a\nb\nc\nd\n', 'b.txt': 'b' });
  git(root, 'mv', '1 old', 'new');
  expect(await notes(root)).toEqual([expect.stringMatching(/^1 file has uncommitted changes/)]);
});

test('looking changes nothing', async () => {
  const root = makeRoot();
  write(root, { 'a.txt': 'changed', 'new.txt': 'new' });
  const all = () =>
    git(root, 'ls-files', '--debug') +
    git(root, 'count-objects') +
    readFileSync(join(root, '.git', 'index')).toString('hex');
  const before = all();
  await inspect(root);
  expect(all()).toBe(before);
});

test('outside of a repository it says how to make one', async () => {
  expect(await failure(folder('outside'))).toMatch(/is not in a git repository → git init/);
  expect(await failure('/does/not/exist')).toMatch(/no such folder/);
});

test('without git, or with one that is too old, it says which to install', async () => {
  const root = makeRoot();
  expect(await failure(root, { PATH: '/nowhere' })).toMatch(/git is not installed.* → install git 2.38/);
  const bin = folder('bin');
  script(join(bin, 'git'), 'echo git version 2.30.2');
  expect(await failure(root, { PATH: bin })).toBe(
    'RepositoryProblem: git 2.30.2 is too old: mcc needs 2.38 (for merge-tree) → install git 2.38 or newer',
  );
});

test('a bare repository is refused, and so is a worktree of one', async () => {
  const bare = folder('bare');
  git(bare, 'init', '--bare', '--quiet');
  expect(await failure(bare)).toMatch(/is a bare repository.* → git clone/);
  const clone = folder('bare');
  git(clone, 'clone', '--quiet', '--bare', makeRoot(), '.');
  git(clone, 'worktree', 'add', '--quiet', join(clone, 'wt'), 'main');
  expect(await failure(join(clone, 'wt'))).toMatch(/has no checkout of its own.* → git clone/);
});

test('inside of .git it says where to go', async () => {
  const root = makeRoot();
  expect(await failure(join(root, '.git', 'refs'))).toContain(`→ cd '${root}'`);
});

test('a repository without a commit has a problem, not a crash', async () => {
  const root = folder();
  git(root, 'init', '--quiet');
  expect(await problems(root)).toEqual([expect.stringMatching(/no commit yet.* → git add/)]);
  expect(await problems(root, { base: 'main' })).toHaveLength(1);
});

test('a detached HEAD is a problem only when no base is named', async () => {
  const root = makeRoot();
  git(root, 'switch', '--quiet', '--detach');
  expect(await problems(root)).toEqual([expect.stringMatching(/HEAD is detached/)]);
  expect(await problems(root, { base: 'main' })).toEqual([]);
  expect((await inspect(root, { base: 'main' })).repository.head).toBeNull();
});

test('a base branch that does not exist is said with those that do', async () => {
  const root = makeRoot();
  expect(await problems(root, { base: 'develop' })).toEqual([
    expect.stringMatching(/no branch develop \(there is main\)/),
  ]);
  const clone = folder('clone');
  git(root, 'branch', 'develop');
  git(clone, 'clone', '--quiet', root, '.');
  expect(await problems(clone, { base: 'develop' })).toEqual([
    expect.stringMatching(/only as origin\/develop → git branch develop origin\/develop/),
  ]);
  git(root, 'tag', 'v1');
  expect(await problems(root, { base: 'v1' })).toHaveLength(1);
});

test('a linked worktree leads to the main one', async () => {
  const root = makeRoot();
  const linked = join(folder(), 'linked');
  git(root, 'worktree', 'add', '--quiet', '-b', 'other', linked);
  const found = await inspect(linked);
  expect(found.repository).toMatchObject({ root, head: 'main' });
  expect(found.notes).toEqual([`${linked} is a worktree of ${root}: mcc works from there`]);
});

test('a submodule is a repository of its own, also from a worktree of it; the repository around it is told of the empty folder', async () => {
  const inner = makeRoot();
  const outer = makeRoot();
  git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub');
  commit(outer, {});
  const root = join(outer, 'sub');
  const found = await inspect(root);
  expect(found.problems).toEqual([]);
  expect(found.repository).toMatchObject({ root, commonDir: join(outer, '.git', 'modules', 'sub') });
  expect(found.notes).toEqual([
    `this is a submodule of ${outer}: mcc works in the submodule's own repository, ${outer} is left alone`,
  ]);
  const linked = join(folder(), 'linked');
  git(root, 'worktree', 'add', '--quiet', '-b', 'other', linked);
  expect((await inspect(linked)).repository.root).toBe(root);
  expect(await notes(outer)).toEqual([expect.stringMatching(/submodules are empty in a new worktree/)]);
});

test('without a name and address nothing could be committed', async () => {
  const root = makeRoot();
  const empty = folder('home');
  writeFileSync(join(empty, '.gitconfig'), '[user]\n\tuseConfigOnly = true\n');
  const found = await inspect(root, { env: { HOME: empty } });
  expect(found.problems).toEqual([
    { what: expect.stringMatching(/does not know who you are/), hint: expect.stringMatching(/user\.name/) },
  ]);
});

test('signing that fails or asks is a problem, signing that works is not, and no object is left', async () => {
  const root = makeRoot();
  const bin = folder('bin');
  git(root, 'config', 'commit.gpgsign', 'true');
  git(root, 'config', 'gpg.program', join(bin, 'gpg'));
  script(join(bin, 'gpg'), 'echo "gpg: no pinentry" >&2; exit 2');
  expect(await problems(root)).toEqual([
    expect.stringMatching(/gpgsign is on, but signing does not work without asking you: .*failed to sign/),
  ]);
  script(join(bin, 'gpg'), 'sleep 100');
  expect(await problems(root, { signingMs: 200 })).toEqual([
    expect.stringMatching(/did not answer within 0.2 seconds/),
  ]);
  const before = git(root, 'count-objects');
  script(
    join(bin, 'gpg'),
    'cat > /dev/null; echo "[GNUPG:] SIG_CREATED x" >&2; echo "-----BEGIN PGP SIGNATURE-----"; echo "-----END PGP SIGNATURE-----"',
  );
  expect(await problems(root)).toEqual([]);
  expect((await inspect(root)).repository.signs).toBe(true);
  expect(git(root, 'count-objects')).toBe(before);
});

test('an index.lock that is old is a problem, a fresh one is somebody at work', async () => {
  const root = makeRoot();
  const lock = join(root, '.git', 'index.lock');
  writeFileSync(lock, '');
  expect(await problems(root)).toEqual([]);
  utimesSync(lock, 0, 0);
  expect(await problems(root)).toEqual([expect.stringContaining(`rm '${lock}'`)]);
});

test('a merge or rebase in progress is a problem', async () => {
  const root = makeRoot();
  git(root, 'switch', '--quiet', '-c', 'other');
  commit(root, { 'a.txt': 'other' });
  git(root, 'switch', '--quiet', 'main');
  commit(root, { 'a.txt': 'main' });
  expect(() => git(root, 'merge', 'other')).toThrow();
  expect(await problems(root)).toEqual([
    expect.stringMatching(/a merge is in progress in .* → git merge --continue/),
  ]);
  git(root, 'merge', '--abort');
  expect(() => git(root, 'rebase', 'other')).toThrow();
  expect(await problems(root, { base: 'main' })).toEqual([expect.stringMatching(/a rebase is in progress/)]);
});

test('a branch called mcc is in the way of mcc/<agent>/<task>', async () => {
  const root = makeRoot();
  git(root, 'branch', 'mcc');
  expect(await problems(root)).toEqual([expect.stringMatching(/a branch called mcc.* → git branch -m mcc/)]);
});

test('a dirty checkout is a note with the number of files', async () => {
  const root = makeRoot({ 'a b.txt': '1', 'ü.txt': '2' });
  write(root, { 'a b.txt': 'x', 'ü.txt': 'y' });
  const found = await inspect(root);
  expect(found.problems).toEqual([]);
  expect(found.notes).toEqual([expect.stringMatching(/^2 files have uncommitted changes/)]);
});

test('hooks are named, wherever they are kept', async () => {
  const root = makeRoot();
  script(join(root, '.git', 'hooks', 'pre-commit'), 'exit 0');
  expect(await notes(root)).toEqual([expect.stringMatching(/^hooks \(pre-commit\)/)]);
  script(join(root, '.husky', 'commit-msg'), 'exit 0');
  git(root, 'config', 'core.hooksPath', '.husky');
  expect(await notes(root)).toEqual([expect.stringMatching(/^hooks \(commit-msg\)/)]);
});

test('Git LFS that is missing, or not set up, is a problem', async () => {
  const root = makeRoot({
    'art/.gitattributes': '*.psd filter=lfs diff=lfs merge=lfs -text\n',
    'a.txt': '1',
  });
  const bin = folder('bin');
  expect(await problems(root)).toEqual([expect.stringMatching(/git-lfs is not installed/)]);
  script(join(bin, 'git-lfs'), 'echo git-lfs/3.0');
  const env = { PATH: `${bin}:${process.env.PATH}` };
  expect(await problems(root, { env })).toEqual([
    expect.stringMatching(/not set up for you → git lfs install/),
  ]);
  git(root, 'config', 'filter.lfs.process', 'git-lfs filter-process');
  expect(await problems(root, { env })).toEqual([]);
});

test('sparse checkout and shallow clones are notes', async () => {
  const root = makeRoot({ 'in/a': '1', 'out/b': '2' });
  git(root, 'sparse-checkout', 'set', 'in');
  expect(await notes(root)).toEqual([expect.stringMatching(/^sparse checkout/)]);
  const clone = folder('shallow');
  git(clone, 'clone', '--quiet', '--depth=1', `file://${root}`, '.');
  expect(await notes(clone)).toEqual([expect.stringMatching(/shallow/)]);
});

test('a disk that is nearly full is a problem', async () => {
  expect(await problems(makeRoot(), { minFreeBytes: 2 ** 60 })).toEqual([
    expect.stringMatching(/^only \d+ MB free on the disk/),
  ]);
});

test('a format this git does not know is said in its own words', async () => {
  const root = makeRoot();
  git(root, 'config', 'core.repositoryFormatVersion', '1');
  git(root, 'config', 'extensions.refStorage', 'hieroglyphs');
  expect(await failure(root)).toMatch(
    /(too old for the format|cannot open the repository).*(refstorage|hieroglyphs)/i,
  );
});

test('a line break in the path is refused', async () => {
  const root = join(folder(), 'line\nbreak');
  mkdirSync(root);
  git(root, 'init', '--quiet');
  expect(await failure(root)).toMatch(/has a line break in it/);
});

test('a link to the repository leads to its real place', async () => {
  const root = makeRoot();
  const link = join(folder(), 'link');
  symlinkSync(root, link);
  expect((await inspect(link)).repository.root).toBe(root);
});

test('GIT_DIR of the shell that started mcc does not matter', async () => {
  const root = makeRoot();
  process.env.GIT_DIR = join(makeRoot(), '.git');
  try {
    expect((await inspect(root)).repository.root).toBe(root);
  } finally {
    delete process.env.GIT_DIR;
  }
});

test('a folder that cannot be written is a problem', async (context) => {
  if (process.getuid?.() === 0) context.skip('root may write everywhere');
  const root = makeRoot();
  chmodSync(root, 0o555);
  expect(await problems(root)).toEqual([expect.stringMatching(/is not writable/)]);
  chmodSync(root, 0o755);
});

test('lines that keep files out are added once, anchored, and to no tracked file', async () => {
  const repository = await makeRepository();
  const exclude = join(repository.commonDir, 'info', 'exclude');
  writeFileSync(exclude, 'mine'); // without a newline at its end
  await Promise.all([keepOut(repository, ['/.mcc/']), keepOut(repository, ['/.mcc/', '/worktrees/'])]);
  expect(readFileSync(exclude, 'utf8')).toBe('mine\n/.mcc/\n/worktrees/\n');
  rmSync(join(repository.commonDir, 'info'), { recursive: true });
  await keepOut(repository, ['/.mcc/']);
  write(repository.root, { '.mcc/events.jsonl': '' });
  expect(git(repository.root, 'status', '--porcelain')).toBe('');
  expect(git(home, '-C', repository.root, 'ls-files')).toBe('a.txt');
});
