import { readFileSync } from 'node:fs';
import { type Process, pids, processesBut } from './process.ts';

/** The first process of a tree whose use is measured. */
export interface Root {
  name: string;
  pid: number;
  /** start time of that process, as startTime gives it */
  start: string;
}

/** A process of a tree, and the memory that is its own, in bytes. */
export type Member = Process & { memory: number };

export interface Reading {
  members: Member[];
  /** bytes */
  memory: number;
  /** percent of one core since the last reading; null at the first */
  cpu: number | null;
}

/** All processes are looked at again after so long, in ms: a pid may have been given to another unseen. */
const strangerMs = 60_000;

/**
 * Measures process trees, all of them in one look at the system. Who was once seen in a tree stays in it, also after its
 * parents ended; no environment is read, so that a look costs the same for one agent and for ten.
 */
export class Meter {
  readonly #known = new Map<string, Map<number, string>>();
  /** pids of processes that are in no tree, and since when they are counted so */
  readonly #strangers = new Set<number>();
  #strangersAt = Number.NEGATIVE_INFINITY;
  readonly #before = new Map<string, { at: number; cpu: number }>();

  /** @param now ms of a clock that only goes forward */
  read(roots: readonly Root[], now: number): Map<string, Reading> {
    const all = this.#candidates(roots, now);
    const owners = ownersOf(all, roots, this.#known);
    for (const { pid } of all) if (!owners.has(pid)) this.#strangers.add(pid);
    const found = new Map<string, Reading>();
    for (const { name } of roots) {
      const members = all
        .filter((one) => owners.get(one.pid) === name)
        .map((one) => ({ ...one, memory: memoryOf(one) }));
      this.#known.set(name, new Map(members.map(({ pid, start }) => [pid, start])));
      const cpu = members.reduce((sum, one) => sum + one.cpuMs, 0);
      const before = this.#before.get(name);
      this.#before.set(name, { at: now, cpu });
      found.set(name, {
        members,
        memory: members.reduce((sum, one) => sum + one.memory, 0),
        // What ended and was reaped elsewhere takes its time with it.
        cpu: before && now > before.at ? Math.max(0, (100 * (cpu - before.cpu)) / (now - before.at)) : null,
      });
    }
    const names = new Set(roots.map(({ name }) => name));
    for (const name of this.#known.keys()) if (!names.has(name)) this.#forget(name);
    return found;
  }

  /** Processes that may be of a tree: who was a stranger stays one, as a tree only grows by birth. */
  #candidates(roots: readonly Root[], now: number): Process[] {
    const there = pids();
    // A new tree may have been looked at before it was one.
    const fresh = roots.some(({ name, pid, start }) => this.#known.get(name)?.get(pid) !== start);
    if (fresh || now - this.#strangersAt > strangerMs) {
      this.#strangers.clear();
      this.#strangersAt = now;
    }
    // A pid that was free in between may be anybody's now.
    const alive = new Set(there);
    for (const pid of this.#strangers) if (!alive.has(pid)) this.#strangers.delete(pid);
    return processesBut(this.#strangers, there).filter((one) => !one.zombie);
  }

  #forget(name: string): void {
    this.#known.delete(name);
    this.#before.delete(name);
  }
}

/** Which tree a process belongs to: by its parent, or by the session or group that a member leads. */
function ownersOf(
  all: readonly Process[],
  roots: readonly Root[],
  known: ReadonlyMap<string, ReadonlyMap<number, string>>,
): Map<number, string> {
  const owners = new Map<number, string>();
  for (const one of all)
    for (const { name, pid, start } of roots)
      if ((one.pid === pid && one.start === start) || known.get(name)?.get(one.pid) === one.start)
        owners.set(one.pid, name);
  for (let before = -1; before !== owners.size; ) {
    before = owners.size;
    for (const one of all) {
      const owner = owners.get(one.ppid) ?? owners.get(one.session) ?? owners.get(one.pgid);
      if (owner !== undefined && !owners.has(one.pid)) owners.set(one.pid, owner);
    }
  }
  return owners;
}

/** proc_pid_status(5): anonymous memory, and what of it was swapped out; all that is resident where that is not told. */
function memoryOf({ pid, rss }: Process): number {
  if (process.platform !== 'linux') return rss;
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'latin1');
    const bytes = (key: string) =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
    return (bytes('RssAnon') || bytes('VmRSS')) + bytes('VmSwap');
  } catch {
    return 0; // it ended in between
  }
}
