import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { holderOf } from '../io/lock.ts';
import { paths } from '../io/paths.ts';
import type { Repository } from '../io/repository.ts';
import { connectTo } from './connection.ts';
import { Stop } from './report.ts';
import { exits, type Shell } from './shell.ts';

/** How long a supervisor may take until its socket answers, in ms; it may have a crash's process trees to end first. */
const patience = 60_000;

export type Started = { pid: number; fresh: boolean };

/** The variable in which a supervisor is told the repository as its starter has just inspected it. */
const inspectedName = 'MCC_INSPECTED';

/** What the starter of this supervisor found: a dozen runs of git that need not be done again. */
export function inspected({ env }: Pick<Shell, 'env'>): Repository | undefined {
  const told = env[inspectedName];
  const repository = told === undefined ? undefined : (JSON.parse(told) as Repository);
  return repository?.root === env.MCC_ROOT ? repository : undefined;
}

/**
 * Makes sure that a supervisor serves the project at `root`: finds the one that runs, or starts one that outlives this
 * process and its terminal. Two at once make one: whoever does not get the lock waits for the other's socket.
 * Throws Stop with the supervisor's own last words when it ends at once. Whoever has inspected the repository says what
 * was found, and the supervisor does not do so again.
 */
export async function start(root: string, shell: Shell, repository?: Repository): Promise<Started> {
  const running = await runningPid(root, shell);
  if (running !== undefined) return { pid: running, fresh: false };
  const last = join(paths(root).own, 'logs', 'supervise.log');
  const child = launch(root, last, shell, repository);
  const end = performance.now() + patience;
  while (performance.now() < end) {
    const pid = await runningPid(root, shell);
    if (pid !== undefined) {
      if (pid !== child.pid) await endLate(child);
      return { pid, fresh: pid === child.pid };
    }
    if (child.exitCode !== null || child.signalCode !== null) {
      // Another that holds the lock is on its way, or this one could not start.
      if (!(await holderOf(paths(root).lock))) throw failed(last, child.exitCode);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Stop(
    `the supervisor did not answer within ${patience / 1000} s`,
    `look at ${last} and ${paths(root).log}`,
    exits.bug,
  );
}

function launch(root: string, last: string, shell: Shell, repository: Repository | undefined) {
  mkdirSync(join(last, '..'), { recursive: true });
  const output = openSync(last, 'w', 0o600);
  const [node = process.execPath, ...program] = shell.program;
  // MCC_ROOT tells it the project, in whatever folder this was called.
  const child = spawn(node, [...program, 'supervise'], {
    cwd: root,
    env: {
      ...{ ...shell.env, MCC_ROOT: root },
      ...(repository ? { [inspectedName]: JSON.stringify(repository) } : {}),
    },
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.on('error', () => {}); // told by exitCode
  child.unref();
  return child;
}

/** One that came too late must not wait for its chance: after a quick `mcc down` it would serve the project again. */
async function endLate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.ref(); // else nothing keeps this process until then
  child.kill();
  await ended;
}

/** The pid of the supervisor that serves the project at `root`; undefined when none runs. Throws what `connectTo` throws. */
export async function runningPid(root: string, shell: Shell): Promise<number | undefined> {
  const client = await connectTo(root, shell);
  if (!client) return undefined;
  const { pid } = client.welcome;
  await client.close();
  return pid;
}

function failed(last: string, code: number | null): Stop {
  const lines = readFileSync(last, 'utf8').trimEnd().split('\n');
  const hint = lines.findLast((line) => line.startsWith('hint: '))?.slice(6);
  const what = lines.filter((line) => !line.startsWith('hint: ')).map((line) => line.replace(/^mcc: /, ''));
  return new Stop(
    `the supervisor could not start:\n${what.slice(-20).join('\n')}`,
    hint ?? `look at ${last}`,
    code || exits.bug,
  );
}
