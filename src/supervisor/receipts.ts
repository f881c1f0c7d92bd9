import { kindOf } from '../agents/index.ts';
import { factsAfterEnd, justTaken } from '../core/delivery.ts';
import type { Fact } from '../core/event.ts';
import { type Post, pendingPosts, type State } from '../core/state.ts';
import type { Project } from './project.ts';
import { acceptedIn, findTranscript } from './transcript.ts';

/** How long a session that lives may take to write down what it has just taken, in ms. */
const writtenMs = 1_500;

/** The messages that an agent was handed and has not accepted yet. */
export const handedPosts = (state: State, agent: string): Post[] =>
  pendingPosts(state, agent).filter((post) => post.receipt === 'handed over');

/** Receipts proved by the transcript: handed-over messages whose header stands in what the session itself wrote down. */
export async function receiptsIn(state: State, agent: string, transcript: string): Promise<Fact[]> {
  const handed = handedPosts(state, agent).map(({ message }) => message);
  if (handed.length === 0) return [];
  const accepted = await acceptedIn(transcript, handed);
  return handed.flatMap(({ id }): Fact[] => (accepted.has(id) ? [{ type: 'message.accepted', id }] : []));
}

/**
 * What became of messages that were being handed over when a session ended: its own transcript tells, and what it does
 * not tell is queued again, for the next session. Of a kind that keeps none it cannot be known: the person decides.
 * @param lives the session has not ended: it was without a supervisor for a while
 */
export async function receiptsAfter(
  { supervisor, paths, team }: Project,
  name: string,
  lives = false,
): Promise<Fact[]> {
  const { state } = supervisor;
  const taken = lives ? [] : justTaken(state, name);
  const posts = [...handedPosts(state, name), ...taken];
  const handed = posts.map(({ message }) => message);
  const conversation = state.agents[name]?.session?.conversation;
  if (handed.length === 0) return [];
  const kind = kindOf(team, name);
  const path = conversation ? findTranscript(kind, paths.session(name), conversation) : undefined;
  const read = () => (path ? acceptedIn(path, handed) : Promise.resolve(new Set<string>()));
  let written = await read();
  if (lives && written.size < handed.length) {
    // What was given away a moment ago is still being written down.
    await new Promise((done) => setTimeout(done, writtenMs));
    written = await read();
  }
  const tells = path !== undefined || kind.conversations !== undefined;
  return factsAfterEnd(posts, tells ? written : null);
}
