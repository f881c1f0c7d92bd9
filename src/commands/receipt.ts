import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { entry, isPending, type Post, pendingPosts, type State } from '../core/state.ts';
import type { Input } from './define.ts';
import { agentOf, arg, type Command, type Context, define, type Outcome } from './define.ts';
import { findAgent } from './find.ts';
import { counted, postPage } from './show.ts';

/** What became of a message, and what the person decides where it waits. */
export const receiptCommands: Command[] = [
  define({
    name: 'message show',
    summary: 'Show a message: how far it came and when, and its text',
    args: [{ name: 'message', of: 'message', required: true }],
    who: ['person', 'agent'],
    reads: true,
    examples: ['mcc message show m-12'],
    run: ({ state, input, by, now }) => {
      const post = findPost(state, arg(input, 'message'));
      if (isRefusal(post)) return post;
      const reader = agentOf(by);
      if (reader !== undefined && post.message.to !== reader && post.message.from !== reader)
        return refuse(`${post.message.id} is not for you`, 'mcc inbox');
      return { text: postPage(post, now), data: post };
    },
  }),
  define({
    name: 'message resolve',
    summary: 'Decide on a message that is held: hand it over now, drop it, or count it as taken',
    args: [{ name: 'which', of: 'message', required: true }],
    flags: {
      drop: { type: 'boolean', describe: 'its reader does not get it' },
      arrived: { type: 'boolean', describe: 'its reader has it: it is not handed over again' },
    },
    examples: [
      'mcc message resolve backend',
      'mcc message resolve m-12 --drop',
      'mcc message resolve m-12 --arrived',
    ],
    asks: (state, input) => {
      const post = meant(state, input);
      return isRefusal(post) ? post : { type: 'way', agent: post.message.to };
    },
    run: resolve,
  }),
];

function findPost(state: State, id: string): Post | Refusal {
  return entry(state.posts, id) ?? refuse(`there is no message \`${id}\``, 'mcc inbox --all');
}

/** The message of that id; of an agent, the first one that waits for it, which is in the way of the others. */
function meant(state: State, input: Input): Post | Refusal {
  const which = arg(input, 'which');
  const one = entry(state.posts, which);
  if (one)
    return isPending(one) ? one : refuse(`${which} does not wait: it is ${one.receipt}`, 'mcc inbox --all');
  const agent = findAgent(state, which);
  if (isRefusal(agent)) return agent;
  const [first] = pendingPosts(state, agent.name);
  return first ?? refuse(`no message waits for ${agent.name}`, `mcc inbox ${agent.name} --all`);
}

function resolve({ state, input, answer }: Context): Outcome {
  const post = meant(state, input);
  if (isRefusal(post)) return post;
  const { id, to } = post.message;
  const { drop, arrived } = input.flags;
  if (drop && arrived)
    return refuse('a message is either dropped or has arrived', 'mcc help message resolve');
  if (answer?.type === 'way' && answer.typing)
    return refuse(`${id} is being handed over right now`, `mcc message show ${id}`);
  const rest = pendingPosts(state, to).length - 1;
  const others = rest > 0 ? `; ${counted(rest, 'message')} behind it` : '';
  if (drop) return decided(id, 'drop', `${id} is dropped: ${to} does not get it${others}`);
  if (arrived)
    return post.receipt === 'handed over'
      ? decided(id, 'arrived', `${id} counts as taken${others}`)
      : refuse(`${id} was not handed over yet`, `mcc message resolve ${id} --drop`);
  return send(post, answer?.type === 'way' ? answer.blocked : null);
}

/** Again where it cannot be known whether it arrived; else now, where nothing but time was in the way. */
function send(post: Post, blocked: string | null): Outcome {
  const { id, to } = post.message;
  if (post.receipt === 'handed over')
    return post.held
      ? decided(id, 'send', `${id} is handed over to ${to} again, marked as such`)
      : refuse(`${id} is on its way: ${to} has not said yet that it took it`, `mcc message show ${id}`);
  // What the screen does is over in a moment.
  if (blocked === null || blocked === 'its screen is still changing')
    return decided(id, 'send', `${id} goes to ${to} now`);
  return refuse(`${id} cannot be handed over: ${blocked}`, wayOut(to, blocked));
}

/** What the person does about that which is in the way. */
function wayOut(agent: string, blocked: string): string {
  if (blocked.startsWith('a dialog')) return `answer it in the pane, or: mcc permissions ${agent}`;
  if (blocked === 'it is working') return `mcc agent interrupt ${agent}`;
  if (blocked === 'it does not run') return `mcc agent start ${agent}`;
  return `mcc why ${agent}`;
}

const decided = (id: string, how: 'send' | 'drop' | 'arrived', text: string): Outcome => ({
  facts: [{ type: 'message.resolved', id, how }],
  text,
  data: { id, how },
});
