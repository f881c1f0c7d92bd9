import { type Appliers, put, without, withPost } from './change.ts';
import { entry, isPending, type Post, type State } from './state.ts';

/** What facts about messages do. */

export const answer = (post: Post): Post => ({ ...(without(post, 'held') as Post), receipt: 'answered' });

/** A reply answers what its writer was sent; nobody answers for another. */
const answered = (state: State, { reply_to, from }: Post['message']): State =>
  reply_to === undefined
    ? state
    : withPost(state, reply_to, (post) => (post.message.to === from ? answer(post) : post));

export const messageAppliers = {
  'message.queued': (state, { message, by, at, seq }) =>
    entry(state.posts, message.id)
      ? state
      : answered(
          {
            ...state,
            posts: put(state.posts, message.id, { message, by, receipt: 'queued', at, seq }),
          },
          message,
        ),
  'message.handed': (state, { id, route, session }) =>
    withPost(state, id, (post) =>
      isPending(post)
        ? {
            ...(without(post, 'held', 'session') as Post),
            receipt: 'handed over',
            route,
            ...(session === undefined ? {} : { session }),
          }
        : post,
    ),
  'message.accepted': (state, { id }) =>
    withPost(state, id, (post) => ({
      ...(without(post, 'held') as Post),
      receipt: post.receipt === 'answered' ? 'answered' : 'accepted',
    })),
  'message.requeued': (state, { id }) =>
    withPost(state, id, (post) =>
      post.receipt === 'handed over'
        ? { ...(without(post, 'held', 'route', 'session') as Post), receipt: 'queued' }
        : post,
    ),
  'message.held': (state, { id, reason }) =>
    withPost(state, id, (post) => (isPending(post) ? { ...post, held: reason } : post)),
} satisfies Partial<Appliers>;
