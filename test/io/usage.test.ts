import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { startTime } from '../../src/io/process.ts';
import { killTree } from '../../src/io/tree.ts';
import { Meter, type Root } from '../../src/io/usage.ts';

let started: Root[] = [];
afterEach(async () => {
  for (const { pid, start } of started) await killTree({ pid, start, sessionId: pid }, { grace: 0 });
  started = [];
});

/** Runs a program that says so when it is ready; a root of its own session. */
async function run(name: string, file: string, ...args: string[]): Promise<Root & { child: ChildProcess }> {
  const child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>((ready) => child.stdout.once('data', () => ready()));
  const pid = child.pid ?? 0;
  const root = { name, pid, start: startTime(pid) ?? '' };
  started.push(root);
  return { ...root, child };
}
const said = (child: ChildProcess) => new Promise<void>((done) => child.stdout?.once('data', () => done()));

test('the memory of a tree is that of all its processes, without what they share', async () => {
  const hold = (mb: number) =>
    `globalThis.kept = Buffer.alloc(${mb} * 2 ** 20, 1); console.log('ready'); process.stdin.resume();`;
  const inner = JSON.stringify(hold(80));
  const tree = await run(
    'ann',
    process.execPath,
    '-e',
    `
    globalThis.kept = Buffer.alloc(60 * 2 ** 20, 1);
    require('node:child_process').spawn(process.execPath, ['-e', ${inner}], { stdio: ['pipe', 'inherit', 'inherit'] });
  `,
  );
  const lone = await run('bob', process.execPath, '-e', hold(0));
  const found = new Meter().read([tree, lone], performance.now());
  const [ann, bob] = [found.get('ann'), found.get('bob')];
  expect(ann?.members).toHaveLength(2);
  expect(bob?.members).toHaveLength(1);
  const grown = (ann?.memory ?? 0) - 2 * (bob?.memory ?? 0);
  // What an idle Node takes differs by some megabytes from one to the next.
  expect(Math.abs(grown / 2 ** 20 - 140)).toBeLessThan(30);
});

test('CPU is what was used between two looks, in percent of one core; children that ended count too', async () => {
  const burn =
    'const end = process.cpuUsage().user + 300000; while (process.cpuUsage().user < end) for (let n = 0; n < 1e6; n++);';
  const tree = await run(
    'ann',
    process.execPath,
    '-e',
    `
    console.log('ready');
    process.stdin.once('data', () => {
      require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(burn)}]);
      console.log('done');
    });
  `,
  );
  const meter = new Meter();
  expect(meter.read([tree], 0).get('ann')?.cpu).toBeNull();
  const done = said(tree.child);
  tree.child.stdin?.write('go\n');
  await done;
  const cpu = meter.read([tree], 1_000).get('ann')?.cpu ?? 0;
  // 300 ms of user time and a start of Node, in a second as this meter was told.
  expect(cpu).toBeGreaterThan(29);
  expect(cpu).toBeLessThan(120);
});

test('a process that leaves its tree after it was seen there stays counted, and a stranger is not', async () => {
  const tree = await run(
    'ann',
    '/bin/sh',
    '-c',
    'setsid sh -c "echo ready; exec sleep 1000" & read go; exit 0',
  );
  const meter = new Meter();
  const sleeper = meter
    .read([tree], 0)
    .get('ann')
    ?.members.find(({ session }) => session !== tree.pid);
  expect(sleeper).toBeDefined();
  if (!sleeper) return;
  started.push({ name: 'left', pid: sleeper.pid, start: sleeper.start });
  const over = new Promise((done) => tree.child.once('exit', done));
  tree.child.stdin?.write('go\n');
  await over;
  expect(
    meter
      .read([tree], 1)
      .get('ann')
      ?.members.map(({ pid }) => pid),
  ).toEqual([sleeper.pid]);
  expect(new Meter().read([tree], 2).get('ann')?.members).toEqual([]);
});

test('a tree that is told of late is measured whole, and what is born into one later too', async () => {
  const spawnOne =
    "process.stdin.on('data', () => { const one = require('node:child_process').spawn('sleep', ['1000'], { stdio: 'ignore' }); console.log(one.pid); }); console.log('ready');";
  const tree = await run('ann', process.execPath, '-e', spawnOne);
  const other = await run('bob', '/bin/sh', '-c', 'echo ready; read go');
  const meter = new Meter();
  const count = (roots: Root[], at: number) => meter.read(roots, at).get('ann')?.members.length;
  expect(count([other], 0)).toBeUndefined();
  expect(count([other, tree], 1)).toBe(1);
  for (const children of [1, 2]) {
    const born = said(tree.child);
    tree.child.stdin?.write('go\n');
    await born;
    expect(count([other, tree], 1 + children)).toBe(1 + children);
  }
});
