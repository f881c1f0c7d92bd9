import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { holderOf } from '../io/lock.ts';
import { paths } from '../io/paths.ts';
import type { Repository } from '../io/repository.ts';
import { connectTo } from './connection.ts';
import { Stop } from './report.ts';
import { exits, type Shell } from './shell.ts';

/** How long a supervisor may take until its socket answers, in ms; it may have a crash's process trees to end first. */
const patience = 60_000;

/** How often is looked whether it answers, in ms. */
const glance = 10;

export type Started = { pid: number; fresh: boolean };

/** Says to a supervisor that its starter tells it by standard input what to serve. */
const variable = 'MCC_TOLD_BY_STARTER';

/** What a starter tells: the repository as it has just inspected it, or null where the supervisor is to look itself. */
type Word = Repository | null;

/**
 * What the starter of this supervisor tells, once it has found nothing in the way; undefined in the end when it found
 * something, or ended. Undefined at once for a supervisor that was started otherwise: nobody tells it anything.
 */
export function toldByStarter({
  env,
  input,
}: Pick<Shell, 'env' | 'input'>): Promise<Word | undefined> | undefined {
  if (!env[variable]) return undefined;
  return input().then((text) => (text ? (JSON.parse(text) as Word) : undefined));
}

/** A supervisor that loads, reads, and waits to be told that it may serve. It changes nothing before. */
export class Launch {
  readonly child: ChildProcess;
  /** where its last words are */
  readonly last: string;

  constructor(root: string, shell: Shell) {
    this.last = lastWords(root);
    mkdirSync(dirname(this.last), { recursive: true });
    const output = openSync(this.last, 'w', 0o600);
    const [node = process.execPath, ...program] = shell.program;
    // MCC_ROOT tells it the project, in whatever folder this was called.
    const child = spawn(node, [...program, 'supervise'], {
      cwd: root,
      env: { ...shell.env, MCC_ROOT: root, [variable]: '1' },
      detached: true,
      stdio: ['pipe', output, output],
    });
    closeSync(output);
    child.on('error', () => {}); // told by exitCode
    child.stdin?.on('error', () => {}); // it ended before it was told: so is that
    child.unref();
    this.child = child;
  }

  /** Lets it serve the project. */
  serve(repository?: Repository): void {
    const word: Word = repository ?? null;
    this.child.stdin?.end(JSON.stringify(word));
  }

  /**
   * Ends one that is not to serve, or came too late: waiting for its chance it would serve the project again after a quick
   * `mcc down`.
   */
  async end(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    child.ref(); // else nothing keeps this process until then
    child.kill();
    await ended;
  }
}

const lastWords = (root: string): string => join(paths(root).own, 'logs', 'supervise.log');

/**
 * Launches a supervisor that may turn out not to be wanted, so that it loads meanwhile. Only in a project that had one
 * before: in others nothing is to be made before everything was checked.
 */
export const launchEarly = (root: string, shell: Shell): Launch | undefined =>
  existsSync(dirname(lastWords(root))) ? new Launch(root, shell) : undefined;

/**
 * Makes sure that a supervisor serves the project at `root`: finds the one that runs, or starts one that outlives this
 * process and its terminal. Two at once make one: whoever does not get the lock waits for the other's socket.
 * Throws Stop with the supervisor's own last words when it ends at once. Whoever has inspected the repository says what
 * was found, and the supervisor does not do so again.
 * @param early one that was launched for this already
 */
export async function start(
  root: string,
  shell: Shell,
  repository?: Repository,
  early?: Launch,
): Promise<Started> {
  const running = await runningPid(root, shell);
  if (running !== undefined) {
    await early?.end();
    return { pid: running, fresh: false };
  }
  const launch = early ?? new Launch(root, shell);
  const { child, last } = launch;
  launch.serve(repository);
  const end = performance.now() + patience;
  while (performance.now() < end) {
    const pid = await runningPid(root, shell);
    if (pid !== undefined) {
      if (pid !== child.pid) await launch.end();
      return { pid, fresh: pid === child.pid };
    }
    if (child.exitCode !== null || child.signalCode !== null) {
      // Another that holds the lock is on its way, or this one could not start.
      if (!(await holderOf(paths(root).lock))) throw failed(last, child.exitCode);
    }
    await new Promise((done) => setTimeout(done, glance));
  }
  throw new Stop(
    `the supervisor did not answer within ${patience / 1000} s`,
    `look at ${last} and ${paths(root).log}`,
    exits.bug,
  );
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
