import { type Judgement, type Weighed, weigh } from '../core/evidence.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { hasWork } from '../core/room.ts';
import { type Agent, isRunning } from '../core/state.ts';
import { arg, type Command, type Context, define, type Outcome } from './define.ts';
import { findAgent } from './find.ts';

const agentArg = { name: 'agent', of: 'agent', required: true } as const;

export const agentCommands: Command[] = [
  define({
    name: 'agent start',
    summary: 'Start an agent, or start it again after it ended',
    args: [agentArg],
    who: ['person', 'architect'],
    examples: ['mcc agent start backend'],
    run: ({ state, input }) => {
      const agent = findAgent(state, arg(input, 'agent'));
      if (isRefusal(agent)) return agent;
      if (!agent.declared) return refuse(`${agent.name} is not in agents.yaml`, 'mcc check');
      if (agent.wanted && isRunning(agent))
        return refuse(`${agent.name} runs already`, `mcc agent restart ${agent.name}`);
      return {
        facts: [{ type: 'agent.wanted', agent: agent.name }],
        text: `${agent.name} starts`,
        data: { agent: agent.name },
      };
    },
  }),
  define({
    name: 'agent stop',
    summary: 'Stop an agent; its worktree, branch and conversation stay',
    args: [agentArg],
    examples: ['mcc agent stop backend'],
    run: ({ state, input }) => {
      const agent = findAgent(state, arg(input, 'agent'));
      if (isRefusal(agent)) return agent;
      if (!agent.wanted) return refuse(`${agent.name} is stopped already`, `mcc agent start ${agent.name}`);
      return {
        facts: [{ type: 'agent.unwanted', agent: agent.name, reason: 'stopped by the person' }],
        text: `${agent.name} stops`,
        data: { agent: agent.name },
      };
    },
  }),
  define({
    name: 'agent restart',
    summary: 'Start an agent anew with its conversation',
    args: [agentArg],
    who: ['person', 'architect'],
    examples: ['mcc agent restart backend'],
    run: ({ state, input }) => {
      const agent = findAgent(state, arg(input, 'agent'));
      if (isRefusal(agent)) return agent;
      if (!isRunning(agent)) return refuse(`${agent.name} does not run`, `mcc agent start ${agent.name}`);
      return {
        facts: [{ type: 'agent.restarting', agent: agent.name }],
        text: `${agent.name} restarts`,
        data: { agent: agent.name },
      };
    },
  }),
  define({
    name: 'agent interrupt',
    summary: 'End the turn of an agent; its session and conversation stay',
    args: [agentArg],
    who: ['person', 'architect'],
    examples: ['mcc agent interrupt backend'],
    run: ({ state, input, now, by }) => {
      const agent = findAgent(state, arg(input, 'agent'));
      if (isRefusal(agent)) return agent;
      if (by === `agent:${agent.name}`)
        return refuse('your own turn ends when you say nothing more', `mcc why ${agent.name}`);
      const refusal = cannotInterrupt(agent, now);
      return (
        refusal ?? {
          facts: [{ type: 'agent.interrupting', agent: agent.name }],
          text: `the turn of ${agent.name} is to end; mcc log --type agent.interrupted tells what came of it`,
          data: { agent: agent.name },
          awaits: (event) =>
            event.type === 'agent.interrupted' && event.agent === agent.name
              ? {
                  text: `${agent.name}: ${event.outcome}`,
                  data: { agent: agent.name, outcome: event.outcome },
                }
              : null,
        }
      );
    },
  }),
  define({
    name: 'agent suspend',
    summary: 'End the session of an idle agent until something comes for it; its conversation goes on then',
    args: [agentArg],
    who: ['person', 'architect'],
    examples: ['mcc agent suspend backend'],
    run: ({ state, input, now }) => {
      const agent = findAgent(state, arg(input, 'agent'));
      if (isRefusal(agent)) return agent;
      const { name } = agent;
      if (agent.suspended) return refuse(`${name} is suspended already`, `mcc agent wake ${name}`);
      if (!isRunning(agent)) return refuse(`${name} does not run`, `mcc agent start ${name}`);
      if (hasWork(state, agent)) return refuse(`${name} has something to do`, `mcc why ${name}`);
      const { status } = weigh(agent, now);
      if (status !== 'idle') return refuse(`${name} is ${status}, not idle`, `mcc agent stop ${name}`);
      return {
        facts: [{ type: 'agent.suspended', agent: name, reason: 'by the person' }],
        text: `${name} is suspended`,
        data: { agent: name },
      };
    },
  }),
  define({
    name: 'agent wake',
    summary: 'Start a suspended agent again, with its conversation',
    args: [agentArg],
    who: ['person', 'architect'],
    examples: ['mcc agent wake backend'],
    run: ({ state, input }) => {
      const agent = findAgent(state, arg(input, 'agent'));
      if (isRefusal(agent)) return agent;
      if (!agent.suspended) return refuse(`${agent.name} is not suspended`, `mcc why ${agent.name}`);
      return {
        facts: [{ type: 'agent.woken', agent: agent.name, reason: 'by the person' }],
        text: `${agent.name} wakes`,
        data: { agent: agent.name },
      };
    },
  }),
  define({
    name: 'why',
    summary: 'Say why an agent has the state it has: evidence, weights, winner',
    args: [agentArg],
    who: ['person', 'agent'],
    reads: true,
    examples: ['mcc why backend', 'mcc why backend --json'],
    asks: (state, input) => {
      const agent = findAgent(state, arg(input, 'agent'));
      return isRefusal(agent) ? agent : { type: 'evidence', agent: agent.name };
    },
    run: why,
  }),
];

/** Why the turn of an agent cannot be ended; null when it can. */
export function cannotInterrupt(agent: Agent, now: number): Refusal | null {
  const { name } = agent;
  if (!isRunning(agent)) return refuse(`${name} does not run`, `mcc agent start ${name}`);
  if (agent.interrupting) return refuse(`${name} is being interrupted already`, `mcc why ${name}`);
  const { status, reason } = weigh(agent, now);
  if (status === 'working' || status === 'stalled') return null;
  if (status !== 'needs-you') return refuse(`${name} has no turn to end: it is ${status}`, `mcc why ${name}`);
  // The key would answer the dialog.
  return refuse(
    `${name} waits for an answer${reason ? `: ${reason}` : ''}`,
    `mcc deny ${name} --reason "…", or answer in the pane`,
  );
}

function why({ state, input, now, answer }: Context): Outcome {
  const agent = findAgent(state, arg(input, 'agent'));
  if (isRefusal(agent)) return agent;
  const judged = weigh(agent, now);
  const session = agent.session;
  const extra = answer?.type === 'evidence' ? answer : undefined;
  const lines = [
    `${agent.name} is ${judged.status}${judged.reason ? `: ${judged.reason}` : ''}  (by ${judged.source})`,
    ...detailLines(judged),
    ...judged.evidence.flatMap((one) => evidenceLines(one, one.report.source === judged.source)),
    ...(session
      ? [
          `  session       pid ${session.pid}, ${session.exit ? `ended (${session.exit.reason})` : 'runs'}, conversation ${session.conversation}${session.resumed ? ', resumed' : ''}${session.said ? `: ${session.said}` : ''}`,
        ]
      : ['  session       none yet']),
    ...(extra?.holding ? [`  messages      wait: ${extra.holding}`] : []),
    ...(extra?.notes ?? []).map((note) => `  ${note}`),
  ];
  return {
    text: lines.join('\n'),
    data: { agent: agent.name, ...judged, session, holding: extra?.holding ?? null },
  };
}

/** What is known of what it waits for, or of what runs on. */
function detailLines({ needs, tool, argument, options, until }: Judgement): string[] {
  const rows: [string, string | undefined][] = [
    ['waits for', needs && [needs, tool, argument].filter(Boolean).join(' ')],
    ['answers', options?.join(' | ')],
    ['until', until],
  ];
  return rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(13)} ${value}`] : []));
}

/** One source: what it says, how much that counts, and why so much or so little. */
function evidenceLines({ report, ageMs, weight, why }: Weighed, won: boolean): string[] {
  const { source, status, reason, rule } = report;
  const by = rule && rule !== source ? `  by the rule "${rule}"` : '';
  return [
    `  ${won ? '→' : ' '} ${source.padEnd(13)} weight ${String(weight).padStart(2)}  ${status.padEnd(10)} ${ago(ageMs)} ago${reason ? `  ${reason}` : ''}${by}`,
    `${' '.repeat(18)}${won ? 'won' : 'lost'}: ${why}`,
  ];
}

const ago = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
