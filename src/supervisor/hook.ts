import { join } from 'node:path';
import { messageText, type Report } from '../agents/index.ts';
import type { Fact } from '../core/event.ts';
import { type Post, pendingPosts, type State } from '../core/state.ts';
import { factsOfHook } from './evidence.ts';
import type { Project } from './project.ts';
import { standingIn } from './transcript.ts';

/** How many messages are handed over in one go, and how long they may be together, in characters. */
const most = 10;
const longest = 20_000;

/** Takes one hook body of a session and returns the answer. At the end of a turn it hands over what is queued. */
export async function readHook(
  project: Project,
  name: string,
  session: string,
  body: unknown,
): Promise<object> {
  const { supervisor } = project;
  const agent = supervisor.state.agents[name];
  const terminal = supervisor.terminals.get(name);
  if (agent?.session?.id !== session || !terminal) return {};
  const report = terminal.kind.hook(body);
  if (!report) {
    project.note('warn', 'a hook body that is none', { agent: name });
    return {};
  }
  const facts = [...(await receipts(supervisor.state, name, report)), ...factsOfHook(agent, report)];
  terminal.turns.emit(report);
  const next =
    report.turnEnded && !supervisor.draining ? nextPosts(pendingPosts(supervisor.state, name)) : [];
  if (next.length === 0) {
    supervisor.turn(facts, 'mcc', `hook ${report.event}`);
    return {};
  }
  const handed = next.map(
    (post): Fact => ({ type: 'message.handed', id: post.message.id, route: 'hook', session }),
  );
  // The turn goes on with the messages, so the agent stays at work.
  const others = facts.filter((fact) => fact.type !== 'agent.reported');
  supervisor.turn([...others, ...handed], 'mcc', `hook ${report.event}`);
  return { decision: 'block', reason: textOf(project, name, next) };
}

/** What the agent proves to have taken: by the ids in its prompt, or by what stands in its transcript. */
async function receipts(state: State, name: string, report: Report): Promise<Fact[]> {
  const inTranscript = report.transcript ? await standingIn(state, name, report.transcript) : [];
  const pending = new Set(pendingPosts(state, name).map((post) => post.message.id));
  const taken = [...new Set([...report.accepted, ...inTranscript])].filter((id) => pending.has(id));
  return taken.map((id) => ({ type: 'message.accepted', id }));
}

/** The queued posts to hand over now, in order; none while one that was handed over is not accepted yet. */
function nextPosts(pending: Post[]): Post[] {
  if (pending.some((post) => post.receipt === 'handed over')) return [];
  let size = 0;
  return pending.slice(0, most).filter((post, index) => {
    size += post.message.body.length;
    return index === 0 || size <= longest;
  });
}

/** Messages as an agent reads them. */
export const textOf = (project: Project, name: string, posts: Post[]): string =>
  posts
    .map((post) =>
      messageText(post.message, join(project.paths.inbox(name), 'new', `${post.message.id}.json`)),
    )
    .join('\n\n');
