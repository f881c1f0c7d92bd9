import { attention } from '../../commands/show.ts';
import type { State } from '../../core/state.ts';
import { fitted, line, type Span, span, wrap } from '../line.ts';
import { bad, good, quiet, statusMarks, urgent } from '../theme.ts';
import { type Pane, type Row, window } from './pane.ts';

export interface Item {
  /** stable as long as the same thing waits */
  readonly id: string;
  readonly text: string;
  /** command that resolves it */
  readonly hint: string;
  readonly agent?: string;
  readonly task?: string;
  /** what there is to judge by, in lines */
  readonly details?: readonly string[];
}

/** So many lines are shown of what there is to judge by: the rest is in `permissions <agent>`. */
const most = 12;

/** What waits for the person, the most pressing first. */
export const attentionItems = (state: State, now: number): Item[] =>
  attention(state, now).map((item) => ({ ...item, id: idOf(item) }));

const idOf = ({ agent, task, hint }: Omit<Item, 'id'>): string =>
  task !== undefined ? `task ${task}` : agent !== undefined ? `agent ${agent}` : hint;

function symbol(item: Item): Span {
  if (item.task) return span('◐', { color: 'cyan' });
  if (item.agent === undefined) return span('✉', { color: 'yellow' });
  const mark = item.text.includes('crashed') ? statusMarks.crashed : statusMarks['needs-you'];
  return span(mark.symbol, mark.style);
}

/** Rows of the attention list; agents that came to need the person lately stand out. */
export function attentionRows(pane: Pane, fresh: readonly string[]): Row[] {
  const items = attentionItems(pane.state, pane.now);
  const { cols, rows, chosen } = pane;
  if (items.length === 0)
    return [{ line: fitted(line(' ', span('✓', good), span(' nothing waits for you', quiet)), cols) }];
  const texts = items.map((item) => wrap(item.text, Math.max(8, cols - 4)).slice(0, 2));
  const needed = texts.reduce((sum, lines) => sum + lines.length + 1, 0);
  const roomy = needed <= rows;
  let left = rows - needed;
  const all = items.flatMap((item, index): Row[] => {
    const style = item.agent && fresh.includes(item.agent) ? urgent : {};
    const here = item.id === chosen ? span('▌', { color: 'cyan' }) : ' ';
    const lines = roomy ? (texts[index] ?? []) : [item.text];
    const shown = lines.map((text, row): Row => {
      const lead = row === 0 ? line(here, symbol(item), ' ') : line('   ');
      return { line: fitted(line(...lead, span(text, style)), cols), id: item.id };
    });
    const details = roomy ? detailRows(item, cols, Math.min(most, left)) : [];
    left -= details.length;
    return roomy
      ? [
          ...shown,
          ...details,
          { line: fitted(line('   ', span(`→ ${item.hint}`, quiet)), cols), id: item.id },
        ]
      : shown;
  });
  return window(all, rows, chosen);
}

/** What there is to judge by, as far as there is room for it: removed and added lines in their colours. */
function detailRows({ id, details = [] }: Item, cols: number, room: number): Row[] {
  const shown = details.length <= room ? details : details.slice(0, Math.max(0, room - 1));
  const more = details.length - shown.length;
  const rows = shown.map((text) => {
    const style = /^ *\+ /.test(text) ? good : /^ *- /.test(text) ? bad : quiet;
    return fitted(line('   ', span(text.trimEnd(), style)), cols);
  });
  const rest = more > 0 && room > 0 ? [fitted(line('   ', span(`  … ${more} more lines`, quiet)), cols)] : [];
  return [...rows, ...rest].map((row) => ({ line: row, id }));
}
