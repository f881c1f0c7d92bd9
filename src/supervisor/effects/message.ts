import type { Fact } from '../../core/event.ts';
import { moveToCur, putMessage } from '../../io/inbox.ts';
import { textOf } from '../hook.ts';
import type { Project } from '../project.ts';
import type { Terminal } from '../terminal.ts';

/** How long the screen may take to show what was typed, and the agent to say that it took it, in ms. */
const shownMs = 3_000;
const takenMs = 15_000;
/** The screen has settled when it has been still this long, in ms. */
const stillMs = 80;

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
 * Types queued messages into an idle agent's empty composer: the text in pieces, Enter as a write of its own after the
 * screen has settled and shows a draft, and counted as accepted only when the agent's own hook says so.
 */
export async function typeMessages(project: Project, name: string, ids: readonly string[]): Promise<void> {
  const { supervisor } = project;
  const terminal = supervisor.terminals.get(name);
  const posts = ids.flatMap((id) => supervisor.state.posts[id] ?? []).slice(0, 5);
  const { typing, submit } = terminal?.kind ?? {};
  if (!terminal || !typing || !submit || posts.length === 0) return;
  const held = (reason: string): void =>
    supervisor.turn(
      posts.map((post): Fact => ({ type: 'message.held', id: post.message.id, reason })),
      'mcc',
      'typing',
    );
  const taken = terminal.turns.next(
    (report) => posts.every((post) => report.accepted.includes(post.message.id)),
    takenMs,
  );
  const typed = await terminal.alone(async () => {
    if (terminal.composer().state !== 'empty') return false;
    for (const { bytes, waitMs } of typing(textOf(project, name, posts))) {
      terminal.pty.write(Buffer.from(bytes));
      await pause(waitMs);
    }
    if (!(await settledDraft(terminal))) return false;
    const facts = posts.map(
      (post): Fact => ({
        type: 'message.handed',
        id: post.message.id,
        route: 'keyboard',
        session: terminal.id,
      }),
    );
    supervisor.turn(facts, 'mcc', 'typing');
    terminal.pty.write(Buffer.from(submit));
    return true;
  });
  if (!typed) {
    taken.cancel();
    held('it was typed, but the composer did not show it: look at the pane');
    supervisor.postpone(`typing ${name}`, 5_000);
    return;
  }
  if (!(await taken.came))
    held('it was typed and sent, but the agent has not said that it took it: look at the pane');
}

/** Waits until the composer holds a draft and the screen is still. @returns false when that does not come about in time */
async function settledDraft(terminal: Terminal): Promise<boolean> {
  const end = performance.now() + shownMs;
  while (performance.now() < end) {
    if (Date.now() - terminal.outputAt >= stillMs && terminal.composer().state === 'draft') return true;
    await pause(20);
  }
  return false;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
