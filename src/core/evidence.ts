import type { Status } from './event.ts';
import { type Agent, isCrash, type Report } from './state.ts';

/** The judgement of an agent's state: what won, why, and what else was said. */
export interface Judgement {
  status: Status;
  reason?: string;
  /** the source that won */
  source: string;
  /** ISO 8601: since when */
  since: string | null;
  evidence: { report: Report; ageMs: number; weight: number }[];
}

/** How much a source's word counts while it is fresh. Hooks and the CLI's own session file come from the agent itself. */
const weights: Record<string, number> = { process: 4, hook: 3, 'session file': 3, output: 1, screen: 1 };

/** After this long without a first word of the agent itself, starting is no longer believed (measured start: 0.3 to 3.5 s). */
export const startMs = 20_000;

/**
 * Weighs the reports of an agent to one status. Pure: `now` is in milliseconds since the epoch.
 * Order: an ended process outweighs all; otherwise the newest report of the heaviest kind of source wins;
 * with no report of the agent itself the answer is `starting` at first and `unknown` after.
 */
export function weigh(agent: Agent, now: number): Judgement {
  const session = agent.session;
  const evidence = Object.values(agent.reports)
    .map((report) => ({
      report,
      ageMs: Math.max(0, now - Date.parse(report.at)),
      weight: weights[report.source] ?? 1,
    }))
    .sort((a, b) => b.weight - a.weight || a.ageMs - b.ageMs);
  if (agent.wanted && agent.failure && (!session || session.exit)) {
    const { reason, at } = agent.failure;
    return {
      status: 'unknown',
      reason: `could not be started: ${reason}`,
      source: 'process',
      since: at,
      evidence,
    };
  }
  if (agent.wanted && agent.suspended && (!session || session.exit)) {
    const { reason, at } = agent.suspended;
    return { status: 'suspended', reason, source: 'process', since: at, evidence };
  }
  if (agent.wanted && agent.waits && session?.exit)
    return { status: 'starting', reason: agent.waits, source: 'process', since: session.exit.at, evidence };
  if (!session) {
    const reason = agent.wanted ? agent.waits : 'not started';
    return {
      status: agent.wanted ? 'starting' : 'exited',
      source: 'process',
      since: null,
      evidence,
      ...(reason ? { reason } : {}),
    };
  }
  if (session.exit) {
    const { code, signal, reason, at } = session.exit;
    const how = signal ? `signal ${signal}` : `code ${code ?? '?'}`;
    const why = reason === 'exited' ? how : reason;
    return {
      status: isCrash(session.exit) ? 'crashed' : 'exited',
      reason: why,
      source: 'process',
      since: at,
      evidence,
    };
  }
  const winner = evidence[0]?.report;
  if (winner) {
    // Sources that agree share what they know: the session file says `waiting`, the hook says for what.
    const reason =
      winner.reason ?? evidence.find(({ report }) => report.status === winner.status)?.report.reason;
    const named =
      agent.reports.hook?.status === winner.status ? (agent.reports.hook.reason ?? reason) : reason;
    return {
      status: winner.status,
      source: winner.source,
      since: winner.at,
      evidence,
      ...(named === undefined ? {} : { reason: named }),
    };
  }
  const young = now - Date.parse(session.since) < startMs;
  return young
    ? { status: 'starting', source: 'process', since: session.since, evidence }
    : {
        status: 'unknown',
        reason: 'it runs, but has said nothing since it started: look at its pane',
        source: 'process',
        since: session.since,
        evidence,
      };
}

/** True when a person must act before the agent goes on. */
export const needsPerson = (status: Status): boolean =>
  status === 'needs-you' || status === 'crashed' || status === 'stalled';
