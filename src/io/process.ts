import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processes, told apart from later ones with the same pid by when they started. Linux is read from /proc; elsewhere
 * `ps` is asked, which costs some milliseconds a call.
 */
export interface Process {
  pid: number;
  ppid: number;
  /** process group */
  pgid: number;
  /** session: pid of its leader */
  session: number;
  /** it has a controlling terminal */
  terminal: boolean;
  /** when it started: equal only for the same process, also across reboots */
  start: string;
  /** it ended and only waits to be reaped */
  zombie: boolean;
  /** CPU time so far, with that of children that ended, in ms */
  cpuMs: number;
  /** resident memory in bytes, where that is told without asking more: macOS */
  rss: number;
}

const linux = process.platform === 'linux';

let boot: string | undefined;
/** First half of the kernel's boot id: start times of Linux count from boot. */
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 13);
  return boot;
}

/** True when a start time (of the form that startTime gives) is from before the last reboot. */
export const isOfEarlierBoot = (start: string): boolean =>
  linux && start.slice(start.indexOf('.') + 1) !== bootId();

/** A process as it is now, or undefined when there is none with this pid. */
export function lookUp(pid: number): Process | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return linux ? fromProc(pid) : fromPs(['-p', String(pid)])[0];
}

/** Clock ticks of /proc are 100 a second on all of Linux (USER_HZ). In ms. */
const tickMs = 10;

/**
 * proc_pid_stat(5): `pid (name) state ppid pgrp session tty …`, tty 0 for none, fields 14 to 17 its CPU time and that of
 * children in clock ticks, field 22 the start in clock ticks since boot.
 */
function fromProc(pid: number): Process | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name may hold blanks and parentheses: the fields begin behind its last one.
  const [state = '', ppid, pgid, session, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    ppid: Number(ppid),
    pgid: Number(pgid),
    session: Number(session),
    terminal: Number(rest[0]) !== 0,
    start: `${rest[15]}.${bootId()}`,
    zombie: 'ZXx'.includes(state),
    cpuMs: tickMs * rest.slice(7, 11).reduce((sum, ticks) => sum + Number(ticks), 0),
    rss: 0,
  };
}

function fromPs(which: string[]): Process[] {
  return ps(['-o', 'pid=,ppid=,pgid=,sess=,stat=,tty=,rss=,time=,lstart=', ...which]).flatMap((line) => {
    const [pid, ppid, pgid, session, state = '', tty = '', rss, time = '', ...rest] = line
      .trim()
      .split(/\s+/);
    if (pid === undefined) return [];
    const ids = { pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid) };
    // macOS prints sessions as addresses or 0: there the group stands for it.
    const led = Number(session) > 0 ? Number(session) : ids.pgid;
    const started = Date.parse(rest.join(' ')) / 1000;
    const terminal = !tty.startsWith('?') && tty !== '-';
    const start = String(started);
    const own = { cpuMs: timeOf(time), rss: Number(rss) * 1024 };
    return [{ ...ids, session: led, terminal, start, zombie: state.startsWith('Z'), ...own }];
  });
}

/** ms of ps's `[[dd-]hh:]mm:ss[.cc]`. */
function timeOf(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round(1000 * (seconds + Number(days) * 86_400));
}

function ps(args: string[]): string[] {
  try {
    const options: ExecFileSyncOptionsWithStringEncoding = {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 << 20,
    };
    return execFileSync('ps', args, options).split('\n').filter(Boolean);
  } catch {
    return []; // ps exits with 1 when there is no such process
  }
}

/** All processes there are, in no order. */
export function processes(): Process[] {
  return linux ? pids().flatMap((pid) => fromProc(pid) ?? []) : fromPs(['-ax']);
}

/** The pids of all processes; on Linux this costs far less than to look at each. */
export const pids = (): number[] =>
  linux
    ? readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
    : fromPs(['-ax']).map(({ pid }) => pid);

/** All processes but some, which are not even looked at where that costs. */
export function processesBut(some: ReadonlySet<number>, all: readonly number[]): Process[] {
  if (!linux) return fromPs(['-ax']);
  return all.flatMap((pid) => (some.has(pid) ? [] : (fromProc(pid) ?? [])));
}

/** The pid given out last, to threads too: none was started since while it is the same. proc_loadavg(5), Linux alone. */
export function newestPid(): number | undefined {
  if (!linux) return undefined;
  try {
    return Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1));
  } catch {
    return undefined;
  }
}

/** The oldest living child of a process; undefined where there is none. proc_pid_children(5), Linux alone. */
export function firstChild(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ');
    return first === '' ? undefined : Number(first);
  } catch {
    return undefined;
  }
}

/** When a process started, as text to compare for equality; undefined when it does not run. */
export function startTime(pid: number): string | undefined {
  const found = lookUp(pid);
  return found && !found.zombie ? found.start : undefined;
}

/** True while exactly this process runs: a later one with its pid, or one that ended unreaped, does not count. */
export const isAlive = (pid: number, start: string): boolean => startTime(pid) === start;

/** Session of a process: the pid of its leader; undefined when it does not run. */
export const sessionOf = (pid: number): number | undefined => lookUp(pid)?.session;

/** A process, its parent, and so on up to 1. */
export function ancestry(pid: number): number[] {
  const found: number[] = [];
  for (let at = pid; at > 0 && !found.includes(at); at = lookUp(at)?.ppid ?? 0) {
    if (at !== pid || lookUp(at)) found.push(at);
  }
  return found;
}

/**
 * True when a variable stood in the environment that a process was started with.
 * @param value the value it must have, any when not given
 */
export const environHas = (pid: number, name: string, value?: string): boolean =>
  environmentOf(pid).some((entry) =>
    value === undefined ? entry.startsWith(`${name}=`) : entry === `${name}=${value}`,
  );

/** The environment that a process was started with, an entry a variable; empty when that is not told. */
export const environmentOf = (pid: number): string[] =>
  linux
    ? procEnviron(pid)
    : ps(['-Eww', '-o', 'command=', '-p', String(pid)]).flatMap((line) => line.split(' '));

function procEnviron(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // ended, or of another user
  }
}

/** Running processes that carry a variable in their environment: those that left the tree too. */
export function findMarked(name: string, value: string): number[] {
  return processes()
    .filter((one) => !one.zombie && environHas(one.pid, name, value))
    .map((one) => one.pid);
}

/** The words that a process was started with; none for one that ended. Elsewhere than on Linux words with blanks come apart. */
export function commandLine(pid: number): string[] {
  if (!linux) return ps(['-ww', '-o', 'command=', '-p', String(pid)]).flatMap((line) => line.split(' '));
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}
