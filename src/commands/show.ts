import { needsPerson, weigh } from '../core/evidence.ts';
import { excessText } from '../core/letters.ts';
import {
  type Agent,
  entry,
  isEnded,
  isPending,
  isReady,
  isRunning,
  isStuck,
  mainCheckout,
  type Post,
  pendingPosts,
  type State,
  type Task,
  takesAny,
  taskOf,
  waitsFor,
} from '../core/state.ts';
import { type Usage, usageText } from '../core/usage.ts';

/** Texts for people: one place that says how a task, an agent and a message read in one line. */

/** `1 task`, `2 tasks` */
export const counted = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`;

/** A task's standing in a word or two: its status, or why it waits. */
export function standing(state: State, task: Task): string {
  if (state.merging?.task === task.id) return 'merging';
  if (isStuck(state, task)) return 'blocked';
  const waits = waitsFor(state, task);
  if (task.status === 'open')
    return waits.length > 0 ? `waits for ${waits.map(({ id }) => id).join(', ')}` : 'ready';
  return task.status;
}

export function taskLine(state: State, task: Task): string {
  const who = task.agent ?? task.to ?? '-';
  const held = task.held && !isEnded(task) ? ` (held: ${task.held})` : '';
  return `${task.id.padEnd(4)} ${standing(state, task).padEnd(12)} ${who.padEnd(10)} ${task.title}${held}`;
}

export function taskPage(state: State, task: Task): string {
  const rows: [string, string | undefined][] = [
    ['status', `${standing(state, task)}${task.held ? ` (held: ${task.held})` : ''}`],
    ['agent', task.agent ?? task.to],
    ['from', task.by],
    ['needs', task.needs.join(', ')],
    ['part of', task.parent],
    ['priority', task.priority],
    ['branch', task.branch],
    ['begun by', task.before && [task.before.agent, task.before.branch].filter(Boolean).join(' on ')],
    ['commit', task.commit],
    ['approved', task.approval ? `${task.approval.commit} by ${task.approval.by}` : undefined],
    ['merged', task.merged],
    [
      'gates',
      task.gates
        .map(({ gate, ok, ms }) => `${ok ? '✓' : '✗'} ${gate} ${(ms / 1000).toFixed(1)} s`)
        .join(', '),
    ],
    ['summary', task.summary],
    ['result', task.result],
    ['reason', task.reason],
    [
      'findings',
      task.findings.map(({ round, kind, text }) => `round ${round} ${kind}: ${text}`).join('\n          '),
    ],
  ];
  const shown = rows.flatMap(([name, value]) => (value ? [`${name.padEnd(9)} ${value}`] : []));
  return [`${task.id}  ${task.title}`, ...shown, ...(task.text === task.title ? [] : ['', task.text])].join(
    '\n',
  );
}

export function agentLine(state: State, agent: Agent, now: number, usage?: Usage): string {
  const { status, reason } = weigh(agent, now);
  const task = taskOf(state, agent.name);
  const posts = pendingPosts(state, agent.name).length;
  const parts = [
    agent.name.padEnd(12),
    status.padEnd(10),
    (task ? `${task.id} ${standing(state, task)}` : '-').padEnd(16),
    agent.worktree?.branch ?? '-',
    ...(posts > 0 ? [`${counted(posts, 'message')} waiting`] : []),
    ...(usage ? [usageText(usage)] : []),
    ...(reason ? [`(${reason})`] : []),
  ];
  return parts.join(' ').trimEnd();
}

export function postLine(post: Post, now: number): string {
  const { id, from, to, subject, body } = post.message;
  const text = (subject ?? body).replace(/\s+/g, ' ');
  const held = post.held && isPending(post) ? `, held: ${post.held}` : '';
  return `${id}  ${from} → ${to}  [${post.receipt} ${since(post.times[post.receipt] ?? post.at, now)}${held}]  ${text.length > 100 ? `${text.slice(0, 99)}…` : text}`;
}

const ago = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
};

/** How long ago something was, in the largest fitting unit. */
export const since = (at: string, now: number): string => ago(now - Date.parse(at));

/** The stages of a message in the order in which it came to them, each with when that was. */
export const stagesOf = ({ times }: Post): [stage: string, at: string][] =>
  Object.entries(times).sort(([, a], [, b]) => a.localeCompare(b));

/** A message with its receipts and its whole text. */
export function postPage(post: Post, now: number): string {
  const { id, from, to, kind, subject, body, task, reply_to } = post.message;
  const about = {
    held: post.held,
    'handed over': [
      post.route && `by ${post.route}`,
      post.session && `to session ${post.session.slice(0, 8)}`,
    ]
      .filter(Boolean)
      .join(', '),
  };
  const rows: [string, string | undefined][] = [
    ['from', post.by === from || post.by === `agent:${from}` ? from : `${from} (put there by ${post.by})`],
    ['to', to],
    ['kind', kind],
    ['task', task],
    ['answers', reply_to],
    ['again', post.again ? `queued again ${counted(post.again, 'time')}` : undefined],
    ...stagesOf(post).map(([stage, at]): [string, string] => {
      const more = entry(about, stage);
      return [stage, `${at}  ${since(at, now)}${more ? `  ${more}` : ''}`];
    }),
  ];
  const shown = rows.flatMap(([name, value]) => (value ? [`${name.padEnd(12)} ${value}`] : []));
  return [`${id}  ${(subject ?? kind).replace(/\s+/g, ' ')}`, ...shown, ...choices(post), '', body].join(
    '\n',
  );
}

/** What can be done about a message that is held. */
function choices({ held, receipt, message: { id } }: Post): string[] {
  if (held === undefined) return [];
  const resolve = `mcc message resolve ${id}`;
  return receipt === 'handed over'
    ? [`decide       ${resolve} hands it over again; --arrived: it has it; --drop: it need not have it`]
    : [`decide       ${resolve} hands it over now, where that is safe; --drop: it need not have it`];
}

/** One thing that waits for the person. */
export interface Waiting {
  text: string;
  /** command that resolves it */
  hint: string;
  agent?: string;
  task?: string;
  /** of an agent's state: the id of the permission that it waits for, or nothing */
  event?: string;
  /** what there is to judge by: the lines of an edit, the answers of a question */
  details?: string[];
}

/** What waits for the person, the most pressing first: one line each, with the command that resolves it. */
export function attention(state: State, now: number): Waiting[] {
  const agents = Object.values(state.agents).flatMap((agent) => {
    const { status, reason, options } = weigh(agent, now);
    if (!agent.declared) return [];
    if (agent.failure && agent.wanted) return [failed(agent, agent.failure)];
    const over = isRunning(agent) ? overLimits(agent) : [];
    if (!needsPerson(status)) return over;
    const asked = Object.values(state.permissions).find((one) => one.agent === agent.name);
    const hint = status === 'crashed' ? `mcc agent start ${agent.name}` : `focus ${agent.name}`;
    return [
      {
        text: `${agent.name} ${status === 'needs-you' ? 'needs you' : status}${reason ? `: ${reason}` : ''}`,
        hint,
        agent: agent.name,
        event: asked?.id ?? '',
        details: asked ? inputLines(asked.input) : (options ?? []).map((option) => `· ${option}`),
      },
      ...over,
    ];
  });
  const tasks = Object.values(state.tasks).flatMap((task) => {
    const author = task.agent ? { agent: task.agent } : {};
    const reviewer = state.team?.architect;
    if (task.status === 'submitted' && (!reviewer || reviewer === task.agent)) {
      return [
        {
          text: `${task.id} waits for your review: ${task.title}`,
          hint: `mcc review ${task.id}`,
          task: task.id,
          ...author,
        },
      ];
    }
    if (task.status === 'approved' && !task.held && state.team?.auto === false && !task.mergeAsked) {
      return [
        {
          text: `${task.id} is approved: ${task.title}`,
          hint: `mcc merge ${task.id}`,
          task: task.id,
          ...author,
        },
      ];
    }
    if (task.held && !isEnded(task))
      return [
        { text: `${task.id} held: ${task.held}`, hint: `mcc task show ${task.id}`, task: task.id, ...author },
      ];
    const absent = absentee(state, task);
    if (absent) return [{ ...absent, task: task.id }];
    return isStuck(state, task)
      ? [
          {
            text: `${task.id} can never start: what it needs did not finish`,
            hint: `mcc task show ${task.id}`,
            task: task.id,
          },
        ]
      : [];
  });
  return [...agents, ...foreign(state), ...undecided(state), ...letters(state), ...tasks, ...unmanned(state)];
}

/** Where, in words. */
export const placeOf = (where: string): string =>
  where === mainCheckout ? 'the main checkout' : `the worktree of ${where}`;

/** One line for each checkout with such changes. */
const foreign = (state: State): { text: string; hint: string; agent?: string }[] =>
  Object.entries(state.foreign).flatMap(([where, { files, suspects, tool, vague }]) => {
    // The person works there too: what may be theirs is in the log and in `mcc foreign`, and calls nobody.
    if (vague) return [];
    const [first] = files;
    const what = files.length === 1 ? first : `${first} and ${counted(files.length - 1, 'file')} more`;
    return {
      text: `${what} changed in ${placeOf(where)}, probably by ${suspects.join(' or ')}${tool ? ` (${tool})` : ''}`,
      hint: 'mcc foreign',
    };
  });

/** Messages of which only a person can say whether they arrived: they are in the way of those behind them. */
const undecided = (state: State): { text: string; hint: string }[] =>
  Object.keys(state.agents).flatMap((name) => {
    const [first] = pendingPosts(state, name);
    if (first?.receipt !== 'handed over' || !first.held) return [];
    const { id } = first.message;
    return [{ text: `${id} for ${name}: ${first.held}`, hint: `mcc message show ${id}` }];
  });

/** An agent of which the worktree or session cannot be made: it is tried again and again, and needs somebody all the same. */
const failed = (agent: Agent, { reason, hint }: NonNullable<Agent['failure']>) => ({
  text: isRunning(agent) ? `${agent.name}: ${reason}` : `${agent.name} could not be started: ${reason}`,
  hint: hint ?? `mcc why ${agent.name}`,
  agent: agent.name,
});

/** Limits that an agent is over, of which nothing could be ended. */
const overLimits = ({ name, over = {} }: Agent): { text: string; hint: string; agent: string }[] =>
  Object.entries(over).flatMap(([limit, excess]) =>
    excess && excess.ended === undefined
      ? [
          {
            text: `${name} takes ${excessText(limit, excess)}`,
            hint: `mcc agent restart ${name}`,
            agent: name,
          },
        ]
      : [],
  );

/** A task that waits for an agent which nobody starts. */
function absentee(state: State, task: Task): { text: string; hint: string; agent: string } | null {
  const name = task.agent ?? task.to;
  const agent = entry(state.agents, name ?? '');
  if (!agent || agent.wanted || !['open', 'assigned', 'working'].includes(task.status)) return null;
  return agent.declared
    ? {
        text: `${task.id} waits for ${agent.name}, which is stopped`,
        hint: `mcc agent start ${agent.name}`,
        agent: agent.name,
      }
    : {
        text: `${task.id} waits for ${agent.name}, which is no longer in agents.yaml`,
        hint: `mcc task cancel ${task.id} --reason "…"`,
        agent: agent.name,
      };
}

/** Tasks that anybody may take, while nobody who may is started. */
function unmanned(state: State): { text: string; hint: string }[] {
  const ready = Object.values(state.tasks).filter(
    (task) => isReady(state, task) && task.to === undefined && task.kind === 'work',
  );
  const able = Object.values(state.agents).filter((agent) => takesAny(state, agent));
  if (ready.length === 0 || able.some((agent) => agent.wanted)) return [];
  const hint = able[0] ? `mcc agent start ${able[0].name}` : `mcc task move ${ready[0]?.id} --to <agent>`;
  const [wait, them] = ready.length === 1 ? ['waits', 'it'] : ['wait', 'them'];
  return [
    {
      text: `${counted(ready.length, 'task')} ${wait} for an agent, and none is started that takes ${them}`,
      hint,
    },
  ];
}

/** What was written to the person and not read yet, as one line. */
function letters(state: State): { text: string; hint: string }[] {
  const waiting = pendingPosts(state, 'person');
  const last = waiting.at(-1)?.message;
  if (!last) return [];
  const said = (last.subject ?? last.body).replace(/\s+/g, ' ');
  return [
    {
      text: `${counted(waiting.length, 'message')} for you, from ${last.from}: ${said.length > 60 ? `${said.slice(0, 59)}…` : said}`,
      hint: 'mcc inbox person',
    },
  ];
}

/** What a tool was given, as a person judges it: an edit as the lines that go and come, anything else as it was given. */
export function inputLines(input: string): string[] {
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(input);
  } catch {
    return input.split('\n'); // cut, because it was long
  }
  const signed = (sign: string, value: unknown) =>
    typeof value === 'string' ? value.split('\n').map((line) => `  ${sign} ${line}`) : [];
  return Object.entries(given).flatMap(([name, value]) => {
    if (name === 'old_string') return signed('-', value);
    if (name === 'new_string' || name === 'content') return signed('+', value);
    return [`  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
}
