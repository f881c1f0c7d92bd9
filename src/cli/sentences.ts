import { permissionLine } from '../commands/permission.ts';
import { attention, standing } from '../commands/show.ts';
import { needsPerson, weigh } from '../core/evidence.ts';
import { type Agent, isEnded, type Post, type State, type Task, taskOf } from '../core/state.ts';

/** What is said of the team in words: one sentence a thing, for ears and for lines. Pure. */

export interface Sentence {
  readonly about: 'agent' | 'task' | 'message' | 'waiting' | 'note';
  readonly text: string;
  /** the command that leads on, as it is given in line mode */
  readonly hint?: string;
  readonly agent?: string;
  readonly task?: string;
}

/** By what each is about. A sentence is worth saying when it was not there before, or reads otherwise. */
export type Sentences = ReadonlyMap<string, Sentence>;

/** More of a message, a result or a reason is not read out; in characters. */
const longest = 400;

/** Everything that can be said of a state. What waits for the person stands for itself: nothing is said twice. */
export function sentencesOf(state: State, now: number): Sentences {
  const waiting = attention(state, now).map((item) => waitingFor(state, item));
  const agents = Object.values(state.agents).filter((agent) => agent.declared);
  const all = new Map([
    ...agents.map((agent) => [`agent ${agent.name}`, ofAgent(state, agent, now)] as const),
    ...Object.values(state.tasks).map((task) => [`task ${task.id}`, ofTask(state, task)] as const),
    ...Object.values(state.posts).flatMap(ofPost),
    ...state.notes.map((note) => [`note ${note.at} ${note.text}`, ofNote(note)] as const),
  ]);
  for (const one of waiting) {
    const subject = one.task ? `task ${one.task}` : one.agent ? `agent ${one.agent}` : one.hint;
    all.delete(subject);
    all.set(`waiting: ${subject}`, one);
  }
  return all;
}

/** How things stand, for whoever comes in: agents, open tasks, and what waits. History is not told again. */
export function overview(state: State, now: number): Sentence[] {
  const open = (one: Sentence) => one.task === undefined || !isOver(state, one.task);
  return [...sentencesOf(state, now).values()].filter(
    (one) => one.about === 'waiting' || one.about === 'agent' || (one.about === 'task' && open(one)),
  );
}

const isOver = (state: State, id: string): boolean => {
  const task = state.tasks[id];
  return task !== undefined && isEnded(task);
};

/** What is new or reads otherwise, in order. Letters to the person are read out themselves, so not counted as well. */
export const changes = (before: Sentences, after: Sentences): Sentence[] =>
  [...after]
    .filter(([key, { text, hint }]) => before.get(key)?.text !== text && hint !== 'inbox person')
    .map(([, sentence]) => sentence);

function ofAgent(state: State, agent: Agent, now: number): Sentence {
  const { status, reason } = weigh(agent, now);
  const task = taskOf(state, agent.name);
  const words = {
    ...{
      starting: 'is starting',
      idle: 'is idle',
      working: 'is working',
      background: 'is idle, with work in the background',
      done: 'is done',
      exited: 'is not running',
    },
    ...{
      'needs-you': 'needs you',
      stalled: 'has stalled',
      suspended: 'is suspended',
      crashed: 'has crashed',
      unknown: 'is in no known state',
    },
  };
  const on = task && status === 'working' ? ` on ${task.id}` : '';
  const text = `${agent.name} ${words[status]}${on}${reason && !needsPerson(status) ? `: ${reason}` : ''}`;
  return { about: 'agent', text: oneLine(text), agent: agent.name };
}

function ofTask(state: State, task: Task): Sentence {
  const who = task.agent ?? task.to;
  const outcome = task.result ?? task.reason;
  const said = isEnded(task) && outcome ? `: ${outcome}` : '';
  const text = `${task.id}, ${task.title}, ${standing(state, task)}${who ? `, ${who}` : ''}${said}`;
  return { about: 'task', text: oneLine(text), task: task.id };
}

/** What people and agents say to each other; what mcc itself writes says nothing that a task does not, and what is held needs the person. */
function ofPost(post: Post): [string, Sentence][] {
  const { id, from, to, subject, body } = post.message;
  const held = heldOf(post);
  if (from === 'mcc' || from === 'person') return held;
  const text = to === 'person' ? `message from ${from}: ${body}` : `${from} to ${to}: ${subject ?? body}`;
  return [[`message ${id}`, { about: 'message', text: oneLine(text), hint: `inbox ${id}` }], ...held];
}

/** Why a message waits, where that is not the turn in hand alone; what nobody can know stands among what waits. */
function heldOf({ held, receipt, message: { id, to } }: Post): [string, Sentence][] {
  if (held === undefined || receipt !== 'queued' || held === 'it is working') return [];
  const text = oneLine(`message ${id} for ${to} waits: ${held}`);
  return [[`held ${id}`, { about: 'message', text, hint: `message resolve ${id}` }]];
}

const ofNote = ({ text, hint }: { text: string; hint?: string }): Sentence => ({
  about: 'note',
  text: oneLine(`note: ${text}`),
  ...(hint === undefined ? {} : { hint: asGiven(hint) }),
});

function waitingFor(
  state: State,
  { text, hint, agent, task }: ReturnType<typeof attention>[number],
): Sentence & { hint: string } {
  const asked = Object.values(state.permissions).find((one) => task === undefined && one.agent === agent);
  return {
    about: 'waiting',
    text: oneLine(asked ? permissionLine(asked) : text),
    hint: asked
      ? `allow ${asked.agent}, or deny ${asked.agent}, or permissions ${asked.agent}`
      : asGiven(hint),
    ...(agent === undefined ? {} : { agent }),
    ...(task === undefined ? {} : { task }),
  };
}

/** A command as it is given here: without the program's name. */
export const asGiven = (hint: string): string => hint.replace(/\bmcc /g, '');

/** Text on one line, of a bearable length, and without anything that a terminal would act on. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
