import type { Fact } from '../../core/event.ts';
import { isFree } from '../../core/evidence.ts';
import type { Post } from '../../core/state.ts';
import { moveToCur, putMessage } from '../../io/inbox.ts';
import type { Project } from '../project.ts';
import { receiptsIn } from '../receipts.ts';
import type { Terminal } from '../terminal.ts';
import { findTranscript } from '../transcript.ts';
import { submitDraft, typeDraft, typeRest, unsentIn } from '../typing.ts';
import { fitted } from './fitted.ts';

/** How long an agent may take to say that it took what was typed, in ms. */
const takenMs = 15_000;
/** Pause before anything is typed again after the composer did not show what was typed, in ms. */
const againMs = 5_000;

/** Puts the file of a queued message into its inbox. */
export async function fileMessage(project: Project, id: string): Promise<void> {
  const post = project.supervisor.state.posts[id];
  if (!post) return;
  await putMessage(project.paths.inbox(post.message.to), { at: post.at, ...post.message });
  project.supervisor.filed.set(id, 'new');
}

/** Moves the file of an accepted message out of new/. */
export async function shelveMessage(project: Project, id: string): Promise<void> {
  const post = project.supervisor.state.posts[id];
  if (!post) return;
  await moveToCur(project.paths.inbox(post.message.to), id);
  project.supervisor.filed.set(id, 'cur');
}

/**
 * Types queued messages into an idle agent's empty composer, and counts them as accepted only when the agent's own hook
 * or its transcript says so.
 */
export async function typeMessages(project: Project, name: string, ids: readonly string[]): Promise<void> {
  const { supervisor } = project;
  const terminal = supervisor.terminals.get(name);
  const { typing, submit } = terminal?.kind ?? {};
  if (!terminal || !typing || !submit) return;
  const queued = ids.flatMap((id) => supervisor.state.posts[id] ?? []);
  const unsent = unsentIn(supervisor.state, terminal);
  const fit = fitted(project, name, queued, terminal.screen.size);
  const posts = unsent ?? fit.posts;
  // It has drawn nothing since: what was typed before may still come, and would come twice.
  if (!unsent && terminal.unsent?.version === terminal.screen.version)
    return supervisor.postpone(`typing ${name}`, againMs);
  const rest = (unsent && terminal.unsent?.rest) ?? [];
  const writes = unsent && terminal.unsent ? [...terminal.unsent.writes, ...rest] : typing(fit.text);
  if (posts.length === 0) return;
  const tell = (fact: (id: string) => Fact): void =>
    supervisor.turn(
      posts.map(({ message }) => fact(message.id)),
      'mcc',
      'typing',
    );
  const held = (reason: string): void => tell((id) => ({ type: 'message.held', id, reason }));
  const taken = terminal.turns.next(
    (report) => posts.every((post) => report.accepted.includes(post.message.id)),
    takenMs,
  );
  let isGone = false;
  const typed = await terminal.alone(async () => {
    terminal.recall = null;
    const isWhole = unsent !== null && rest.length === 0;
    const draft = isWhole
      ? 'typed'
      : await (unsent ? typeRest(terminal, rest, writes) : typeDraft(terminal, writes));
    const typedIds = posts.map(({ message }) => message.id);
    terminal.unsent = draft === 'mixed' ? { ids: typedIds, writes, version: terminal.screen.version } : null;
    if (draft !== 'typed') return draft;
    tell((id) => ({ type: 'message.handed', id, route: 'keyboard', session: terminal.id }));
    isGone = await submitDraft(terminal, writes, submit);
    terminal.sent = { ids: typedIds, writes };
    return draft;
  });
  const isProved = typed === 'typed' && terminal.kind.silent === true && isGone;
  if (typed !== 'typed' || terminal.over || isProved) taken.cancel();
  // The person was quicker, and the next look says why it waits; or the session ended, which settles what it was handed.
  if (typed === 'occupied' || terminal.over) return;
  if (isProved) tell((id) => ({ type: 'message.accepted', id }));
  else if (typed === 'mixed') {
    held('it was typed, but its composer does not show just that: look at the pane');
    supervisor.postpone(`typing ${name}`, againMs);
  } else if (!(await taken.came)) {
    const facts = await outcome(project, terminal, posts);
    if (facts.length > 0) supervisor.turn(facts, 'mcc', 'typing');
    else held('it was typed and sent, but the agent has not said that it took it: look at the pane');
  }
}

/**
 * What became of messages that were sent, but of which no hook told: those in the transcript were accepted. With an empty
 * composer and hooks that work, what is not in it was swallowed, and is queued again. Without one it cannot be known.
 */
async function outcome(project: Project, terminal: Terminal, posts: readonly Post[]): Promise<Fact[]> {
  const { supervisor, paths } = project;
  const agent = supervisor.state.agents[terminal.agent];
  if (agent?.session?.id !== terminal.id || agent.session.exit) return [];
  const transcript = findTranscript(terminal.kind, paths.session(agent.name), agent.session.conversation);
  if (!transcript) return [];
  const accepted = await receiptsIn(supervisor.state, agent.name, transcript);
  if (accepted.length > 0) return accepted;
  const { hook } = agent.reports;
  const swallowed = hook && isFree(hook) && terminal.composer().state === 'empty';
  if (!swallowed) return [];
  const reason = 'it was typed and sent, and is neither in the composer nor in the conversation';
  return posts
    .filter(({ message }) => supervisor.state.posts[message.id]?.receipt === 'handed over')
    .map(({ message: { id } }) => ({ type: 'message.requeued', id, reason }));
}
