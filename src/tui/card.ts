import { standing } from '../commands/show.ts';
import { needsPerson, weigh } from '../core/evidence.ts';
import { type Agent, isRunning, pendingPosts, type State, taskOf } from '../core/state.ts';
import { type Usage, usageText } from '../core/usage.ts';
import type { Frame } from './box.ts';
import { lookBackAside } from './foot.ts';
import { clip, cutLine, type Line, line, type Span, span, widthOf } from './line.ts';
import { accent, bad, good, quiet, statusMarks, strong } from './theme.ts';

/** A pane's frame is the card of its agent: who, in what state and why, at what, how far from the base. */

interface Part {
  readonly side: 'left' | 'right';
  /** the smallest is given up last */
  readonly rank: number;
  readonly spans: Line;
}

/** A pane whose agent waits for the person is seen from afar. */
const waitingFrame = { color: 'yellow' } as const;

const dot = span(' · ', quiet);

function stateParts(state: State, agent: Agent, number: number, now: number, focused: boolean): Part[] {
  const { status, reason } = weigh(agent, now);
  const mark = statusMarks[status];
  const name = focused ? strong : {};
  const task = taskOf(state, agent.name);
  return [
    {
      side: 'left',
      rank: 0,
      spans: line(
        span(`${number} `, focused ? accent : quiet),
        span(agent.name, name),
        ' ',
        span(mark.symbol, mark.style),
      ),
    },
    { side: 'left', rank: 1, spans: line(span(` ${mark.word}`, mark.style)) },
    ...(reason
      ? [
          {
            side: 'left' as const,
            rank: needsPerson(status) ? 2 : 3,
            spans: line(span(`: ${reason}`, mark.style)),
          },
        ]
      : []),
    ...(task
      ? [
          {
            side: 'left' as const,
            rank: needsPerson(status) ? 3 : 2,
            spans: line(dot, span(task.id, {}), ...standingMark(state, task.status, standing(state, task))),
          },
          { side: 'left' as const, rank: 5, spans: line(span(` ${task.title}`, quiet)) },
        ]
      : []),
  ];
}

/** On the way to the base branch the task's standing says more than the agent's state. */
const standingMark = (_state: State, status: string, words: string): Span[] =>
  ['submitted', 'approved'].includes(status) ? [span(` ${words}`, accent)] : [];

function branchParts(agent: Agent, busy: boolean): Part[] {
  const tree = agent.worktree;
  if (!tree) return [];
  const counts = line(
    tree.ahead > 0 && span(` ↑${tree.ahead}`, quiet),
    tree.behind > 0 && span(` ↓${tree.behind}`, busy ? { color: 'yellow' } : quiet),
    tree.insertions > 0 && span(` +${tree.insertions}`, good),
    tree.deletions > 0 && span(` −${tree.deletions}`, bad),
    tree.dirty > 0 && span(` *${tree.dirty}`, { color: 'yellow' }),
  );
  return [
    { side: 'right', rank: 6, spans: line(span(tree.branch, quiet)) },
    { side: 'right', rank: 4, spans: counts },
  ];
}

/** What it takes of the machine; the last thing that a narrow pane has room for. */
const usageParts = (usage: Usage | undefined): Part[] =>
  usage ? [{ side: 'right', rank: 7, spans: line(span(` ${usageText(usage)} `, quiet)) }] : [];

/** The parts that fit `cols` columns, in their order; the last one of the left may be shortened. */
function choose(parts: readonly Part[], cols: number): { left: Line; right: Line } {
  const kept = new Map<Part, Line>();
  let room = cols - 8; // corners, the blanks around two titles, and a rule between them
  for (const part of [...parts].sort((a, b) => a.rank - b.rank)) {
    const width = widthOf(part.spans);
    if (width <= room) {
      kept.set(part, part.spans);
      room -= width;
    } else if (part.side === 'left' && room >= 10) {
      const [first] = part.spans;
      if (part.spans.length === 1 && first) {
        kept.set(part, [{ text: clip(first.text, room), style: first.style }]);
        room = 0;
      }
    }
  }
  const of = (side: Part['side']) =>
    parts.filter((part) => part.side === side).flatMap((part) => kept.get(part) ?? []);
  return { left: of('left'), right: trimStart(of('right')) };
}

const trimStart = (spans: Line): Line => {
  const [first, ...rest] = spans;
  return first ? [{ text: first.text.trimStart(), style: first.style }, ...rest] : spans;
};

/** Messages that wait for the agent, why they are not handed over, and the keys that resolve it. */
function waiting(state: State, name: string, keys: string | undefined): Line {
  const posts = pendingPosts(state, name);
  if (posts.length === 0) return [];
  const held = posts.find((post) => post.held);
  // A dialog, a draft and a turn are in the way until they are over: no key helps.
  const helps = held?.receipt === 'handed over' || /^(you are typing|it is unknown)/.test(held?.held ?? '');
  const resolve = keys !== undefined && helps ? ` (${keys})` : '';
  return line(
    span(
      `✉ ${posts.length}${held ? ` held${resolve}: ${held.held}` : ' on the way'}`,
      held ? { color: 'yellow' } : quiet,
    ),
  );
}

/** How an agent that ended is started again. */
const ended = (agent: Agent, now: number, leader: string): Line =>
  agent.session?.exit && ['crashed', 'exited'].includes(weigh(agent, now).status)
    ? line(span(`${leader} : agent start ${agent.name}`, quiet))
    : [];

/** Two things in one edge of so many columns: the first gives way, down to what still says something. */
function beside(first: Line, second: Line, cols: number): Line {
  if (first.length === 0 || second.length === 0) return [...first, ...second];
  const room = cols - widthOf(second) - widthOf([dot]);
  return room >= 12 ? [...cutLine(first, room), dot, ...second] : first;
}

/** The frame of an agent's pane, `cols` wide. `scrolled` is how many lines it is looked back. */
export function agentFrame(
  state: State,
  agent: Agent,
  look: {
    number: number;
    now: number;
    focused: boolean;
    cols: number;
    scrolled: number;
    leader: string;
    /** the keys that resolve a held message of the focused agent */
    resolve?: string | undefined;
    usage?: Usage | undefined;
  },
): Frame {
  const { number, now, focused, cols, scrolled } = look;
  const { left, right } = choose(
    [
      ...stateParts(state, agent, number, now, focused),
      ...usageParts(isRunning(agent) ? look.usage : undefined),
      ...branchParts(agent, taskOf(state, agent.name) !== undefined),
    ],
    cols,
  );
  return {
    title: left,
    aside: right,
    foot: beside(
      waiting(state, agent.name, focused ? look.resolve : undefined),
      ended(agent, now, look.leader),
      cols - 4,
    ),
    footAside: lookBackAside(scrolled),
    style: focused ? accent : needsPerson(weigh(agent, now).status) ? waitingFrame : quiet,
  };
}

/** An agent as a title in the strip: `2 backend ●`. */
export function stripTitle(agent: Agent, number: number, now: number): Line {
  const mark = statusMarks[weigh(agent, now).status];
  return line(span(`${number} `, quiet), span(`${agent.name} `), span(mark.symbol, mark.style));
}
