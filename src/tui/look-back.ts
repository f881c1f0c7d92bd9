import { refuse } from '../core/refusal.ts';
import { glyphs } from '../term/graphemes.ts';
import {
  bounds,
  find,
  glyphAt,
  isBefore,
  lineAround,
  type Place,
  type Range,
  textBetween,
  type Viewed,
  wordAround,
} from '../term/reading.ts';
import { type Editor, editKey, emptyEditor, insert } from './editor.ts';
import {
  type Effect,
  type Mode,
  refuseTo,
  type Scene,
  type Selection,
  type Step,
  say,
  still,
  typing,
  type Ui,
  withMode,
} from './ui.ts';

/** Looking back in a terminal: search, a cursor for the keys, what is selected and copied. Pure, as all of the reducer. */

export type LookBack = Mode & { type: 'scroll' };

/** The words that are looked for. */
export interface Search {
  readonly line: Editor;
  /** towards the older lines */
  readonly back: boolean;
  /** the line is still being typed */
  readonly open: boolean;
  /** where it began, and how far the terminal was looked back then */
  readonly from: Place;
  readonly scrolled: number;
  readonly found: Range | null;
  /** letters that were nowhere; '' for none */
  readonly nowhere: string;
  /** it went on at the other end of the history */
  readonly around: boolean;
}

export const lookBack = (agent: string, wheel = false): LookBack => ({
  type: 'scroll',
  agent,
  wheel,
  search: null,
  cursor: null,
});

/** The mode of looking back by keys in an agent's terminal: the present one, or a new one. */
const modeFor = (ui: Ui, agent: string): LookBack =>
  ui.mode.type === 'scroll' && ui.mode.agent === agent ? { ...ui.mode, wheel: false } : lookBack(agent);

const agentOf = (ui: Ui): string | undefined => (ui.focus && 'agent' in ui.focus ? ui.focus.agent : ui.agent);

const reveal = (agent: string, line: number): Effect => ({ type: 'scroll', agent, by: { line } });
const bottom = (agent: string): Effect => ({ type: 'scroll', agent, by: 'bottom' });

/** The focused terminal and its text; a refusal in the ui when there is none. */
function withReading(ui: Ui, scene: Scene, then: (agent: string, reading: Viewed) => Step): Step {
  const agent = agentOf(ui);
  const reading = agent === undefined ? undefined : scene.reading(agent);
  if (agent === undefined || !reading)
    return still(refuseTo(ui, refuse('no terminal has the focus', 'focus 1')));
  return then(agent, reading);
}

/** Opens the line for the words to look for, or looks for those given. */
export const openSearch = (ui: Ui, words: string, back: boolean, scene: Scene): Step =>
  withReading(ui, scene, (agent, reading) => {
    const { top, shed, size } = reading;
    const mode = modeFor(ui, agent);
    const edge = { line: shed + top + (back ? size.rows : 0), x: 0 };
    const search: Search = {
      line: emptyEditor,
      ...{ back, open: words === '', from: mode.cursor ?? edge, found: null, around: false, nowhere: '' },
      scrolled: reading.history - top,
    };
    if (words === '') return still(withMode(ui, { ...mode, search }));
    return seek(ui, mode, { ...search, line: { text: words, at: words.length } }, search.from, reading);
  });

/** Looks from a place on, and at the other end when there is nothing more; the view goes to what is found. */
function seek(ui: Ui, mode: LookBack, search: Search, from: Place, reading: Viewed): Step {
  const words = search.line.text;
  const { first, last } = bounds(reading);
  // More letters of what is nowhere are nowhere either.
  const hopeless = search.nowhere !== '' && words.startsWith(search.nowhere);
  const ahead = hopeless ? null : find(reading, words, from, search.back);
  const other = search.back ? { line: last + 1, x: 0 } : { line: first, x: 0 };
  const found = ahead ?? (hopeless ? null : find(reading, words, other, search.back, from.line));
  const nowhere = found ? '' : hopeless ? search.nowhere : words;
  const around = found !== null && !ahead;
  const after: LookBack = { ...mode, search: { ...search, found, around, nowhere } };
  if (!found)
    return {
      ui: withMode(ui, after),
      effects: search.open ? [{ type: 'scroll', agent: mode.agent, by: { back: search.scrolled } }] : [],
    };
  const moved = mode.cursor ? moveTo(withMode(ui, after), after, found.start) : still(withMode(ui, after));
  return { ui: moved.ui, effects: [reveal(mode.agent, found.start.line)] };
}

/** One key while the words are typed: the view follows with every letter. */
export function pressSearch(
  ui: Ui,
  mode: LookBack,
  search: Search,
  key: { key: string; text?: string },
  scene: Scene,
): Step {
  const reading = scene.reading(mode.agent);
  if (!reading) return still(withMode(ui, typing));
  const empty = search.line.text === '';
  if (key.key === 'escape' || key.key === 'ctrl-c' || (key.key === 'backspace' && empty))
    return {
      ui: withMode(ui, { ...mode, search: null }),
      effects: [{ type: 'scroll', agent: mode.agent, by: { back: search.scrolled } }],
    };
  if (key.key === 'enter')
    return still(withMode(ui, { ...mode, search: empty ? null : { ...search, open: false } }));
  if (key.key === 'up' || key.key === 'ctrl-p') return again(ui, mode, { ...search, back: true }, reading);
  if (key.key === 'down' || key.key === 'ctrl-n') return again(ui, mode, { ...search, back: false }, reading);
  const line =
    editKey(search.line, key.key) ?? (key.text === undefined ? null : insert(search.line, key.text));
  if (!line) return still(ui);
  return seek(ui, mode, { ...search, line }, search.from, reading);
}

/** On to the next occurrence in the direction of the search, from the one that was found. */
function again(ui: Ui, mode: LookBack, search: Search, reading: Viewed): Step {
  const at = search.found?.start ?? search.from;
  return seek(ui, mode, search, search.back ? at : { ...at, x: at.x + 1 }, reading);
}

/** The next or the previous occurrence of what was looked for. */
export const nextMatch = (ui: Ui, which: string, scene: Scene): Step =>
  withReading(ui, scene, (agent, reading) => {
    const mode = modeFor(ui, agent);
    if (!mode.search) return still(refuseTo(ui, refuse('nothing was looked for yet', 'pane search')));
    const back = which === 'previous' ? !mode.search.back : mode.search.back;
    const step = again(ui, mode, { ...mode.search, back }, reading);
    const after = step.ui.mode;
    if (after.type !== 'scroll' || !after.search) return step;
    // Turning round is for this once: the search keeps its direction.
    return {
      ...step,
      ui: withMode(step.ui, { ...after, search: { ...after.search, back: mode.search.back } }),
    };
  });

/** To the prompt before the top of the view, or to the next one after it. */
export const toPrompt = (ui: Ui, back: boolean, scene: Scene): Step =>
  withReading(ui, scene, (agent, reading) => {
    const { prompts, shed, top } = reading;
    if (prompts.length === 0) {
      const what = 'this program marks no prompts (OSC 133)';
      return still(refuseTo(ui, refuse(what, 'pane search')));
    }
    const mode = modeFor(ui, agent);
    const from = mode.cursor?.line ?? shed + top;
    const line = back ? prompts.findLast((at) => at < from) : prompts.find((at) => at > from);
    const leaves = line === undefined || line >= shed + reading.history;
    if (mode.cursor && line !== undefined) return moveTo(ui, mode, { line, x: 0 });
    if (leaves && !back) return { ui: withMode(ui, typing), effects: [bottom(agent)] };
    const effects: Effect[] = line === undefined ? [] : [{ type: 'scroll', agent, by: { top: line } }];
    return { ui: withMode(ui, mode), effects };
  });

/** Shows a cursor to select with; where there is one, begins a selection at it or ends it. */
export const select = (ui: Ui, unit: string, scene: Scene): Step =>
  withReading(ui, scene, (agent, reading) => {
    const mode = modeFor(ui, agent);
    const cursor = mode.cursor ?? startOf(mode, reading);
    const shown = withMode(ui, { ...mode, cursor });
    const wanted = unit === 'line' ? 'line' : 'cell';
    const same = ui.selection?.agent === agent && ui.selection.unit === wanted;
    if (!mode.cursor && wanted === 'cell') return still({ ...shown, selection: null });
    return still({
      ...shown,
      selection: same ? null : { agent, anchor: ui.selection?.anchor ?? cursor, head: cursor, unit: wanted },
    });
  });

/** Where the cursor appears: at what was found, at the program's own cursor, or on the last text in view. */
function startOf(mode: LookBack, reading: Viewed): Place {
  if (mode.search?.found) return mode.search.found.start;
  const { cursor, top, shed, size } = reading;
  if (cursor.visible) return { line: shed + top + cursor.y, x: cursor.x };
  let row = size.rows - 1;
  while (row > 0 && reading.line(top + row) === '') row--;
  return { line: shed + top + row, x: 0 };
}

function moveTo(ui: Ui, mode: LookBack, cursor: Place): Step {
  const selection = ui.selection?.agent === mode.agent ? { ...ui.selection, head: cursor } : ui.selection;
  return {
    ui: { ...withMode(ui, { ...mode, cursor }), selection },
    effects: [reveal(mode.agent, cursor.line)],
  };
}

export const moves = [
  'left',
  'right',
  'up',
  'down',
  'word',
  'back',
  'start',
  'end',
  'top',
  'bottom',
  'page-up',
  'page-down',
  'half-up',
  'half-down',
] as const;

/** Moves the cursor of a selection. */
export const move = (ui: Ui, where: string, scene: Scene): Step =>
  withReading(ui, scene, (agent, reading) => {
    const mode = modeFor(ui, agent);
    if (!mode.cursor) return still(refuseTo(ui, refuse('there is no cursor to move', 'pane select')));
    const to = moved(reading, mode.cursor, where);
    if (!to)
      return still(refuseTo(ui, refuse(`\`pane move\` takes one of ${moves.join(', ')}`, 'pane move left')));
    return moveTo(ui, mode, to);
  });

function moved(reading: Viewed, { line, x }: Place, where: string): Place | null {
  const { first, last } = bounds(reading);
  const { rows, cols } = reading.size;
  const page = Math.max(1, rows - 2);
  const vertical = (by: number) => ({ line: Math.max(first, Math.min(last, line + by)), x });
  const by = { up: -1, down: 1, 'page-up': -page, 'page-down': page }[where];
  if (by !== undefined) return vertical(by);
  switch (where) {
    case 'half-up':
      return vertical(-Math.ceil(page / 2));
    case 'half-down':
      return vertical(Math.ceil(page / 2));
    case 'left':
      return { line, x: glyphAt(reading, { line, x: Math.max(0, x - 1) }).x };
    case 'right': {
      const here = glyphAt(reading, { line, x });
      return { line, x: Math.min(cols - 1, here.x + here.width) };
    }
    case 'word':
      return wordFrom(reading, { line, x }, 1, last);
    case 'back':
      return wordFrom(reading, { line, x }, -1, first);
    case 'start':
      return { line, x: 0 };
    case 'end': {
      const { x: begin, text } = glyphAt(reading, { line, x: Math.max(0, lengthOf(reading, line) - 1) });
      return { line, x: text === '' ? 0 : begin };
    }
    case 'top':
      return { line: first, x: 0 };
    case 'bottom':
      return { line: last, x: 0 };
    default:
      return null;
  }
}

/** Columns that the text of a line takes. */
function lengthOf(reading: Viewed, line: number): number {
  let x = 0;
  for (let one = glyphAt(reading, { line, x }); x < reading.size.cols; one = glyphAt(reading, { line, x })) {
    if (one.text === ' ' && reading.part(line - reading.shed, x, reading.size.cols).trim() === '') return x;
    x = one.x + one.width;
  }
  return x;
}

/** To the beginning of the next word, or back to that of this one or the one before; over the ends of lines. */
function wordFrom(reading: Viewed, from: Place, by: 1 | -1, end: number): Place {
  const blank = (place: Place) => glyphAt(reading, place).text === ' ';
  let { line, x } = from;
  if (by > 0) {
    x = wordAround(reading, from).end.x;
    while (line <= end) {
      const length = lengthOf(reading, line);
      while (x < length && blank({ line, x })) x++;
      if (x < length) return { line, x };
      if (line === end) break;
      line++;
      x = 0;
    }
    return from;
  }
  x--;
  while (line >= end) {
    while (x >= 0 && blank({ line, x })) x--;
    if (x >= 0) return wordAround(reading, { line, x }).start;
    if (line === end) break;
    line--;
    x = lengthOf(reading, line) - 1;
  }
  return { line: end, x: 0 };
}

/** What a selection covers: from its first glyph, word or line to its last, whichever end the anchor is. */
export function rangeOf(reading: Viewed, { anchor, head, unit }: Selection): Range {
  const [low, high] = isBefore(head, anchor) ? [head, anchor] : [anchor, head];
  const around = (place: Place): Range => {
    if (unit === 'line') return lineAround(reading, place);
    if (unit === 'word') return wordAround(reading, place);
    const { x, width } = glyphAt(reading, place);
    return { start: { line: place.line, x }, end: { line: place.line, x: x + width } };
  };
  return { start: around(low).start, end: around(high).end };
}

/** Copies what is selected, or the line of the cursor, and goes back to the program. */
export const copySelection = (ui: Ui, scene: Scene): Step =>
  withReading(ui, scene, (agent, reading) => {
    const mode = modeFor(ui, agent);
    const line: Selection | null = mode.cursor && {
      agent,
      anchor: mode.cursor,
      head: mode.cursor,
      unit: 'line',
    };
    const selection = ui.selection?.agent === agent ? ui.selection : line;
    if (!selection) return still(refuseTo(ui, refuse('nothing is selected', 'pane select')));
    const copied = copy({ ...ui, selection: null, mode: typing }, reading, selection);
    return { ui: copied.ui, effects: [...copied.effects, bottom(agent)] };
  });

/** How much text it is, in words. */
export function amount(text: string): string {
  const lines = text.split('\n').length;
  const { length } = glyphs(text);
  return lines > 1 ? `${lines} lines` : length === 1 ? 'one character' : `${length} characters`;
}

/** Puts what a selection covers on the clipboards, and says so. */
export function copy(ui: Ui, reading: Viewed, selection: Selection): Step {
  const { start, end } = rangeOf(reading, selection);
  const text = textBetween(reading, start, end);
  if (text === '') return still(ui);
  return {
    ui: say(ui, { text: `copied ${amount(text)}`, tone: 'done' }),
    effects: [{ type: 'copy', text }],
  };
}
