import type { Fact } from '../core/event.ts';
import { longestText, type Message } from '../core/message.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { entry, isPending, isRunning, type Post, pendingPosts, taskOf } from '../core/state.ts';
import { cannotInterrupt } from './agent.ts';
import { hopsFrom, overCap } from './caps.ts';
import { agentOf, arg, type Command, type Context, define, list, type Outcome, text } from './define.ts';
import { findAgent } from './find.ts';
import { postLine, postPage } from './show.ts';

export const messageCommands: Command[] = [
  define({
    name: 'send',
    summary: 'Send an agent (or `person`) a message',
    args: [
      { name: 'agent', of: 'agent', required: true },
      { name: 'text', of: 'text', required: true, rest: true },
    ],
    flags: {
      task: { type: 'text', describe: 'task it is about', of: 'task' },
      reply: { type: 'text', describe: 'id of the message it answers', of: 'message' },
      subject: { type: 'text', describe: 'one line' },
      now: { type: 'boolean', describe: 'ends the turn in hand first (person and architect)' },
    },
    who: ['person', 'agent'],
    examples: [
      'mcc send backend "use the date parser of t1"',
      'mcc send architect "may I add a dependency?" --task t3',
    ],
    run: send,
  }),
  define({
    name: 'broadcast',
    summary: 'Send all agents that run a message, or those you name',
    args: [{ name: 'text', of: 'text', required: true, rest: true }],
    flags: {
      to: { type: 'list', describe: 'agents, with commas between', of: 'agent' },
      task: { type: 'text', describe: 'task it is about', of: 'task' },
    },
    who: ['person', 'architect'],
    examples: ['mcc broadcast "the API moved to /v2"', 'mcc broadcast "rebase first" --to backend,frontend'],
    run: broadcast,
  }),
  define({
    name: 'inbox',
    summary: 'Read messages: your own as an agent, everybody’s as the person',
    args: [{ name: 'which', of: 'agent', required: false }],
    flags: { all: { type: 'boolean', describe: 'those that were accepted too' } },
    who: ['person', 'agent'],
    reads: true,
    examples: ['mcc inbox', 'mcc inbox backend --all', 'mcc inbox m-12'],
    run: inbox,
  }),
  define({
    name: 'nudge',
    summary: 'Remind an agent to go on with its work',
    args: [
      { name: 'agent', of: 'agent', required: true },
      { name: 'text', of: 'text', required: false, rest: true },
    ],
    who: ['person', 'architect'],
    examples: ['mcc nudge backend', 'mcc nudge backend "the tests first"'],
    run: (context) => {
      const agent = findAgent(context.state, arg(context.input, 'agent'));
      if (isRefusal(agent)) return agent;
      const waiting = pendingPosts(context.state, agent.name).some((post) => post.message.kind === 'nudge');
      if (waiting) return refuse(`a nudge for ${agent.name} is still on its way`, `mcc why ${agent.name}`);
      const task = taskOf(context.state, agent.name);
      const body =
        arg(context.input, 'text') ||
        (task
          ? `How does ${task.id} (${task.title}) stand? Go on with it; if you are stuck, say what you need.`
          : 'Anything you are waiting for? Say so, else carry on.');
      return queue(context, { to: agent.name, kind: 'nudge', body, ...(task ? { task: task.id } : {}) });
    },
  }),
];

function queue(context: Context, letter: Pick<Message, 'to' | 'kind' | 'body'> & Partial<Message>): Outcome {
  const { state, by, now, fresh } = context;
  const sender = agentOf(by);
  const hops = sender !== undefined && letter.to !== 'person' ? hopsFrom(state, sender) : 1;
  const refusal = sender && overCap(state, { from: sender, to: letter.to, body: letter.body, hops, now });
  if (refusal) return refusal;
  const message = { id: `m-${fresh}`, from: sender ?? by, ...letter, ...(hops > 1 ? { hops } : {}) };
  return {
    facts: [
      { type: 'message.queued', message },
      ...(message.reply_to === undefined
        ? []
        : [{ type: 'message.answered' as const, id: message.reply_to, reply: message.id }]),
    ],
    text: `${message.id} queued for ${message.to}`,
    data: { id: message.id },
  };
}

function send(context: Context): Outcome {
  const { state, input } = context;
  const to = arg(input, 'agent');
  if (to !== 'person') {
    const agent = findAgent(state, to);
    if (isRefusal(agent)) return agent;
    if (!agent.declared) return refuse(`${to} is no longer in agents.yaml`, 'mcc status');
  }
  const body = arg(input, 'text');
  if (body.trim() === '') return refuse('a message needs words', `mcc send ${to} "…"`);
  if (body.length > longestText)
    return refuse(
      `a message has at most ${longestText} characters, this has ${body.length}`,
      'put it into a file and name the file',
    );
  const task = text(input, 'task');
  if (task !== undefined && !entry(state.tasks, task))
    return refuse(`there is no task \`${task}\``, 'mcc task list --all');
  const reply = text(input, 'reply');
  const answers = reply === undefined ? undefined : entry(state.posts, reply);
  if (reply !== undefined && !answers) return refuse(`there is no message \`${reply}\``, 'mcc inbox --all');
  if (answers && answers.message.to !== (agentOf(context.by) ?? context.by))
    return refuse(`${reply} was not sent to you: only ${answers.message.to} answers it`, 'mcc inbox --all');
  const subject = text(input, 'subject')
    ?.replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (subject !== undefined && subject.length > 500)
    return refuse(
      `a subject has at most 500 characters, this has ${subject.length}`,
      'put the rest into the text',
    );
  const outcome = queue(context, {
    to,
    kind: 'note',
    body,
    ...(task === undefined ? {} : { task }),
    ...(reply === undefined ? {} : { reply_to: reply }),
    ...(subject === undefined ? {} : { subject }),
  });
  return input.flags.now === true && !isRefusal(outcome) ? interrupting(context, to, outcome) : outcome;
}

/** The message, and the end of the turn in hand, after which it is handed over; an idle agent gets it anyway. */
function interrupting({ state, by, now }: Context, to: string, outcome: Exclude<Outcome, Refusal>): Outcome {
  const sender = agentOf(by);
  if (sender !== undefined && sender !== state.team?.architect)
    return refuse(`${sender} may not interrupt: only the architect and the person may`, `mcc send ${to} "…"`);
  const agent = entry(state.agents, to);
  if (!agent) return refuse(`${to} has no turn to end`, `mcc send ${to} "…"`);
  if (cannotInterrupt(agent, now)) return outcome;
  const facts: Fact[] = [...(outcome.facts ?? []), { type: 'agent.interrupting', agent: to }];
  return { ...outcome, facts, text: `${outcome.text}, whose turn is ended first` };
}

function broadcast(context: Context): Outcome {
  const { state, input, by, fresh } = context;
  const sender = agentOf(by);
  const named = list(input, 'to').map((name) => findAgent(state, name));
  const missing = named.find(isRefusal);
  if (missing) return missing;
  const all = Object.values(state.agents).filter(
    (agent) => agent.declared && isRunning(agent) && agent.kind !== 'shell' && agent.name !== sender,
  );
  const readers =
    named.length > 0
      ? named.flatMap((agent) => (isRefusal(agent) ? [] : [agent.name]))
      : all.map(({ name }) => name);
  if (readers.length === 0) return refuse('no agent runs that could read it', 'mcc status');
  const outcomes = [...new Set(readers)].map((name, index) =>
    send({
      ...context,
      fresh: `${fresh}-${index + 1}`,
      input: { args: { agent: name, text: arg(input, 'text') }, flags: { ...input.flags } },
    }),
  );
  const refused = outcomes.find(isRefusal);
  if (refused) return refused;
  const told = outcomes.flatMap((outcome) => (isRefusal(outcome) ? [] : [outcome]));
  return {
    facts: told.flatMap(({ facts }) => facts ?? []),
    text: `queued for ${readers.join(', ')}`,
    data: { ids: told.map(({ data }) => (data as { id: string }).id) },
  };
}

function inbox({ state, input, by, now }: Context): Outcome {
  const reader = agentOf(by);
  const which = arg(input, 'which');
  const all = input.flags.all === true;
  const one = entry(state.posts, which);
  if (one) {
    if (reader !== undefined && one.message.to !== reader && one.message.from !== reader)
      return refuse(`${which} is not for you`, 'mcc inbox');
    const own = one.message.to === (reader ?? 'person');
    return { ...(own ? took([one]) : {}), text: postPage(one, now), data: one };
  }
  if (reader !== undefined && which !== '' && which !== reader)
    return refuse(`the inbox of ${which} is not yours`, 'mcc inbox');
  const agent = which === '' || which === 'person' ? null : findAgent(state, which);
  if (agent && isRefusal(agent)) return agent;
  const box = reader ?? which;
  const posts = Object.values(state.posts)
    .filter(({ message }) => box === '' || message.to === box)
    .filter((post) => all || isPending(post))
    .sort((a, b) => a.seq - b.seq);
  // Whoever reads the own inbox gets its messages in full: that is their acceptance. What was given to it already is not
  // given twice.
  const own = box === (reader ?? 'person');
  const fresh = posts.filter(({ receipt }) => receipt !== 'handed over');
  const body = posts.map((post) =>
    own && fresh.includes(post) ? `${postLine(post, now)}\n${post.message.body}\n` : postLine(post, now),
  );
  return {
    ...(own ? took(fresh) : {}),
    text: body.join('\n') || 'no messages',
    data: posts,
  };
}

function took(posts: Post[]): { facts?: Fact[] } {
  const facts = posts.filter(isPending).flatMap(({ message: { id } }): Fact[] => [
    { type: 'message.handed', id, route: 'read' },
    { type: 'message.accepted', id },
  ]);
  return facts.length > 0 ? { facts } : {};
}
