import type { Placed } from '../core/arrange.ts';
import { statuses } from '../core/event.ts';
import { weigh } from '../core/evidence.ts';
import { type ListPane, sameFocus } from '../core/layout.ts';
import { isRunning } from '../core/state.ts';
import { box, type Frame } from './box.ts';
import { agentFrame, stripTitle } from './card.ts';
import { lookBackFoot } from './foot.ts';
import { keysOf, resolveWords } from './keymap.ts';
import { cutLine, fitted, type Line, line, span, spread, widthOf } from './line.ts';
import type { LookBack } from './look-back.ts';
import { entryPanel } from './overlay/entry.ts';
import { hintPanel } from './overlay/hints.ts';
import { pagePanel } from './overlay/page.ts';
import { palettePanel } from './overlay/palette.ts';
import { attentionItems, attentionRows } from './panes/attention.ts';
import { boardCount, boardRows } from './panes/board.ts';
import { logRows } from './panes/log.ts';
import type { Row } from './panes/pane.ts';
import { accent, bad, good, heading, quiet, statusMarks, strong, urgent } from './theme.ts';
import { inside, leastSize, type View } from './view.ts';

/** The chrome as lines of text: every pane's box, the strip, the status line, the overlay. Pure. */

/** The rows inside a list pane. */
export function listRows(view: View, pane: 'board' | 'attention' | 'log', cols: number, rows: number): Row[] {
  const { state, now, ui } = view;
  const chosen = sameFocus(ui.focus, { pane }) ? ui.chosen[pane] : undefined;
  const given = { state, now, cols, rows, chosen };
  if (pane === 'board') return boardRows(given);
  return pane === 'attention' ? attentionRows(given, ui.fresh) : logRows(given);
}

/** The keys that stand at the lower edge of a focused list, and what they do. */
const footKeys: Readonly<Record<ListPane, readonly (readonly [string, string])[]>> = {
  board: [
    ['enter', 'show'],
    ['v', 'review'],
    ['a', 'approve'],
    ['r', 'send back'],
    ['m', 'merge'],
  ],
  attention: [['enter', 'go there']],
  log: [
    ['enter', 'read'],
    ['s', 'send'],
    ['x', 'drop'],
  ],
};

/** The key at a column of that edge. */
export function footKeyAt(pane: ListPane, x: number): string | undefined {
  let at = 0;
  for (const key of footKeys[pane]) {
    const { length } = key.join(' ');
    if (x >= at && x < at + length) return key[0];
    at += length + 2;
  }
  return undefined;
}

function listFrame(view: View, pane: 'board' | 'attention' | 'log', focused: boolean): Frame {
  const name = (text: string) => line(span(text, focused ? strong : heading));
  const style = focused ? accent : quiet;
  const foot = focused ? line(span(footKeys[pane].map((key) => key.join(' ')).join('  '), quiet)) : [];
  if (pane === 'board') {
    return { title: name('board'), aside: line(span(boardCount(view.state), quiet)), foot, style };
  }
  if (pane === 'log') return { title: name('messages'), foot, style };
  const count = attentionItems(view.state, view.now).length;
  const calm = count === 0;
  return {
    title: line(...name('needs you'), !calm && span(` ${count}`, urgent)),
    foot: calm ? [] : foot,
    style: focused ? accent : calm ? quiet : urgent.color ? { color: urgent.color } : quiet,
  };
}

/** One pane with its frame; a terminal's inside is left blank, its program is drawn there. */
export function paneRows(view: View, placed: Placed): Line[] {
  const { cols, rows } = placed.rect;
  const focused = sameFocus(view.ui.focus, placed) && view.ui.mode.type !== 'palette';
  if ('pane' in placed) {
    const room = inside(placed.rect);
    const contents = listRows(view, placed.pane, room.cols, room.rows).map((row) => row.line);
    return box(listFrame(view, placed.pane, focused), contents, cols, rows);
  }
  const agent = view.state.agents[placed.agent];
  if (!agent) return box({ title: line(placed.agent), style: quiet }, [], cols, rows);
  const number = view.agents.indexOf(placed.agent) + 1;
  const scrolled = view.scrolled[placed.agent] ?? 0;
  const frame = agentFrame(view.state, agent, {
    usage: view.usage[agent.name],
    number,
    now: view.now,
    focused,
    cols,
    scrolled,
    leader: view.keymap.leader,
    resolve: keysOf(view.keymap, resolveWords),
  });
  const back = lookingBack(view, placed.agent);
  const aside = frame.footAside ?? [];
  const foot = back
    ? lookBackFoot(back, view.ui.selection?.agent === placed.agent, cols - 8 - widthOf(aside))
    : focused && view.ui.mode.type === 'resize'
      ? line(span('←↓↑→', strong), span(' move the border · esc', quiet))
      : (frame.foot ?? []);
  return box({ ...frame, foot }, isRunning(agent) ? [] : absent(view, placed, rows - 2), cols, rows);
}

/** The mode of looking back, while that is done in this agent's terminal. */
function lookingBack({ ui: { mode } }: View, agent: string): LookBack | null {
  const back = mode.type === 'leader' ? mode.over : mode.type === 'scroll' ? mode : null;
  return back?.agent === agent ? back : null;
}

/** What stands in the pane of an agent that does not run. */
function absent(view: View, placed: Placed & { agent: string }, rows: number): Line[] {
  const agent = view.state.agents[placed.agent];
  if (!agent) return [];
  const { status, reason } = weigh(agent, view.now);
  const mark = statusMarks[status];
  const asleep = status === 'suspended';
  const coming = agent.wanted && status !== 'crashed' && !asleep;
  const settled = status === 'exited' && !agent.session ? 'is not started' : `has ${mark.word}`;
  const how =
    status === 'unknown' ? 'does not run' : coming ? 'is starting' : asleep ? 'is suspended' : settled;
  const lines = [
    line(
      span(mark.symbol, mark.style),
      ` ${placed.agent} ${how}`,
      reason && reason !== 'not started' ? span(` (${reason})`, quiet) : null,
    ),
    coming
      ? []
      : line(span(`${view.keymap.leader} :  agent ${asleep ? 'wake' : 'start'} ${placed.agent}`, quiet)),
  ];
  const cols = placed.rect.cols - 2;
  const top = Math.max(0, Math.floor((rows - lines.length) / 2));
  return [
    ...Array.from({ length: top }, (): Line => []),
    ...lines.map((text) => line(' '.repeat(Math.max(0, Math.floor((cols - widthOf(text)) / 2))), ...text)),
  ];
}

/** What separates the pages in the strip. */
const pageRule = span('│ ', quiet);

/** The titles of the agents out of view, with the column each begins at; `room` is how many columns there are. */
function stripTitles(
  view: View,
  room: number,
): { titles: { agent: string; x: number; line: Line }[]; more: number } {
  const names = view.arrangement.strip?.agents ?? [];
  const { pages } = view.arrangement;
  const ruled = pages.some((page) => page.length > 1);
  const pageOf = (name: string) => pages.findIndex((page) => page.includes(name));
  const titles: { agent: string; x: number; line: Line }[] = [];
  let x = 1;
  for (const [index, name] of names.entries()) {
    const agent = view.state.agents[name];
    if (!agent) continue;
    const before = names[index - 1];
    const turns = ruled && before !== undefined && pageOf(before) !== pageOf(name);
    const title = stripTitle(agent, view.agents.indexOf(name) + 1, view.now);
    const whole = turns ? line(pageRule, ...title) : title;
    const after = index + 1 < names.length ? 5 : 0;
    if (x + widthOf(whole) + after > room) return { titles, more: names.length - index };
    titles.push({ agent: name, x, line: whole });
    x += widthOf(whole) + 3;
  }
  return { titles, more: 0 };
}

/** Agents without a pane, as titles; those that do not fit are counted. */
export function stripRow(view: View, cols: number): Line {
  const { titles, more } = stripTitles(view, cols);
  const shown = titles.flatMap((title) => line(...title.line, '   '));
  return fitted(line(' ', ...shown, more > 0 && span(`+${more}`, quiet)), cols);
}

/** The agent in the strip at a column. */
export const stripAgentAt = (view: View, x: number, cols: number): string | undefined =>
  stripTitles(view, cols).titles.find((title) => x >= title.x && x < title.x + widthOf(title.line))?.agent;

/** How many agents are in each state: `● 2  ◆ 1`. */
function counts(view: View): Line {
  const all = view.agents
    .flatMap((name) => view.state.agents[name] ?? [])
    .map((agent) => weigh(agent, view.now).status);
  return statuses.flatMap((status) => {
    const count = all.filter((one) => one === status).length;
    const mark = statusMarks[status];
    return count === 0 ? [] : line(span(`${mark.symbol} `, mark.style), span(`${count}  `, quiet));
  });
}

/** The right end of the last row: what needs the person, and the leader key. */
export function statusRight(view: View): Line {
  const { ui, state, size } = view;
  const needs = attentionItems(state, view.now).length;
  return line(
    ui.zoomed && span('zoom  ', accent),
    needs > 0 &&
      span(`◆ ${needs} ${size.cols < 90 ? '' : needs === 1 ? 'needs you ' : 'need you '} `, urgent),
    ...leaderWords(view),
  );
}

const leaderWords = ({ keymap, size }: View): Line =>
  line(span(keymap.leader, strong), span(size.cols >= 90 ? ' for commands ' : ' ', quiet));

/** The columns of the leader key at the end of the last row. */
export const leaderWidth = (view: View): number => widthOf(leaderWords(view));

/** The last row: the project at the left, or what was just said; the way to everything else at the right. */
export function statusRow(view: View): Line {
  const { ui, state, size } = view;
  const right = statusRight(view);
  if (ui.toast) {
    const { text, hint, tone } = ui.toast;
    const symbol = tone === 'done' ? span('✓', good) : span('✗', bad);
    const said = line(
      ' ',
      symbol,
      ' ',
      span(text, tone === 'refused' ? bad : {}),
      hint ? span(`  → ${hint}`, quiet) : null,
    );
    return spread(said, widthOf(said) + widthOf(right) > size.cols ? [] : right, size.cols);
  }
  const base = state.team
    ? `${state.team.base}${state.baseCommit ? ` ${state.baseCommit.slice(0, 7)}` : ''}`
    : '';
  const name = line(span(' mcc ', strong), span(' '), span(view.project));
  const room = size.cols - widthOf(right);
  // What fits, the fullest first.
  const left = [
    line(...name, span(` · ${base}   `, quiet), ...counts(view)),
    line(...name, '   ', ...counts(view)),
    line(' ', ...counts(view)),
  ].find((one) => widthOf(one) <= room);
  return spread(left ?? [], right, size.cols);
}

/** The overlay of the mode, as lines of its rectangle. */
export function overlayRows(view: View, cols: number, rows: number): Line[] {
  const { mode } = view.ui;
  switch (mode.type) {
    case 'leader':
      return hintPanel(view.keymap, cols, rows);
    case 'entry':
      return entryPanel(mode, cols, rows);
    case 'palette':
      return palettePanel(view, mode, cols, rows);
    case 'page':
      return pagePanel(mode, cols, rows);
    default:
      return [];
  }
}

/** What a terminal that is too small shows. */
export function tooSmallRows({ cols, rows }: { cols: number; rows: number }): Line[] {
  const texts = [
    `mcc needs ${leastSize.cols}×${leastSize.rows}`,
    `this terminal has ${cols}×${rows}`,
    'the agents go on',
  ];
  const top = Math.max(0, Math.floor((rows - texts.length) / 2));
  return [
    ...Array.from({ length: top }, (): Line => []),
    ...texts.map((text, index) =>
      cutLine(
        line(
          ' '.repeat(Math.max(0, Math.floor((cols - text.length) / 2))),
          span(text, index === 0 ? heading : quiet),
        ),
        cols,
      ),
    ),
  ].slice(0, rows);
}
