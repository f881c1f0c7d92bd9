import { environmentOf, isAlive, isOfEarlierBoot, newestPid, type Process, processes } from './process.ts';

/** A process tree to end: its first process and what else tells its members. */
export interface Tree {
  pid: number;
  /** start time of that process, as startTime gives it */
  start: string;
  /** terminal session it leads or led: members are found after their parents ended */
  sessionId?: number;
  /** a variable all members inherited: finds those that left session and tree */
  marker?: { name: string; value: string };
}

/**
 * Processes below a process: its children and theirs, and the members of the sessions and groups that any of these leads.
 * Processes that ended are no longer among them.
 */
export function descendants(pid: number): Process[] {
  return grow(new Set([pid]), processes()).filter((one) => one.pid !== pid);
}

/** Those of `all` that are in the set of pids, or below one of it, or in a session or group that one of it leads. */
function grow(pids: Set<number>, all: Process[]): Process[] {
  const found = new Set(all.filter((one) => pids.has(one.pid)));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const one of all) {
      if (found.has(one) || ![one.ppid, one.session, one.pgid].some((id) => pids.has(id))) continue;
      found.add(one);
      pids.add(one.pid);
    }
  }
  return [...found].filter((one) => !one.zombie);
}

/** Members of a tree that run now; never pid 1 and never the caller. */
export const membersOf = (tree: Tree): Process[] => membersAmong(sharedLook(), tree, []);

/** All processes at one moment, and those that carry a mark. */
interface Look {
  readonly all: Process[];
  marked(marker: { name: string; value: string }): Process[];
}

function look(): Look {
  const environments = new Map<number, Set<string>>();
  const environment = (pid: number) => {
    const known = environments.get(pid) ?? new Set(environmentOf(pid));
    environments.set(pid, known);
    return known;
  };
  const all = processes();
  return {
    all,
    marked: ({ name, value }) =>
      all.filter((one) => !one.zombie && environment(one.pid).has(`${name}=${value}`)),
  };
}

let shared: { readonly look: Look; readonly newest: number } | undefined;

/**
 * A look that others took in this same turn, if no process was started since: a team of eight starts and ends in one turn,
 * and each would read two files of every process.
 */
function sharedLook(): Look {
  const newest = newestPid();
  if (newest === undefined) return look();
  if (shared?.newest === newest) return shared.look;
  shared = { look: look(), newest };
  queueMicrotask(() => {
    shared = undefined;
  });
  return shared.look;
}

/** Members among `all`, which were looked at together: the tree's own, and whatever hangs on those already known. */
function membersAmong({ all: everyone, marked }: Look, tree: Tree, known: Process[]): Process[] {
  const { pid, start, sessionId, marker } = tree;
  if (isOfEarlierBoot(start)) return [];
  const isOther = (one: Process) => one.pid > 1 && one.pid !== process.pid;
  const all = everyone.filter(isOther);
  const roots = new Set(known.filter((one) => all.some((other) => same(one, other))).map((one) => one.pid));
  if (marker) for (const one of marked(marker)) if (isOther(one)) roots.add(one.pid);
  const first = all.find((one) => one.pid === pid);
  // Only while it is the same process do its pid, and the session and group of that number, mean this tree.
  if (first?.start === start) roots.add(pid);
  // When the leader ended, its number may have led another session since: with a marker only those that carry it
  // belong, and they are roots already.
  if (sessionId !== undefined && (first ? first.start === start : !marker))
    for (const one of all) if (one.session === sessionId) roots.add(one.pid);
  return grow(roots, all);
}

const same = (one: Process, other: Process) => one.pid === other.pid && one.start === other.start;

/** How often a dying tree is looked at, in ms. */
const glance = 20;
/** How long after SIGKILL a process may still take to go (waiting for a disk, say), in ms. */
const lastWait = 3000;

/**
 * Ends a process tree: first asked (SIGTERM; SIGHUP, which an interactive shell obeys; SIGCONT, so that a stopped one
 * hears it), then killed. Every signal goes to a pid that was just seen to be the same process.
 * @param options.grace how long they may take to end by themselves, in ms
 * @returns the pids that were left all the same; empty when all ended
 */
export async function killTree(tree: Tree, options: { grace: number }): Promise<number[]> {
  const left = await signalUntilGone(tree, [], options.grace, ['SIGTERM', 'SIGHUP', 'SIGCONT']);
  if (left.length === 0) return [];
  return (await signalUntilGone(tree, left, lastWait, ['SIGKILL'])).map((one) => one.pid);
}

/** Signals each member once, those started meanwhile too, and waits until all ended. @returns who is left after `time` ms */
async function signalUntilGone(tree: Tree, known: Process[], time: number, signals: NodeJS.Signals[]) {
  const end = performance.now() + time;
  const told: Process[] = [];
  for (let its = sharedLook(); ; its = look()) {
    // All of /proc is read only when all who were known are gone: a look at these few costs next to nothing.
    const members = membersAmong(its, tree, [...known, ...told]);
    const fresh = members.filter((one) => !told.some((other) => same(one, other)));
    for (const one of fresh) signal(one, signals);
    told.push(...fresh);
    let left = members.filter(lives);
    while (left.length > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, glance));
      left = left.filter(lives);
    }
    if (members.length === 0 || left.length > 0) return left;
  }
}

const lives = (one: Process) => isAlive(one.pid, one.start);

function signal(one: Process, names: NodeJS.Signals[]): void {
  for (const name of names) {
    if (!lives(one)) return;
    try {
      process.kill(one.pid, name);
    } catch {
      return; // it ended in between, or belongs to another user: the caller sees it in what is left
    }
  }
}
