import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Limits } from '../core/limits.ts';
import { findProgram } from './program.ts';
import { runProgram } from './run.ts';

/**
 * How this machine can hold an agent to its limits: by a cgroup (version 2) below mcc's own, where that is delegated to
 * this user; by a scope of the user's systemd; else mcc can only watch. Limits of setrlimit(2) are none for this: of the
 * memory they know only addresses, of which Claude Code 2.1.329 takes 70 GB at its start (measured; RLIMIT_AS and
 * RLIMIT_DATA), and of processes only the sum of all that the user has.
 */
export type Hold =
  | { type: 'cgroup'; folder: string; enabled: boolean }
  | { type: 'systemd'; program: string }
  | { type: 'watched'; why: string };

const controllers = ['memory', 'pids', 'cpu'];
/** How long systemd may take to start nothing in a scope, in ms. */
const patience = 5_000;

interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  /** where cgroups are mounted, and the file that tells this process's own */
  cgroups?: string;
  self?: string;
}

/** Finds out what holds here; changes nothing but for a scope of systemd that starts `true`. */
export async function findHold({
  env,
  cgroups = '/sys/fs/cgroup',
  self = '/proc/self/cgroup',
}: Machine): Promise<Hold> {
  const group = ownGroup(cgroups, self);
  if (typeof group !== 'string') return group;
  const program = await findProgram('systemd-run', env);
  if (!program) return { type: 'watched', why: `${group}; there is no systemd-run` };
  const [, ...args] = scope(program, { memory: 2 ** 30, processes: 16 }, ['true']);
  const told = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const options = { cwd: '/', env: Object.fromEntries(told), timeoutMs: patience };
  const { code, stderr } = await runProgram(program, args, options);
  return code === 0
    ? { type: 'systemd', program }
    : { type: 'watched', why: `${group}; systemd: ${stderr.trim().split('\n')[0] || 'no answer'}` };
}

/** This process's own group, where groups with limits can be made below it; else why they cannot, in words. */
function ownGroup(cgroups: string, self: string): Hold | string {
  const path = /^0::(\/.*)$/m.exec(read(self))?.[1];
  if (path === undefined) return 'no cgroup v2';
  const folder = join(cgroups, path);
  const words = (file: string) => read(join(folder, file)).split(/\s+/).filter(Boolean);
  const there = words('cgroup.controllers');
  const missing = controllers.filter((name) => !there.includes(name));
  if (missing.length > 0) return `cgroup v2 without ${missing.join(', ')}`;
  for (const file of ['', 'cgroup.procs', 'cgroup.subtree_control'])
    if (!canWrite(join(folder, file))) return 'its cgroup is not delegated to this user';
  const enabled = controllers.every((name) => words('cgroup.subtree_control').includes(name));
  // A group whose children have limits may hold no process itself: only its own can mcc move away.
  const alone = words('cgroup.procs').every((pid) => pid === String(process.pid));
  return enabled || alone ? { type: 'cgroup', folder, enabled } : 'its cgroup has other processes in it';
}

/** The words that run a program in a scope of the user's systemd: systemd-run(1), systemd.resource-control(5). */
function scope(program: string, limits: Limits, argv: readonly string[]): [string, ...string[]] {
  const { memory, cpu, processes } = limits;
  return [
    program,
    ...['--user', '--scope', '--quiet', '--collect'],
    ...(memory === undefined ? [] : ['-p', `MemoryMax=${memory}`, '-p', 'MemorySwapMax=0']),
    ...(cpu === undefined ? [] : ['-p', `CPUQuota=${cpu}%`]),
    ...(processes === undefined ? [] : ['-p', `TasksMax=${tasks(processes)}`]),
    '--',
    ...argv,
  ];
}

/** The kernel counts threads: a Node or Claude process has about a dozen. */
const tasks = (processes: number): number => processes * 16;

/** Joins a group, then becomes the program: its pid is what the terminal's was. */
const joining = 'echo $$ > "$1/cgroup.procs" || exit 126; shift; exec "$@"';

/** Holds the sessions of a project to their limits, each in a group of its own. */
export class Confinement {
  readonly hold: Hold;

  /** @throws Error when a group of which it was said that it is delegated cannot be used after all */
  constructor(hold: Hold) {
    this.hold = hold;
    if (hold.type !== 'cgroup') return;
    for (const left of readdirSync(hold.folder)) if (left.startsWith('mcc-')) remove(join(hold.folder, left));
    if (hold.enabled) return;
    const own = join(hold.folder, 'mcc-supervisor');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'cgroup.procs'), String(process.pid));
    writeFileSync(join(hold.folder, 'cgroup.subtree_control'), controllers.map((it) => `+${it}`).join(' '));
  }

  /** What is to be run in place of a program, so that it and all that it starts are held to limits. */
  wrap(
    session: string,
    limits: Limits,
    file: string,
    args: readonly string[],
  ): { file: string; args: string[] } {
    const { hold } = this;
    if (hold.type === 'watched' || Object.keys(limits).length === 0) return { file, args: [...args] };
    if (hold.type === 'systemd') {
      const [program, ...words] = scope(hold.program, limits, [file, ...args]);
      return { file: program, args: words };
    }
    const group = this.#group(hold.folder, session);
    mkdirSync(group, { recursive: true });
    const { memory, cpu, processes } = limits;
    const set = (name: string, value: string) => writeFileSync(join(group, name), value);
    if (memory !== undefined) set('memory.max', String(memory));
    // cgroup-v2.rst: microseconds of CPU in each period of so many.
    if (cpu !== undefined) set('cpu.max', `${cpu * 1_000} 100000`);
    if (processes !== undefined) set('pids.max', String(tasks(processes)));
    return { file: '/bin/sh', args: ['-c', joining, 'mcc', group, file, ...args] };
  }

  /** After the last process of a session ended. */
  ended(session: string): void {
    if (this.hold.type === 'cgroup') remove(this.#group(this.hold.folder, session));
  }

  #group = (folder: string, session: string): string => join(folder, `mcc-${session}`);
}

/** How often the kernel has ended a process of this one's group for its memory; null where it does not tell. */
export function oomKills(pid: number, cgroups = '/sys/fs/cgroup'): number | null {
  const path = /^0::(\/.*)$/m.exec(read(`/proc/${pid}/cgroup`))?.[1];
  const count =
    path === undefined
      ? undefined
      : /^oom_kill (\d+)$/m.exec(read(join(cgroups, path, 'memory.events')))?.[1];
  return count === undefined ? null : Number(count);
}

/** A group goes as an empty folder; one in which something still runs stays. */
function remove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // the next supervisor tries again
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}
