import { longestText, type Message } from './message.ts';
import {
  type Agent,
  childrenOf,
  type Excess,
  entry,
  isEnded,
  type Session,
  type State,
  type Task,
  waitsFor,
} from './state.ts';
import { bytesText } from './usage.ts';

/** The messages that mcc itself writes. Their ids are made from what they are about, so that none is sent twice. */

type Letter = Omit<Message, 'at'>;

const short = (commit: string | undefined): string => commit?.slice(0, 10) ?? '?';
/** A body of these lines, cut where it would be longer than a message may be: what was cut stands in the task. */
const lines = (...parts: (string | false | undefined)[]): string => {
  const text = parts.filter((part): part is string => typeof part === 'string' && part !== '').join('\n');
  return text.length <= longestText
    ? text
    : `${text.slice(0, longestText)}\n… (cut: mcc task show has the rest)`;
};
/** The first of a long text, for a line of a list. */
const brief = (text: string): string => (text.length <= 500 ? text : `${text.slice(0, 499)}…`);

/** The assignment of a task for its present round: the work itself first, the findings in later rounds. */
export function assignment(state: State, task: Task): Letter {
  const id = `assign-${task.id}-${task.round}`;
  const to = task.agent ?? task.to ?? '';
  const common = { id, from: 'mcc', to, kind: 'assignment' as const, task: task.id };
  if (task.kind === 'request') {
    return {
      ...common,
      subject: `Request ${task.id}: ${task.title}`,
      body: lines(
        `Request ${task.id}: ${task.title}`,
        task.text !== task.title && task.text,
        `Split it into tasks for the team: mcc task add "<title>" --to <agent> --parent ${task.id} [--needs <task>,…] [--text "…"].`,
        `You get a digest when they have ended; then answer: mcc task done ${task.id} --result "<answer>".`,
      ),
    };
  }
  const finding = task.findings.at(-1);
  if (finding) {
    const what = {
      rejected: 'was sent back by the reviewer',
      conflict: 'conflicts with the base branch',
      gates: 'failed a gate on the merged result',
      moved: 'moved after its approval',
      git: 'could not be merged',
      fence: 'changes files that are not yours',
    };
    return {
      ...common,
      subject: `Task ${task.id} ${what[finding.kind]}`,
      body: lines(
        `Task ${task.id} (${task.title}) ${what[finding.kind]}: ${finding.text}`,
        finding.files.length > 0 && `Files: ${finding.files.join(', ')}`,
        finding.kind === 'fence' &&
          `Take these changes back: git checkout ${short(task.base)} -- <file>, or git rm <file> for a new one.`,
        finding.kind === 'conflict' &&
          `Merge ${state.team?.base ?? 'the base branch'} into ${task.branch ?? 'your branch'} and resolve it; keep both sides' intent.`,
        `Mend it on ${task.branch ?? 'your branch'}, commit, and submit again: mcc task submit ${task.id} --summary "<what changed>".`,
      ),
    };
  }
  const needed = task.needs.flatMap((need) => entry(state.tasks, need) ?? []);
  return {
    ...common,
    subject: `Task ${task.id}: ${task.title}`,
    body: lines(
      `Task ${task.id}: ${task.title}`,
      task.text !== task.title && task.text,
      task.files.length > 0 && `Files: ${task.files.join(', ')}`,
      task.before?.branch !== undefined &&
        task.before.branch !== task.branch &&
        `${task.before.agent} began it: what it committed is on ${task.before.branch}; take over what is good.`,
      needed.length > 0 &&
        `Builds on: ${needed.map((it) => `${it.id} (${it.title}${it.summary ? `: ${brief(it.summary)}` : ''})`).join('; ')}`,
      `Your branch is ${task.branch ?? '?'}, started from ${short(task.base)}. Commit there, then: mcc task submit ${task.id} --summary "<what you did>". If nothing needs to change: mcc task done ${task.id} --result "<why>".`,
    ),
  };
}

/** Asks the architect to review what was submitted. */
export const review = (task: Task, architect: string): Letter => ({
  id: `review-${task.id}-${task.round}`,
  from: 'mcc',
  to: architect,
  kind: 'review',
  task: task.id,
  subject: `Review ${task.id}: ${task.title}`,
  body: lines(
    `Review ${task.id} (${task.title}) by ${task.agent ?? '?'}, commit ${short(task.commit)}: ${task.summary ?? ''}`,
    `Look: mcc review ${task.id}. Then: mcc approve ${task.id} --commit ${short(task.commit)}, or: mcc reject ${task.id} --reason "<what to change>".`,
  ),
});

/** Tells an agent that a task it has heard of is off. */
export const callOff = (task: Task, author: string): Letter => ({
  id: `off-${task.id}`,
  from: 'mcc',
  to: author,
  kind: 'report',
  task: task.id,
  subject: `Task ${task.id} is off`,
  body: `Task ${task.id} (${task.title}) is ${task.status}: ${task.reason ?? ''}\nStop working on it. Leave its worktree clean: commit what is worth keeping, drop the rest.`,
});

/** Tells who asked what came of a request. */
export const answer = (request: Task): Letter => ({
  id: `answer-${request.id}`,
  from: 'mcc',
  to: 'person',
  kind: 'report',
  task: request.id,
  subject: `Answer to ${request.id}: ${request.title}`,
  body: lines(request.result),
});

/** Tells whoever decides that a task failed, and what waits for it. */
export function failure(state: State, task: Task, to: string): Letter {
  const blocked = Object.values(state.tasks).filter((it) =>
    waitsFor(state, it).some((need) => need.id === task.id),
  );
  return {
    id: `failed-${task.id}`,
    from: 'mcc',
    to,
    kind: 'report',
    task: task.id,
    subject: `Task ${task.id} ${task.status}`,
    body: lines(
      `Task ${task.id} (${task.title}) ${task.status}: ${task.reason ?? ''}`,
      blocked.length > 0 && `Blocked by it: ${blocked.map((it) => `${it.id} (${it.title})`).join(', ')}.`,
      'Decide: add another task, or cancel what depends on it.',
    ),
  };
}

/** Ends of children that whoever has the request did not bring about: one more is worth another digest. */
const outcomes = (children: Task[]): number =>
  children.filter((it) => isEnded(it) && it.status !== 'cancelled').length;

/** Tells the architect that nothing of a request is under way any more. */
export function digest(state: State, request: Task, architect: string): Letter {
  const children = childrenOf(state, request.id);
  return {
    id: `digest-${request.id}-${children.length}-${outcomes(children)}`,
    from: 'mcc',
    to: architect,
    kind: 'digest',
    task: request.id,
    subject: `Request ${request.id}: ${children.every(isEnded) ? 'all tasks ended' : 'no task can go on'}`,
    body: lines(
      `No task of request ${request.id} (${request.title}) is under way any more:`,
      ...children.map((it) => `- ${it.id} ${it.title}: ${outcome(state, it)}`),
      `Answer the request: mcc task done ${request.id} --result "<answer>", or add what is missing.`,
    ),
  };
}

/** How a task ended, or what keeps it from starting. */
function outcome(state: State, task: Task): string {
  if (!isEnded(task)) {
    const waits = waitsFor(state, task).map((it) => `${it.id}, which is ${it.status}`);
    return `cannot start, it needs ${waits.join('; ')}`;
  }
  const said =
    task.status === 'cancelled' || task.status === 'failed' ? task.reason : (task.result ?? task.summary);
  return `${task.status}${task.merged ? ` at ${short(task.merged)}` : ''}. ${brief(said ?? '')}`.trim();
}

/** The id of the letter that sets a session going. */
export const resumeId = (session: string): string => `resume-${session}`;

/** Sets an agent going again after its session was started anew. */
export const goOn = (agent: string, session: Session, tasks: Task[], reviews: Task[]): Letter => ({
  id: resumeId(session.id),
  from: 'mcc',
  to: agent,
  kind: 'nudge',
  subject: 'Go on after the restart',
  body: lines(
    session.resumed
      ? 'Your session was restarted with its conversation.'
      : 'Your session was started anew, without its conversation: `mcc task show <task>` says what each task is.',
    tasks.length > 0 &&
      `Still open for you: ${tasks
        .map((task) => `${task.id} (${task.title}${task.branch ? `, branch ${task.branch}` : ''})`)
        .join('; ')}. Look at what is already there, then go on.`,
    reviews.length > 0 &&
      `Waiting for your review: ${reviews.map((task) => `${task.id} (${task.title}): mcc review ${task.id}`).join('; ')}.`,
  ),
});

/** Reminds an agent of work that it has taken up, while it is idle. */
export function reminder(
  task: Task,
  agent: string,
  {
    id,
    review,
    minutes,
    decides,
  }: { id: string; review: boolean; minutes: number; decides: string | undefined },
): Letter {
  const asks = decides === undefined || decides === agent ? 'person' : decides;
  const how =
    task.kind === 'request'
      ? `mcc task done ${task.id} --result "<answer>", or add what is missing`
      : `mcc task submit ${task.id} --summary "<what you did>"`;
  return {
    id,
    from: 'mcc',
    to: agent,
    kind: 'nudge',
    task: task.id,
    subject: `${task.id} waits for you`,
    body: lines(
      review
        ? `${task.id} (${task.title}) waits for your review, and you have been idle for ${minutes} min: mcc review ${task.id}, then approve or reject it.`
        : `You have been idle for ${minutes} min with ${task.id} (${task.title}) in hand. Go on with it; when it is finished: ${how}.`,
      `If you wait for an answer or cannot go on, say what you need: mcc send ${asks} "<what>".`,
    ),
  };
}

/** Tells whoever decides that an agent has work in hand and does nothing, although it was reminded. */
export const silence = (
  task: Task,
  agent: string,
  { id, to, sent, minutes }: { id: string; to: string; sent: number; minutes: number },
): Letter => ({
  id,
  from: 'mcc',
  to,
  kind: 'report',
  task: task.id,
  subject: `${agent} is silent with ${task.id} in hand`,
  body: lines(
    `${agent} was reminded ${sent === 1 ? 'once' : `${sent} times`} of ${task.id} (${task.title}) and has been idle for ${minutes} min.`,
    `Ask what it needs: mcc send ${agent} "<question>" --task ${task.id}. Or end it: mcc task cancel ${task.id} --reason "<why>", and add it anew for another agent.`,
  ),
});

/** Tells whoever decides that an agent crashes again and again, and what becomes of its work. */
export function crashing(agent: Agent, session: Session, tasks: Task[], to: string): Letter {
  const { code, signal } = session.exit ?? {};
  return {
    id: `crashed-${session.id}`,
    from: 'mcc',
    to,
    kind: 'report',
    subject: `${agent.name} crashed ${agent.crashes} times and is not started again`,
    body: lines(
      `${agent.name} crashed ${agent.crashes} times in a row, the last time with ${signal ? `signal ${signal}` : `code ${code ?? '?'}`}. It is not started again by itself.`,
      ...tasks.map(whereabouts),
      `Try once more: mcc agent start ${agent.name}. Or give its work to another: mcc task move <task> --to <agent>.`,
    ),
  };
}

/** Where the work of an agent that is down has gone. */
function whereabouts({ id, title, agent, to, before }: Task): string {
  const now =
    agent !== undefined ? `is with ${agent} now` : to === undefined ? 'is open again' : `waits for ${to}`;
  return `${id} (${title}) ${now}${before?.branch ? `; what was committed is on ${before.branch}` : ''}.`;
}

/** Tells an agent that had a task that another has it now. */
export const takenOver = (task: Task, agent: string): Letter => ({
  id: `over-${task.id}-${task.round}`,
  from: 'mcc',
  to: agent,
  kind: 'report',
  task: task.id,
  subject: `Task ${task.id} is with ${task.agent}`,
  body: `Task ${task.id} (${task.title}) was taken from you while you were down, and ${task.agent} has it now. Leave it alone; commit what is worth keeping.`,
});

/** `5.1 GB of memory, of the 4.0 GB that it may` */
export function excessText(limit: string, { used, most }: Excess): string {
  if (limit === 'memory') return `${bytesText(used)} of memory, of the ${bytesText(most)} that it may`;
  return limit === 'cpu'
    ? `${used}% of CPU, of the ${most}% that it may`
    : `${used} processes, of the ${most} that it may`;
}

/** Tells an agent why one of its processes ended. */
export const endedForMemory = (agent: string, excess: Excess): Letter => ({
  id: `limit-${agent}-${Date.parse(excess.at)}`,
  from: 'mcc',
  to: agent,
  kind: 'note',
  subject: 'A process of yours was ended for its memory',
  body: lines(
    `${excess.ended ?? 'a process'} was ended: with all that you started you take ${excessText('memory', excess)}.`,
    'Find out why it needs so much before you run it again, or run it on less at a time.',
  ),
});

/** Tells the architect that an agent itself is over its memory. */
export const overMemory = (agent: string, excess: Excess, architect: string): Letter => ({
  id: `limit-${agent}-${Date.parse(excess.at)}`,
  from: 'mcc',
  to: architect,
  kind: 'note',
  subject: `${agent} is over its memory`,
  body: lines(
    `${agent} takes ${excessText('memory', excess)}, and no single command of it is to blame.`,
    'The person is told too. Give it nothing large until it was restarted.',
  ),
});
