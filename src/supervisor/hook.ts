import { join } from 'node:path';
import { messagesText, type Report } from '../agents/index.ts';
import { factsOf, nextPosts, settled } from '../core/delivery.ts';
import type { Fact } from '../core/event.ts';
import { entry, type Post, pendingPosts, type State } from '../core/state.ts';
import { factsOfHook } from './evidence.ts';
import { fenceAnswer } from './fence.ts';
import { askPermission, inputOf, permissionsOver, verdictOf } from './permission.ts';
import type { Project } from './project.ts';
import type { Terminal } from './terminal.ts';
import { acceptedIn } from './transcript.ts';

/** A CLI writes its transcript a moment after it goes on: so long until what is missing there counts as not taken, in ms. */
const writtenMs = 500;

/** What a rule answered the CLI still shows as its dialog for so long at most, on a busy machine too; in ms. */
const ruledMs = 3_000;

/** The answer of a hook: what the turn goes on with, nothing, or what comes later. */
type Reply = { held?: never; decision?: 'block'; reason?: string } | { held: object | Promise<object> };

/**
 * Takes one hook body of a session and returns the answer. At the end of a turn it hands over what is queued. To be
 * called for one body of a session after the other; a permission that is asked does not hold up those after it.
 * @returns the answer, or in `held` the answer that comes later
 */
export async function readHook(
  project: Project,
  name: string,
  session: string,
  body: unknown,
): Promise<Reply> {
  const { supervisor } = project;
  const terminal = supervisor.terminals.get(name);
  if (terminal?.id !== session) return {};
  const report = terminal.kind.hook(body);
  if (!report) {
    project.note('warn', 'a hook body that is none', { agent: name });
    return {};
  }
  if (report.event === 'SessionStart') {
    const said = JSON.stringify(body);
    // Heard a second time, later, it would make an agent idle that has begun to work.
    if (said === terminal.began) return {};
    terminal.began = said;
  }
  terminal.heardAt = Date.now();
  const cause = `hook ${report.event}`;
  const receipts = await settle(project, terminal, report);
  const agent = supervisor.state.agents[name];
  if (agent?.session?.id !== session || agent.session.exit) return {};
  const over = permissionsOver(project, session, report);
  const facts = [
    ...receipts,
    ...over,
    ...factsOfHook(agent, report),
    ...terminal.toolLoop.take(agent, report, inputOf(body)),
  ];
  if (report.event === 'PermissionRequest' && report.needs === 'permission') {
    const verdict = verdictOf(project, name, report);
    terminal.ruledUntil = verdict.decision === 'ask' ? 0 : Date.now() + ruledMs;
    // What a rule answers needs nobody: the agent stays at work.
    const told = facts.filter((fact) => verdict.decision === 'ask' || fact.type !== 'agent.reported');
    supervisor.turn(told, 'mcc', cause);
    return { held: askPermission(project, name, session, report, body, verdict) };
  }
  const fence = report.touches ? fenceAnswer(project, name, report.touches) : null;
  if (!fence) project.foreign.heard(name, report);
  terminal.turns.emit(report);
  // What the turn that ended proves comes first: the next messages wait for those before them.
  supervisor.turn(
    facts.filter((fact) => !report.turnEnded || fact.type !== 'agent.reported'),
    'mcc',
    cause,
  );
  if (fence) return { held: fence };
  if (!report.turnEnded) return {};
  const next = supervisor.draining ? [] : nextPosts(pendingPosts(supervisor.state, name));
  if (next.length === 0) {
    supervisor.turn(
      facts.filter((fact) => fact.type === 'agent.reported'),
      'mcc',
      cause,
    );
    return {};
  }
  for (const { message } of next) terminal.turns.unproved.add(message.id);
  // The turn goes on with the messages, so the agent stays at work.
  supervisor.turn(
    next.map((post): Fact => ({ type: 'message.handed', id: post.message.id, route: 'hook', session })),
    'mcc',
    cause,
  );
  return { decision: 'block', reason: textOf(project, name, next) };
}

/**
 * What the agent proves to have taken: by the ids in its prompt, or by what stands in its transcript. A message that was
 * given as the answer of a hook, and of which there is no word at the end of the next turn, has not arrived: it is
 * queued again.
 */
async function settle({ supervisor }: Project, terminal: Terminal, report: Report): Promise<Fact[]> {
  const { transcript, turnEnded, continued = false, accepted: prompted } = report;
  const { unproved } = terminal.turns;
  const open = openPosts(supervisor.state, terminal);
  const asked = open.filter((post) => post.receipt !== 'queued' && !prompted.includes(post.message.id));
  const messages = asked.map(({ message }) => message);
  const read = async (): Promise<Set<string> | null> => {
    if (!transcript) return null;
    return asked.length > 0 ? acceptedIn(transcript, messages) : new Set();
  };
  let written = await read();
  if (turnEnded && !continued && written && messages.some(({ id }) => !written?.has(id))) {
    await new Promise((done) => setTimeout(done, writtenMs));
    written = await read();
  }
  const outcome = settled(open, { prompted, written, ended: turnEnded, continued });
  for (const { message } of [...outcome.taken, ...outcome.lost]) unproved.delete(message.id);
  return factsOf(outcome);
}

/** What the agent may have taken by now: what waits, and what it has answered before it was proved that it had it. */
function openPosts(state: State, { agent, turns }: Terminal): Post[] {
  const answered = [...turns.unproved].flatMap((id) => entry(state.posts, id) ?? []);
  return [...answered.filter(({ receipt }) => receipt === 'answered'), ...pendingPosts(state, agent)];
}

/** Messages as an agent reads them. */
export const textOf = (project: Project, name: string, posts: readonly Post[]): string =>
  messagesText(posts.map((post) => ({ message: post.message, about: aboutOf(project, name, post) })));

/** What is known of a message beside its text. */
export const aboutOf = (project: Project, name: string, { message, by, again }: Post) => ({
  file: join(project.paths.inbox(name), 'new', `${message.id}.json`),
  byAgent: by.startsWith('agent:'),
  again: again !== undefined,
  long: project.team.messages.long,
});
