import { standing } from '../../commands/show.ts';

import {
  byPriority,
  isEnded,
  isFinished,
  isStuck,
  type State,
  type Task,
  waitsFor,
} from '../../core/state.ts';
import { fitted, type Line, line, type Span, span, spread } from '../line.ts';
import { bad, good, heading, quiet, type Stage, stageMarks, stages, urgent } from '../theme.ts';
import { type Pane, type Row, window } from './pane.ts';

/** From this width on the board has a column for every stage. */
const columnsFrom = 100;
/** Ended tasks that stay on the board. */
const keptEnded = 6;

/** Where on its way a task is. */
export function stageOf(state: State, task: Task): Stage {
  if (isEnded(task)) return 'done';
  if (state.merging?.task === task.id || task.status === 'approved') return 'merging';
  if (task.status === 'submitted') return 'review';
  return task.status === 'open' ? 'waits' : 'working';
}

/** The tasks of the board by stage: open ones by priority, of the ended ones the newest first. */
export function boardTasks(state: State): Record<Stage, Task[]> {
  const all = Object.values(state.tasks);
  const of = (stage: Stage) => all.filter((task) => stageOf(state, task) === stage);
  const ended = of('done').sort((a, b) => (b.at.ended ?? '').localeCompare(a.at.ended ?? ''));
  return {
    waits: of('waits').sort(byPriority),
    working: of('working').sort(byPriority),
    review: of('review').sort(byPriority),
    merging: of('merging').sort(byPriority),
    done: ended.slice(0, keptEnded),
  };
}

/** The order in which the list shows the stages: what moves first, what ended last. */
const listOrder: readonly Stage[] = ['merging', 'review', 'working', 'waits', 'done'];

function symbol(state: State, task: Task): Span {
  if (task.held && !isEnded(task)) return span('‖', urgent);
  if (isStuck(state, task)) return span('✗', bad);
  if (isEnded(task) && !isFinished(task)) return span('✗', task.status === 'failed' ? bad : quiet);
  const mark = stageMarks[stageOf(state, task)];
  return span(mark.symbol, isFinished(task) ? good : mark.style);
}

/** What stands at the right edge of a card: who has it, or what it waits for. */
function aside(state: State, task: Task): Line {
  const waits = waitsFor(state, task);
  if (task.status === 'open' && waits.length > 0)
    return line(span(`← ${waits.map(({ id }) => id).join(' ')}`, quiet));
  const gates =
    state.merging?.task === task.id ? task.gates.map(({ ok }) => span(ok ? '✓' : '✗', ok ? good : bad)) : [];
  return line(
    ...gates,
    gates.length > 0 && ' ',
    span(task.agent ?? task.to ?? (isEnded(task) ? '' : 'anyone'), quiet),
  );
}

/** Why a card does not go on, when there is something to say. */
function detail(state: State, task: Task): string | undefined {
  if (isEnded(task)) return undefined;
  if (task.held) return `held: ${task.held}`;
  if (isStuck(state, task)) return standing(state, task);
  const finding = task.findings.at(-1);
  return finding && stageOf(state, task) === 'working'
    ? `round ${task.round}, ${finding.kind}: ${finding.text}`
    : undefined;
}

const title = (task: Task): Span =>
  span(
    task.title,
    isEnded(task) ? quiet : task.priority === 'urgent' || task.priority === 'high' ? heading : {},
  );

function card(state: State, task: Task, cols: number, chosen: boolean): Row[] {
  const left = line(
    chosen ? span('▌', { color: 'cyan' }) : ' ',
    symbol(state, task),
    ' ',
    span(`${task.id} `, quiet),
    title(task),
  );
  const right = aside(state, task);
  const wide = cols >= 26;
  const rows: Row[] = [
    { line: wide ? spread(left, line(' ', ...right, ' '), cols) : fitted(left, cols), id: task.id },
  ];
  const why = detail(state, task);
  if (why)
    rows.push({
      line: fitted(line('   ', span(why, urgent.color ? { color: urgent.color } : {})), cols),
      id: task.id,
    });
  return rows;
}

function list({ state, cols, rows, chosen }: Pane): Row[] {
  const by = boardTasks(state);
  const groups = listOrder.filter((stage) => by[stage].length > 0);
  const cards = groups.map((stage) =>
    by[stage].flatMap((task) => card(state, task, cols, task.id === chosen)),
  );
  const count = cards.reduce((sum, group) => sum + group.length, 0);
  const roomy = count + groups.length <= rows;
  const airy = count + 2 * groups.length - 1 <= rows;
  const all = groups.flatMap((stage, index): Row[] => [
    ...(airy && index > 0 ? [{ line: [] }] : []),
    ...(roomy ? [{ line: fitted(line(' ', span(stageMarks[stage].word, quiet)), cols) }] : []),
    ...(cards[index] ?? []),
  ]);
  return window(all, rows, chosen);
}

function columns({ state, cols, rows, chosen }: Pane): Row[] {
  const by = boardTasks(state);
  const width = Math.floor(cols / stages.length);
  const built = stages.map((stage, index) => {
    const wide = index === stages.length - 1 ? cols - width * (stages.length - 1) : width;
    const mark = stageMarks[stage];
    const head = line(
      ' ',
      span(mark.symbol, mark.style),
      ' ',
      span(mark.word, heading),
      span(` ${by[stage].length || ''}`, quiet),
    );
    const cards = by[stage].flatMap((task): Row[] => [
      {
        line: fitted(
          line(
            task.id === chosen ? span('▌', { color: 'cyan' }) : ' ',
            span(`${task.id} `, quiet),
            title(task),
          ),
          wide - 1,
        ),
        id: task.id,
      },
      {
        line: fitted(
          line(
            '  ',
            ...(detail(state, task)
              ? [span(detail(state, task) ?? '', { color: 'yellow' })]
              : aside(state, task)),
          ),
          wide - 1,
        ),
        id: task.id,
      },
    ]);
    return { wide, rows: [{ line: head }, ...window(cards, rows - 1, chosen)] };
  });
  return Array.from({ length: rows }, (_, y) => {
    const parts = built.map(({ wide, rows: its }) => ({
      line: fitted(its[y]?.line ?? [], wide),
      id: its[y]?.id,
    }));
    const whole: Row = { line: parts.flatMap((part) => part.line) };
    return { ...whole, ids: parts.map(({ id }, index) => ({ x: index * width, id })) };
  });
}

/** The board's rows: a list, or a column for every stage where there is room. */
export function boardRows(pane: Pane): Row[] {
  if (Object.keys(pane.state.tasks).length === 0)
    return [
      { line: [] },
      { line: fitted(line(' ', span('no tasks yet', quiet)), pane.cols) },
      { line: fitted(line(' ', span('t new task · q ask the architect', quiet)), pane.cols) },
    ];
  return pane.cols >= columnsFrom ? columns(pane) : list(pane);
}

/** The ids of the board in the order in which the arrow keys walk through them. */
export function boardOrder(state: State): string[] {
  const by = boardTasks(state);
  return listOrder.flatMap((stage) => by[stage].map(({ id }) => id));
}

/** How much of the work is done: `3/5`. */
export function boardCount(state: State): string {
  const work = Object.values(state.tasks).filter(
    (task) => task.kind === 'work' && task.status !== 'cancelled',
  );
  return work.length === 0 ? '' : `${work.filter(isFinished).length}/${work.length}`;
}
