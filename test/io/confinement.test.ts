import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Confinement, findHold } from '../../src/io/confinement.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcc-hold-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

/** A machine on which this process is in the group `/own` with these files. No kernel is behind them. */
function machine(group: Record<string, string>, env: Record<string, string> = { PATH: '/nowhere' }) {
  write({ self: '12:pids:/x\n0::/own\n' });
  write(Object.fromEntries(Object.entries(group).map(([name, text]) => [`own/${name}`, text])));
  return { env, cgroups: folder, self: join(folder, 'self') };
}
const delegated = {
  'cgroup.controllers': 'cpuset cpu io memory pids\n',
  'cgroup.subtree_control': 'cpu memory pids\n',
  'cgroup.procs': '',
};

test('a delegated cgroup holds: each session gets a group with its limits, joins it by itself, and leaves none behind', async () => {
  const hold = await findHold(machine(delegated));
  expect(hold).toEqual({ type: 'cgroup', folder: join(folder, 'own'), enabled: true });
  const confinement = new Confinement(hold);
  const limits = { memory: 4 * 2 ** 30, cpu: 150, processes: 20 };
  const wrapped = confinement.wrap('s1', limits, '/bin/sh', ['-c', 'echo "$$ $0 $1"', 'a b', '$x']);
  expect(read('own/mcc-s1/memory.max')).toBe('4294967296');
  expect(read('own/mcc-s1/cpu.max')).toBe('150000 100000');
  expect(read('own/mcc-s1/pids.max')).toBe('320');
  const [pid, ...said] = execFileSync(wrapped.file, wrapped.args, { encoding: 'utf8' }).trim().split(' ');
  expect(said.join(' ')).toBe('a b $x');
  expect(read('own/mcc-s1/cgroup.procs')).toBe(`${pid}\n`);
  for (const name of ['memory.max', 'cpu.max', 'pids.max', 'cgroup.procs'])
    rmSync(join(folder, 'own/mcc-s1', name));
  confinement.ended('s1');
  expect(existsSync(join(folder, 'own/mcc-s1'))).toBe(false);
});

test('where mcc is alone in its group it moves aside, so that groups below may have limits', async () => {
  const hold = await findHold(
    machine({ ...delegated, 'cgroup.subtree_control': '', 'cgroup.procs': `${process.pid}\n` }),
  );
  expect(hold).toMatchObject({ type: 'cgroup', enabled: false });
  new Confinement(hold);
  expect(read('own/mcc-supervisor/cgroup.procs')).toBe(String(process.pid));
  expect(read('own/cgroup.subtree_control')).toBe('+memory +pids +cpu');
});

test.each([
  ['there is no cgroup v2', {}, 'cgroup v2 without memory, pids, cpu'],
  ['a controller is missing', { ...delegated, 'cgroup.controllers': 'cpu pids' }, 'cgroup v2 without memory'],
  [
    'others are in the group',
    { ...delegated, 'cgroup.subtree_control': '', 'cgroup.procs': '1\n' },
    'its cgroup has other processes in it',
  ],
])('where %s it is only watched, and said why', async (_, group, why) => {
  expect(await findHold(machine(group))).toEqual({
    type: 'watched',
    why: `${why}; there is no systemd-run`,
  });
});

test('a systemd of the user that starts a scope is used, one that does not is named', async () => {
  const program = join(folder, 'bin', 'systemd-run');
  write({ 'bin/systemd-run': `#!/bin/sh\necho "$*" > '${folder}/ran'\n` });
  chmodSync(program, 0o755);
  const there = machine({}, { PATH: join(folder, 'bin') });
  const hold = await findHold(there);
  expect(hold).toEqual({ type: 'systemd', program });
  expect(read('ran')).toMatch(/^--user --scope --quiet --collect .* -- true$/m);
  const limits = { memory: 1000, cpu: 50, processes: 10 };
  const { file, args } = new Confinement(hold).wrap('s1', limits, '/bin/cat', ['a b']);
  expect([file, ...args]).toEqual([
    ...[program, '--user', '--scope', '--quiet', '--collect'],
    ...['-p', 'MemoryMax=1000', '-p', 'MemorySwapMax=0', '-p', 'CPUQuota=50%', '-p', 'TasksMax=160'],
    ...['--', '/bin/cat', 'a b'],
  ]);
  write({ 'bin/systemd-run': '#!/bin/sh\necho "Failed to connect to bus" >&2; exit 1\n' });
  expect(await findHold(there)).toMatchObject({
    type: 'watched',
    why: 'cgroup v2 without memory, pids, cpu; systemd: Failed to connect to bus',
  });
});

test('without limits, or where they are only watched, a program is started as it is', () => {
  const watched = new Confinement({ type: 'watched', why: '' });
  expect(watched.wrap('s1', { memory: 1 }, 'cat', ['x'])).toEqual({ file: 'cat', args: ['x'] });
  const systemd = new Confinement({ type: 'systemd', program: 'systemd-run' });
  expect(systemd.wrap('s1', {}, 'cat', ['x'])).toEqual({ file: 'cat', args: ['x'] });
});
