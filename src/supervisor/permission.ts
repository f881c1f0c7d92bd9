import type { Report } from '../agents/index.ts';
import type { Event, Fact, Status } from '../core/event.ts';
import { grantsOf, judge, type Verdict } from '../core/permission.ts';
import { type Agent, type State, taskOf } from '../core/state.ts';
import type { Project } from './project.ts';

/** How much of a tool's input the log keeps for the person to judge by, in characters. */
const longestInput = 4_000;

/**
 * Permission requests of sessions, held open until somebody answers: the dialog stands in the pane meanwhile, and
 * whoever is first wins, the person here or a key there (measured: CLAUDE-CODE hooks, PermissionRequest).
 */
export class Permissions {
  readonly #held = new Map<string, (answer: object) => void>();

  /** Waits for the answer to a permission; an empty object leaves it to the dialog. */
  wait(id: string): Promise<object> {
    return new Promise((done) => this.#held.set(id, done));
  }

  /** Lets go of what an event answers or ends. */
  told(event: Event, open: Readonly<Record<string, unknown>>): void {
    if (event.type === 'permission.answered') this.#let(event.id, answer(event.decision, event.reason));
    else if (event.type === 'permission.ended') this.#let(event.id, {});
    else if (event.type === 'session.exited') {
      for (const id of [...this.#held.keys()]) if (!open[id]) this.#let(id, {});
    }
  }

  #let(id: string, with_: object): void {
    this.#held.get(id)?.(with_);
    this.#held.delete(id);
  }
}

const answer = (behavior: 'allow' | 'deny', message: string | undefined): object => ({
  hookSpecificOutput: {
    hookEventName: 'PermissionRequest',
    decision: { behavior, ...(behavior === 'deny' ? { message: message ?? 'The person denied it.' } : {}) },
  },
});

/** What the rules and the grants of the task in hand say of a request. */
export function verdictOf(project: Project, name: string, report: Report): Verdict {
  const { team, supervisor } = project;
  const own = team.agents[name]?.permissions;
  const all = team.permissions;
  const rules = {
    allow: [...(own?.allow ?? []), ...all.allow],
    ask: [...(own?.ask ?? []), ...all.ask],
    deny: [...(own?.deny ?? []), ...all.deny],
  };
  const asked = { tool: report.tool ?? '', argument: report.argument };
  return judge(rules, grantsOf(taskOf(supervisor.state, name)), asked);
}

/**
 * A session asks for a permission. Told in the log whoever answers; by a rule at once, else it waits for the person.
 * @returns the answer for the hook, or a promise of it
 */
export function askPermission(
  project: Project,
  agent: string,
  session: string,
  report: Report,
  body: unknown,
  verdict: Verdict,
): object | Promise<object> {
  const { supervisor, permissions } = project;
  const id = `p${supervisor.state.seq + 1}`;
  const asked: Fact = {
    type: 'permission.asked',
    id,
    agent,
    session,
    tool: report.tool ?? 'a tool',
    input: inputOf(body),
    ...(report.argument === undefined ? {} : { argument: report.argument }),
  };
  if (verdict.decision === 'ask') {
    const answered = permissions.wait(id);
    supervisor.turn([asked], `agent:${agent}`, 'hook PermissionRequest');
    return answered;
  }
  const { decision, rule } = verdict;
  const reason = decision === 'deny' ? `denied by the rule ${rule}` : undefined;
  supervisor.turn(
    [asked, { type: 'permission.answered', id, decision, rule, ...(reason ? { reason } : {}) }],
    'mcc',
    'permission rules',
  );
  return answer(decision, reason);
}

/** What the tool of a hook's body was given, as JSON, cut where it is long. */
export function inputOf(body: unknown): string {
  const input = typeof body === 'object' && body !== null && 'tool_input' in body ? body.tool_input : {};
  const text = JSON.stringify(input, null, 1) ?? '';
  return text.length > longestInput ? `${text.slice(0, longestInput)}…` : text;
}

/** The CLI's own file says that no dialog is open any more: what it waited for was answered in the pane. */
export const dialogClosed = (state: State, agent: Agent, status: Status): Fact[] =>
  agent.reports['session file']?.status === 'needs-you' && status !== 'needs-you'
    ? Object.values(state.permissions)
        .filter((it) => it.session === agent.session?.id)
        .map((it) => ({ type: 'permission.ended', id: it.id, how: 'answered in the pane' }))
    : [];

/** The permissions that a later word of the session shows to be over: its dialog was answered in the pane. */
export function permissionsOver(project: Project, session: string, report: Report): Fact[] {
  const open = Object.values(project.supervisor.state.permissions).filter((it) => it.session === session);
  const used = report.event === 'PostToolUse' || report.event === 'PostToolUseFailure';
  const ended = ['Stop', 'StopFailure', 'UserPromptSubmit', 'SessionEnd'].includes(report.event);
  return open
    .filter((it) => ended || (used && it.tool === report.tool && it.argument === report.argument))
    .map((it) => ({ type: 'permission.ended', id: it.id, how: 'answered in the pane' }));
}
