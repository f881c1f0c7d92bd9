import { weigh } from '../core/evidence.ts';
import { isRefusal, refuse } from '../core/refusal.ts';
import { byPriority, isEnded, pendingPosts, taskOf } from '../core/state.ts';
import { type Command, type Context, define, type Outcome } from './define.ts';
import { agentLine, attention, counted, standing, taskLine } from './show.ts';
import { addTask } from './task.ts';

export const runCommands: Command[] = [
  define({
    name: 'ask',
    summary: 'Give the architect a request; it splits it into tasks and answers in the end',
    args: [{ name: 'title', of: 'text', required: true, rest: true }],
    flags: {
      priority: { type: 'text', describe: 'one of low, normal, high, urgent' },
      'no-wait': { type: 'boolean', describe: 'from a shell: do not wait for the answer' },
    },
    waits: true,
    examples: ['mcc ask "add a dark theme to the settings page"', 'mcc ask --no-wait "add a dark theme"'],
    run: ({ state, input }) => {
      const architect = state.team?.architect;
      if (!architect) return refuse('agents.yaml names no architect', 'mcc task add "…" --to <agent>');
      const fact = addTask(state, { args: input.args, flags: { ...input.flags, to: architect } }, 'request');
      if (isRefusal(fact)) return fact;
      const id = fact.type === 'task.added' ? fact.task : '';
      return { facts: [fact], text: `${id}: ${architect} has it`, data: { task: id } };
    },
  }),
  define({
    name: 'down',
    summary: 'Stop the supervisor and every agent; worktrees, branches and conversations stay',
    flags: { force: { type: 'boolean', describe: 'do not wait for the turns in hand' } },
    examples: ['mcc down', 'mcc down --force'],
    run: ({ input }) => {
      const stop = input.flags.force === true ? 'force' : 'drain';
      return {
        text: stop === 'force' ? 'stopping' : 'stopping after the turns in hand',
        data: { stop },
        stop,
      };
    },
  }),
  define({
    name: 'status',
    summary: 'Show agents, tasks and what waits for you',
    flags: { agents: { type: 'boolean', describe: 'only the agents' } },
    who: ['person', 'agent'],
    reads: true,
    examples: ['mcc status', 'mcc status --json'],
    asks: () => ({ type: 'usage' }),
    run: status,
  }),
];

function status({ state, input, now, answer }: Context): Outcome {
  const agents = Object.values(state.agents).filter((agent) => agent.declared);
  const tasks = Object.values(state.tasks)
    .filter((task) => !isEnded(task))
    .sort(byPriority);
  const waiting = attention(state, now);
  const usage = answer?.type === 'usage' ? answer.agents : {};
  const ended = Object.values(state.tasks).length - tasks.length;
  const lines = [
    `base ${state.team?.base ?? '?'}${state.baseCommit ? ` at ${state.baseCommit.slice(0, 10)}` : ''}, supervisor ${state.supervisor ? `pid ${state.supervisor.pid}` : 'not running'}`,
    '',
    ...agents.map((agent) => agentLine(state, agent, now, usage[agent.name])),
  ];
  if (input.flags.agents !== true) {
    lines.push(
      '',
      ...tasks.map((task) => taskLine(state, task)),
      `${counted(tasks.length, 'task')} open, ${ended} ended`,
    );
    if (waiting.length > 0)
      lines.push('', 'waits for you:', ...waiting.map(({ text, hint }) => `  ${text}  → ${hint}`));
  }
  return {
    text: lines.join('\n'),
    data: {
      base: state.team?.base ?? null,
      baseCommit: state.baseCommit,
      supervisor: state.supervisor,
      agents: agents.map((agent) => {
        const { status, reason, needs, source, since, evidence, ...details } = weigh(agent, now);
        const task = taskOf(state, agent.name);
        return {
          name: agent.name,
          kind: agent.kind,
          status,
          reason: reason ?? null,
          needs: needs ?? null,
          ...details,
          source,
          since,
          evidence: evidence.map(({ report, ageMs, weight, why }) => ({ ...report, ageMs, weight, why })),
          task: task?.id ?? null,
          branch: agent.worktree?.branch ?? null,
          worktree: agent.worktree ?? null,
          pid: agent.session && !agent.session.exit ? agent.session.pid : null,
          usage: usage[agent.name] ?? null,
          waiting: pendingPosts(state, agent.name).length,
        };
      }),
      tasks: Object.values(state.tasks).map((task) => ({ ...task, standing: standing(state, task) })),
      attention: waiting,
      merging: state.merging,
    },
  };
}
