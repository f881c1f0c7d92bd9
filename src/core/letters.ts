import type { Message } from './message.ts';
import { childrenOf, type State, type Task, waitsFor } from './state.ts';

/** The messages that mcc itself writes. Their ids are made from what they are about, so that none is sent twice. */

type Letter = Omit<Message, 'at'>;

const short = (commit: string | undefined): string => commit?.slice(0, 10) ?? '?';
const lines = (...parts: (string | false | undefined)[]): string =>
  parts.filter((part): part is string => typeof part === 'string' && part !== '').join('\n');

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
    };
    return {
      ...common,
      subject: `Task ${task.id} ${what[finding.kind]}`,
      body: lines(
        `Task ${task.id} (${task.title}) ${what[finding.kind]}: ${finding.text}`,
        finding.files.length > 0 && `Files: ${finding.files.join(', ')}`,
        finding.kind === 'conflict' &&
          `Merge ${state.team?.base ?? 'the base branch'} into ${task.branch ?? 'your branch'} and resolve it; keep both sides' intent.`,
        `Mend it on ${task.branch ?? 'your branch'}, commit, and submit again: mcc task submit ${task.id} --summary "<what changed>".`,
      ),
    };
  }
  const needed = task.needs.flatMap((need) => state.tasks[need] ?? []);
  return {
    ...common,
    subject: `Task ${task.id}: ${task.title}`,
    body: lines(
      `Task ${task.id}: ${task.title}`,
      task.text !== task.title && task.text,
      task.files.length > 0 && `Files: ${task.files.join(', ')}`,
      needed.length > 0 &&
        `Builds on: ${needed.map((it) => `${it.id} (${it.title}${it.summary ? `: ${it.summary}` : ''})`).join('; ')}`,
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

/** Tells the architect that a task ended badly, and what waits for it. */
export function failure(state: State, task: Task, architect: string): Letter {
  const blocked = Object.values(state.tasks).filter((it) =>
    waitsFor(state, it).some((need) => need.id === task.id),
  );
  return {
    id: `failed-${task.id}`,
    from: 'mcc',
    to: architect,
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

/** Tells the architect that every task of a request has ended. */
export function digest(state: State, request: Task, architect: string): Letter {
  const children = childrenOf(state, request.id);
  return {
    id: `digest-${request.id}-${children.length}`,
    from: 'mcc',
    to: architect,
    kind: 'digest',
    task: request.id,
    subject: `Request ${request.id}: all tasks ended`,
    body: lines(
      `All tasks of request ${request.id} (${request.title}) have ended:`,
      ...children.map(
        (it) =>
          `- ${it.id} ${it.title}: ${it.status}${it.merged ? ` at ${short(it.merged)}` : ''}. ${it.result ?? it.summary ?? it.reason ?? ''}`,
      ),
      `Answer the request: mcc task done ${request.id} --result "<answer>", or add what is missing.`,
    ),
  };
}

/** Sets an agent going again after its session was started anew. */
export const goOn = (agent: string, session: string, tasks: Task[]): Letter => ({
  id: `resume-${session}`,
  from: 'mcc',
  to: agent,
  kind: 'nudge',
  subject: 'Go on after the restart',
  body: `Your session was restarted with its conversation. Still open for you: ${tasks
    .map((task) => `${task.id} (${task.title}${task.branch ? `, branch ${task.branch}` : ''})`)
    .join('; ')}. Look at what is already there, then go on.`,
});
