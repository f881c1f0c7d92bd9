import { type Appliers, type Of, put, without, withPost } from './change.ts';
import { entry, isPending, type Post, type Receipt, type State } from './state.ts';

/** What facts about messages do. */

/** The post at a stage since `at`: nothing holds it any more. */
const came = (post: Post, receipt: Receipt, at: string): Post => ({
  ...(without(post, 'held') as Post),
  receipt,
  times: { ...without(post.times, 'held'), [receipt]: at },
});

/** Answered once; what was dropped stays so. */
export const answer = (post: Post, at: string): Post =>
  post.receipt === 'answered' || post.receipt === 'dropped' ? post : came(post, 'answered', at);

/** A reply answers what its writer was sent; nobody answers for another. */
const answered = (state: State, { reply_to, from }: Post['message'], at: string): State =>
  reply_to === undefined
    ? state
    : withPost(state, reply_to, (post) => (post.message.to === from ? answer(post, at) : post));

/** Back in the queue, as if it had never been given away; but its reader may have seen it. */
const again = (post: Post, at: string): Post => ({
  ...(without(came(post, 'queued', at), 'route', 'session', 'urged') as Post),
  times: { ...without(post.times, 'held', 'handed over', 'accepted'), queued: at },
  again: (post.again ?? 0) + 1,
});

/** What a person decided; nothing, where the message has moved on meanwhile. */
function resolved(post: Post, { how, at }: Of<'message.resolved'>): Post {
  if (!isPending(post)) return post;
  if (how === 'drop') return came(post, 'dropped', at);
  if (post.receipt === 'handed over')
    return how === 'arrived' ? came(post, 'accepted', at) : { ...again(post, at), urged: true };
  return how === 'send' ? { ...post, urged: true } : post;
}

export const messageAppliers = {
  'message.queued': (state, { message, by, at, seq }) =>
    entry(state.posts, message.id)
      ? state
      : answered(
          {
            ...state,
            posts: put(state.posts, message.id, {
              message,
              by,
              receipt: 'queued',
              times: { queued: at },
              at,
              seq,
            }),
          },
          message,
          at,
        ),
  'message.handed': (state, { id, route, session, at }) =>
    withPost(state, id, (post) =>
      isPending(post)
        ? {
            ...(without(came(post, 'handed over', at), 'session', 'urged') as Post),
            route,
            ...(session === undefined ? {} : { session }),
          }
        : post,
    ),
  'message.accepted': (state, { id, at }) =>
    withPost(state, id, (post) =>
      // An answer proves as much, and came first; so did whoever dropped it.
      ['answered', 'dropped'].includes(post.receipt)
        ? { ...post, times: { accepted: at, ...post.times } }
        : came(post, 'accepted', at),
    ),
  // The reply itself says so already, in every log.
  'message.answered': (state, { id, at }) => withPost(state, id, (post) => answer(post, at)),
  'message.requeued': (state, { id, at }) =>
    withPost(state, id, (post) =>
      post.receipt === 'handed over' || post.receipt === 'accepted' ? again(post, at) : post,
    ),
  'message.held': (state, { id, reason, at }) =>
    withPost(state, id, (post) =>
      isPending(post) ? { ...post, held: reason, times: { held: at, ...post.times } } : post,
    ),
  'message.resolved': (state, event) => withPost(state, event.id, (post) => resolved(post, event)),
} satisfies Partial<Appliers>;
