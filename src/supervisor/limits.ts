import type { Fact } from '../core/event.ts';
import { type Limits, limitsOf } from '../core/limits.ts';
import type { Agent } from '../core/state.ts';
import { oomKills } from '../io/confinement.ts';
import { commandLine } from '../io/process.ts';
import { killTree } from '../io/tree.ts';
import type { Member, Reading } from '../io/usage.ts';
import type { Project } from './project.ts';

/** CPU and processes must be over their limit at so many looks in a row: both have short peaks that mean nothing. */
const looks = 5;
/** How long a process may take to end when asked, in ms. */
const graceMs = 2_000;

type Kind = keyof Limits;
const kinds: readonly Kind[] = ['memory', 'cpu', 'processes'];

/**
 * Keeps agents to their limits by what was measured, beside whatever the system itself holds. Of a tree whose memory is
 * over its limit the largest process below the agent's own program is ended, when that one alone makes half of the limit:
 * a test that ran away, say; its agent is told why. The agent's own program is never ended for it: then the person and
 * the architect are told, and decide.
 */
export class LimitKeeper {
  readonly #project: Project;
  /** looks in a row over a limit, by agent and limit */
  readonly #over = new Map<string, number>();
  readonly #kills = new Map<string, number>();
  /** processes that are being ended */
  readonly #ending = new Set<string>();

  constructor(project: Project) {
    this.#project = project;
  }

  /** Judges one look at all trees. */
  check(readings: ReadonlyMap<string, Reading>): void {
    const { supervisor, team } = this.#project;
    const facts = [...readings].flatMap(([name, reading]) => {
      const agent = supervisor.state.agents[name];
      return agent ? this.#judge(agent, reading, limitsOf(team, name)) : [];
    });
    supervisor.turn(facts, 'mcc', 'limits');
  }

  #judge(agent: Agent, reading: Reading, limits: Limits): Fact[] {
    const used: Record<Kind, number> = {
      memory: reading.memory,
      cpu: Math.round(reading.cpu ?? 0),
      processes: reading.members.length,
    };
    return kinds.flatMap((limit): Fact[] => {
      const most = limits[limit];
      if (most === undefined) return [];
      if (limit === 'memory') {
        const killed = this.#killed(agent, most);
        if (killed) return killed;
      }
      const key = `${agent.name} ${limit}`;
      const known = agent.over?.[limit];
      if (used[limit] <= most) {
        this.#over.delete(key);
        return known ? [{ type: 'limit.kept', agent: agent.name, limit }] : [];
      }
      const times = (this.#over.get(key) ?? 0) + 1;
      this.#over.set(key, times);
      const ended = limit === 'memory' ? this.#endLargest(agent, reading.members, most) : undefined;
      if (ended === 'waits') return [];
      if (!ended && (known || (limit !== 'memory' && times < looks))) return [];
      const about = { agent: agent.name, limit, used: used[limit], most };
      return [{ type: 'limit.exceeded', ...about, ...(ended ? { ended } : {}) }];
    });
  }

  /** What the kernel has ended since the last look, where it holds the limit. */
  #killed({ name, session }: Agent, most: number): Fact[] | null {
    const { confinement, supervisor } = this.#project;
    if (!session || confinement.hold.type === 'watched') return null;
    const kills = oomKills(session.pid);
    if (kills === null) return null;
    // Of a session that was taken over it was told before.
    const adopted = session.since < (supervisor.state.supervisor?.since ?? '');
    const before = this.#kills.get(session.id) ?? (adopted ? kills : 0);
    this.#kills.set(session.id, kills);
    if (kills <= before) return null;
    return [{ type: 'limit.exceeded', agent: name, limit: 'memory', used: most, most, ended: 'a process' }];
  }

  /** Ends the process that is to blame, if one is; returns what it was, in words, or `waits` while one is still ending. */
  #endLargest({ name, session }: Agent, members: readonly Member[], most: number): string | undefined {
    if (members.some((one) => this.#ending.has(keyOf(one)))) return 'waits';
    const [largest] = members.filter(({ pid }) => pid !== session?.pid).sort((a, b) => b.memory - a.memory);
    if (!largest || largest.memory < most / 2) return undefined;
    const { pid, start } = largest;
    const told = `${commandOf(pid)} (pid ${pid})`;
    const { note } = this.#project;
    note('warn', 'a process is ended for its memory', { agent: name, pid, memory: largest.memory });
    this.#ending.add(keyOf(largest));
    killTree({ pid, start }, { grace: graceMs })
      .catch((error: unknown) => note('error', 'it could not be ended', { pid, error: String(error) }))
      .finally(() => this.#ending.delete(keyOf(largest)));
    return told;
  }
}

const keyOf = ({ pid, start }: Member): string => `${pid} ${start}`;

/** What a process runs, short. */
function commandOf(pid: number): string {
  const [program = 'a process', ...args] = commandLine(pid);
  const text = [program.split('/').at(-1), ...args].join(' ').replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
