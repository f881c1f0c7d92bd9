import type { Fact } from '../core/event.ts';
import { weigh } from '../core/evidence.ts';
import { descendants } from '../io/tree.ts';
import { reported } from './evidence.ts';
import type { Project } from './project.ts';
import type { Terminal } from './terminal.ts';

/** Between two looks at an agent that works, in ms: a tenth of the time that is allowed, within these bounds. */
const lookMs = { least: 250, most: 30_000 };
/** What the processes that it started may use in that time and still count as idle, in ms of CPU. */
const idleCpuMs = 20;

/**
 * Tells when an agent that counts as working has done nothing for `stall_minutes`: no hook, nothing new on its screen, no
 * change in git, no CPU in what it started. A spinner is nothing new, and a program turns it also when its server never
 * answers. Returns how to stop.
 */
export function watchStillness(project: Project, terminal: Terminal): () => void {
  const { supervisor, team } = project;
  const minutes = team.agents[terminal.agent]?.stall_minutes ?? 0;
  if (minutes === 0 || terminal.kind.name === 'shell') return () => {};
  const allowed = minutes * 60_000;
  const signs = new Signs(project, terminal);
  let since = Date.now();
  const look = (): void => {
    const agent = supervisor.state.agents[terminal.agent];
    if (agent?.session?.id !== terminal.id) return;
    const { status, source } = weigh(agent, Date.now());
    const works = status === 'working' || (status === 'stalled' && source === 'stillness');
    const moved = signs.moved();
    if (!works || moved) since = Date.now();
    const still = works && Date.now() - since >= allowed;
    const facts: Fact[] = still
      ? reported(agent, 'stillness', { status: 'stalled', reason: `nothing for ${minutes} min: ${nothing}` })
      : agent.reports.stillness?.status === 'stalled'
        ? reported(agent, 'stillness', { status: 'working' })
        : [];
    supervisor.turn(facts, 'mcc', 'stillness');
  };
  const timer = setInterval(look, Math.min(lookMs.most, Math.max(lookMs.least, allowed / 10)));
  timer.unref();
  return () => clearInterval(timer);
}

const nothing = 'no hook, nothing new on its screen, no change in git, no CPU used';

/** What would move if the agent did anything. */
class Signs {
  readonly #project: Project;
  readonly #terminal: Terminal;
  #heard = 0;
  #git: unknown;
  #cpu = 0;
  #rows = new Set<string>();

  constructor(project: Project, terminal: Terminal) {
    this.#project = project;
    this.#terminal = terminal;
  }

  /** True when anything has moved since it was asked last. */
  moved(): boolean {
    return [this.#hooks(), this.#worktree(), this.#processes(), this.#screen()].includes(true);
  }

  #hooks(): boolean {
    const before = this.#heard;
    this.#heard = this.#terminal.heardAt;
    return this.#heard !== before;
  }

  #worktree(): boolean {
    const before = this.#git;
    this.#git = this.#project.supervisor.state.agents[this.#terminal.agent]?.worktree;
    return this.#git !== before;
  }

  #processes(): boolean {
    const before = this.#cpu;
    this.#cpu = descendants(this.#terminal.pty.pid).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    // Less than before: something ended, which is a sign of life too.
    return Math.abs(this.#cpu - before) > idleCpuMs;
  }

  /** Numbers and what turns count for nothing: clocks, counters and spinners go on by themselves. */
  #screen(): boolean {
    const before = this.#rows;
    const { screenRules = [] } = this.#terminal.kind;
    const rows = this.#terminal.screen.text().map((row) => row.replace(/[^\p{L}]+/gu, ' ').trim());
    this.#rows = new Set(rows);
    // Where a spinner is known, so are the words beside it, which change with the time.
    const spins = screenRules.some(({ name }) => name === 'spinner');
    const fresh = [...this.#rows].filter((row) => row.length > 0 && !before.has(row));
    return spins ? fresh.length > 1 : fresh.length > 0;
  }
}
