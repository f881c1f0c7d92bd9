import type { Report as HookReport } from '../agents/index.ts';
import type { Fact } from '../core/event.ts';
import type { Agent } from '../core/state.ts';
import { reported } from './evidence.ts';

/** So often in a row the same call must fail until that is told; and again at each doubling. */
const first = 5;
/** Tools that only look: what they do between two failures is no attempt at anything else. */
const looking = new Set(['Read', 'Glob', 'Grep', 'LS', 'TodoWrite', 'ToolSearch', 'TaskList', 'TaskGet']);

/** Counts how often an agent's same tool call has failed in a row. Each failure is a new turn's worth of tokens. */
export class ToolLoop {
  #call = '';
  #times = 0;

  /**
   * The facts of one hook: that the agent goes round in a circle, or that it does not any more.
   * @param input what the tool was given, as text
   */
  take(agent: Agent, report: HookReport, input: string): Fact[] {
    const { event, tool = '' } = report;
    if (report.subagent) return [];
    if (event === 'PostToolUseFailure' && report.status)
      return this.#failed(agent, report, `${tool} ${input}`);
    const over =
      event === 'PostToolUse' ? !looking.has(tool) : /^(UserPromptSubmit|Stop|StopFailure)$/.test(event);
    if (!over) return [];
    this.#times = 0;
    const told = agent.reports['tool loop']?.status === 'stalled';
    return told ? reported(agent, 'tool loop', { status: 'working' }) : [];
  }

  #failed(agent: Agent, { tool = 'a tool', argument }: HookReport, call: string): Fact[] {
    this.#times = call === this.#call ? this.#times + 1 : 1;
    this.#call = call;
    const rounds = this.#times / first;
    if (rounds < 1 || !Number.isInteger(Math.log2(rounds))) return [];
    const what = [tool, argument].filter(Boolean).join(' ');
    const reason = `looping: the same call failed ${this.#times} times in a row: ${what}`;
    return reported(agent, 'tool loop', { status: 'stalled', reason, tool, ...(argument && { argument }) });
  }
}
