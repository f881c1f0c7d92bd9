import { readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/<pid>/stat: USER_HZ, 100 on every Linux that Node runs on. */
const ticks = 100;

/**
 * Seconds of CPU that processes have used, user and system: proc_pid_stat(5), fields 14 and 15. `children` are those
 * that were started and waited for meanwhile (fields 16 and 17): the runs of git, not the programs in the panes.
 */
export function cpuOf(pids: readonly number[]): { own: number; children: number } {
  const all = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return { own: (user + system) / ticks, children: (childUser + childSystem) / ticks };
  });
  return {
    own: all.reduce((sum, { own }) => sum + own, 0),
    children: all.reduce((sum, { children }) => sum + children, 0),
  };
}

/** MiB of memory that processes take, shared pages divided among those that share them: smaps_rollup, "Pss". */
export function memoryOf(pids: readonly number[]): number {
  const kib = pids.map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN);
  });
  return kib.reduce((sum, one) => sum + one, 0) / 1024;
}

/** Context switches that processes made by themselves: how often they woke, in all their threads. */
export function wakesOf(pids: readonly number[]): number {
  return pids
    .map((pid) =>
      Number(
        /^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0,
      ),
    )
    .reduce((sum, one) => sum + one, 0);
}

/** Work done on the machine by anybody, in one second of both cores, 0 to 1: /proc/stat, all but idle and iowait. */
export function busyNow(): () => number {
  const read = () => {
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, ...rest] = (
      readFileSync('/proc/stat', 'latin1').split('\n')[0] ?? ''
    )
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    const work = user + nice + system + rest.slice(0, 3).reduce((sum, one) => sum + one, 0);
    return { work, all: work + idle + wait };
  };
  const before = read();
  return () => {
    const now = read();
    return (now.work - before.work) / Math.max(1, now.all - before.all);
  };
}
