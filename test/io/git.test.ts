import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exclusively, Git, GitError, gitEnvironment } from '../../src/io/git.ts';
import { folder, git, makeRoot, script, write } from './git-fixture.ts';

test('a failure tells argv, folder, exit code and the last words of git', async () => {
  const root = makeRoot();
  const error = await new Git(root).run(['switch', 'nowhere']).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(GitError);
  expect(error).toMatchObject({
    argv: ['git', 'switch', 'nowhere'],
    cwd: root,
    exitCode: 128,
    stderr: 'fatal: invalid reference: nowhere',
  });
});

test('inherited GIT_ variables and prompts do not reach git', () => {
  const env = gitEnvironment({
    GIT_DIR: '/x',
    GIT_AUTHOR_NAME: 'Eve',
    GPG_TTY: '/dev/tty1',
    LC_ALL: 'de_DE',
    PATH: '/bin',
    HOME: '/h',
  });
  expect(env).toMatchObject({
    PATH: '/bin',
    HOME: '/h',
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  });
  expect(Object.keys(env)).not.toContain('GIT_DIR');
  expect(Object.keys(env)).not.toContain('GIT_AUTHOR_NAME');
  expect(Object.keys(env)).not.toContain('GPG_TTY');
});

test('arguments are never read by a shell', async () => {
  const root = makeRoot();
  const name = '$(touch pwned);`id` "quoted" \'q\'';
  write(root, { [name]: 'x' });
  await new Git(root).run(['add', '--', name]);
  expect(git(root, '-c', 'core.quotePath=false', 'ls-files', '-z')).toContain(name);
  expect(git(root, 'ls-files', '--others')).toBe('');
});

test('neither hooks nor the file system monitor of a repository are run', async () => {
  const root = makeRoot();
  const witness = join(folder(), 'witness');
  for (const hook of [
    'post-checkout',
    'post-commit',
    'pre-commit',
    'reference-transaction',
    'post-index-change',
  ])
    script(join(root, '.git', 'hooks', hook), `echo ${hook} >> '${witness}'`);
  script(join(root, '.git', 'monitor'), `echo monitor >> '${witness}'`);
  git(root, 'config', 'core.fsmonitor', join(root, '.git', 'monitor'));
  rmSync(witness, { force: true });
  await new Git(root).run(['switch', '-c', 'other']);
  await new Git(root).run(['commit', '--allow-empty', '-m', 'x']);
  await new Git(root).run(['status']);
  expect(() => git(root, 'hash-object', witness)).toThrow();
});

test('a call waits for a lock that another git holds, when asked to', async () => {
  const root = makeRoot();
  const lock = join(root, '.git', 'index.lock');
  writeFileSync(lock, '');
  write(root, { 'b.txt': 'b' });
  await expect(new Git(root).run(['add', 'b.txt'])).rejects.toThrow('index.lock');
  setTimeout(() => rmSync(lock), 100);
  await new Git(root).run(['add', 'b.txt'], { lockWaitMs: 5000 });
  expect(git(root, 'diff', '--cached', '--name-only')).toBe('b.txt');
});

test('a git that hangs is ended', async () => {
  const root = makeRoot();
  await expect(
    new Git(root).run(['-c', 'alias.hang=!sleep 100', 'hang'], { timeoutMs: 100 }),
  ).rejects.toThrow('did not end in time');
});

test('output is cut at the limit that was asked for', async () => {
  const root = makeRoot({ big: 'x'.repeat(1_000_000) });
  const answer = await new Git(root).ask(['show', 'HEAD:big'], { maxBytes: 1000 });
  expect([answer.stdout.length, answer.truncated]).toEqual([1000, true]);
});

test('a folder or a git that is missing is named', async () => {
  await expect(new Git('/nowhere at all').run(['version'])).rejects.toThrow(
    '/nowhere at all: no such folder',
  );
  await expect(new Git(folder(), { PATH: '/nowhere' }).run(['version'])).rejects.toThrow(
    'git: no such program in PATH',
  );
});

test('writers of one repository take turns, also after a failure, and others do not wait', async () => {
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = exclusively('one', async () => {
    await gate.promise;
    order.push('first');
    throw new Error('failed');
  });
  const second = exclusively('one', async () => order.push('second'));
  await exclusively('other', async () => order.push('other'));
  gate.resolve();
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(order).toEqual(['other', 'first', 'second']);
});
