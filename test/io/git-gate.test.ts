import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gateSchema } from '../../src/core/team.ts';
import {
  checkoutCandidate,
  ensureIntegration,
  gateEnvironment,
  runGate,
  withoutNpm,
} from '../../src/io/gate.ts';
import { keepOut } from '../../src/io/repository.ts';
import { commit, folder, git, makeRepository, script, write } from './git-fixture.ts';

async function makeIntegration(files?: Record<string, string>) {
  const repository = await makeRepository(files);
  await keepOut(repository, ['/.mcc/']);
  const path = await ensureIntegration(repository, join(repository.root, '.mcc', 'integration'));
  return { repository, path };
}
const env = gateEnvironment(process.env);
const run = (command: string | string[], options: Partial<Parameters<typeof runGate>[0]> = {}) =>
  runGate({
    gate: gateSchema.parse({ name: 'test', run: command, timeout: 30 }),
    cwd: folder('gate'),
    env,
    ...options,
  });
const isAlive = (pid: number) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

test('the integration worktree is made once, on no branch', async () => {
  const { repository, path } = await makeIntegration();
  expect(await ensureIntegration(repository, path)).toBe(path);
  expect(() => git(path, 'symbolic-ref', '--quiet', 'HEAD')).toThrow();
  expect(git(repository.root, 'status', '--porcelain')).toBe('');
});

test('it holds exactly the files of the candidate, whatever the last gate left behind', async () => {
  const { repository, path } = await makeIntegration({ 'a.txt': '1', '.gitignore': 'ignored\n' });
  const first = git(repository.root, 'rev-parse', 'HEAD');
  const second = commit(repository.root, { 'a.txt': '2', 'dir/b.txt': 'b' });
  await checkoutCandidate(repository, path, first);
  expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('1');
  write(path, { 'a.txt': 'changed', ignored: 'x', 'new/c': 'c', 'dir/b.txt': 'in the way' });
  git(path, 'add', 'a.txt');
  mkdirSync(join(path, 'nested'));
  git(join(path, 'nested'), 'init', '--quiet');
  rmSync(join(path, '.git'));
  await checkoutCandidate(repository, path, second);
  expect(readdirSync(path).sort()).toEqual(['.git', '.gitignore', 'a.txt', 'dir']);
  expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('2');
  expect(git(path, 'status', '--porcelain', '--ignored')).toBe('');
  expect(git(path, 'rev-parse', 'HEAD')).toBe(second);
});

test('no other folder is ever cleaned', async () => {
  const { repository, path } = await makeIntegration();
  const head = git(repository.root, 'rev-parse', 'HEAD');
  const agent = join(repository.root, '.mcc', 'agent');
  git(repository.root, 'worktree', 'add', '--quiet', '-b', 'mcc/bob/work', agent);
  const elsewhere = join(folder(), 'elsewhere');
  git(repository.root, 'worktree', 'add', '--quiet', '--detach', elsewhere);
  const plain = join(repository.root, '.mcc', 'plain');
  mkdirSync(plain);
  const precious = folder('precious');
  for (const wrong of [repository.root, agent, elsewhere, plain, precious]) {
    write(wrong, { 'untracked.txt': 'mine' });
    await expect(checkoutCandidate(repository, wrong, head)).rejects.toThrow(
      /is not (mcc's own worktree|a worktree of)/,
    );
    expect(existsSync(join(wrong, 'untracked.txt'))).toBe(true);
  }
  renameSync(path, `${path} moved`);
  symlinkSync(precious, path); // what a gate could do to its own folder
  await expect(checkoutCandidate(repository, path, head)).rejects.toThrow(/is not mcc's own worktree/);
  expect(existsSync(join(precious, 'untracked.txt'))).toBe(true);
  await expect(ensureIntegration(repository, agent)).rejects.toThrow(/is not mcc's own worktree/);
});

test('a text goes to the shell as it is, a list does not see one', async () => {
  expect(await run('printf "%s|" "$HOME" a\\ b; exit 0')).toMatchObject({
    ok: true,
    code: 0,
    output: `${process.env.HOME}|a b|`,
  });
  expect(await run(['printf', '%s|', '$HOME', '; exit 1'])).toMatchObject({
    ok: true,
    output: '$HOME|; exit 1|',
  });
});

test('exit code and output of a failing gate are told', async () => {
  expect(await run('echo out; echo err >&2; exit 3')).toMatchObject({
    ok: false,
    code: 3,
    signal: null,
    timedOut: false,
    output: expect.stringMatching(/out\nerr\n|err\nout\n/),
  });
  expect(await run('kill -9 $$')).toMatchObject({ ok: false, code: null, signal: 'SIGKILL' });
  expect(await run(['no-such-program'])).toMatchObject({
    ok: false,
    code: null,
    output: 'no-such-program: no such program in PATH',
  });
});

test('of long output the end is kept, in whole characters', async () => {
  const { output } = await run('i=0; while [ $i -lt 40000 ]; do echo "ü$i"; i=$((i+1)); done');
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(64 * 1024);
  expect(Buffer.byteLength(output)).toBeGreaterThan(64 * 1024 - 4);
  expect(output.endsWith('ü39999\n')).toBe(true);
  expect(output).not.toContain('\ufffd');
});

test('a gate that hangs is ended with all its children', async () => {
  const pids = join(folder(), 'pids');
  const gate = gateSchema.parse({
    name: 'test',
    run: `trap "" TERM; sleep 1000 & echo $! >> '${pids}'; echo begun; wait`,
    timeout: 1,
  });
  expect(await runGate({ gate, cwd: folder('gate'), env })).toMatchObject({
    ok: false,
    timedOut: true,
    output: 'begun\n',
  });
  expect(isAlive(Number(readFileSync(pids, 'utf8')))).toBe(false);
});

test('a gate is ended by an abort, also by one that came before it began', async () => {
  const controller = new AbortController();
  const witness = join(folder(), 'witness');
  const running = run(`echo x > '${witness}'; sleep 1000`, { signal: controller.signal });
  const poll = setInterval(() => existsSync(witness) && controller.abort(), 5);
  expect(await running).toMatchObject({ ok: false, aborted: true, timedOut: false });
  clearInterval(poll);
  expect(await run('sleep 1000', { signal: controller.signal })).toMatchObject({ ok: false, aborted: true });
});

test('what a gate leaves running ends with it, and does not hold it up', async () => {
  const result = await run('sleep 1000 & echo $!');
  expect(result).toMatchObject({ ok: true });
  expect(isAlive(Number(result.output))).toBe(false);
});

test('a gate has no stdin and no terminal', async () => {
  expect(await run('cat; if (: < /dev/tty) 2>/dev/null; then echo tty; else echo none; fi')).toMatchObject({
    ok: true,
    output: 'none\n',
  });
});

test('a gate sees no secret, nothing of git and nothing of npm', async () => {
  const bin = folder('bin');
  script(join(bin, 'tool'), 'echo tool');
  const parent = {
    PATH: `/p/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:${bin}:/usr/bin:/bin`,
    HOME: '/home/ada',
    LC_CTYPE: 'C.UTF-8',
    ANTHROPIC_API_KEY: 'secret',
    AWS_SECRET_ACCESS_KEY: 'secret',
    GIT_DIR: '/elsewhere/.git',
    npm_config_registry: 'x',
    NODE_OPTIONS: '--inspect',
    MCC_TOKEN: 'secret',
    TMUX: 'x',
  };
  expect(gateEnvironment(parent, { EXTRA: '1' })).toEqual({
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: '/home/ada',
    LC_CTYPE: 'C.UTF-8',
    EXTRA: '1',
  });
  expect(await run('tool', { env: gateEnvironment(parent) })).toMatchObject({ output: 'tool\n' });
  expect(withoutNpm('/usr/bin:/my/node_modules/.bin:/bin')).toBe('/usr/bin:/my/node_modules/.bin:/bin');
});

test('git in a gate works on the candidate', async () => {
  const { repository, path } = await makeIntegration();
  const head = git(repository.root, 'rev-parse', 'HEAD');
  writeFileSync(join(path, '.git'), 'gitdir: /elsewhere\n');
  await checkoutCandidate(repository, path, head);
  expect(await run('git rev-parse HEAD', { cwd: path })).toMatchObject({ ok: true, output: `${head}\n` });
});
