import { box } from '../box.ts';
import { groupKeys } from '../help.ts';
import type { Keymap } from '../keymap.ts';
import { fitted, type Line, line, span, widthOf } from '../line.ts';
import { accent, quiet, strong } from '../theme.ts';

const gap = 3;

interface Hint {
  readonly keys: string;
  readonly label: string;
}

/** Every key that may follow the leader: in columns where they fit into `rows`, else one after the other. */
export function hintRows(keymap: Keymap, cols: number, rows: number): Line[] {
  const all: Hint[] = [
    ...groupKeys(keymap.tables.leader).map(({ keys, label }) => ({ keys, label })),
    { keys: keymap.leader, label: 'send it to the agent' },
    { keys: 'esc', label: 'back' },
  ];
  const table = columns(all, cols);
  return table.length <= rows ? table : flow(all, cols);
}

/** As many columns as fit, each as wide as it needs. */
function columns(all: readonly Hint[], cols: number): Line[] {
  for (let across = 6; across > 0; across--) {
    const down = Math.ceil(all.length / across);
    const parts = Array.from({ length: across }, (_, x) => all.slice(x * down, (x + 1) * down)).filter(
      (part) => part.length > 0,
    );
    const sizes = parts.map((part) => ({
      keys: Math.max(...part.map(({ keys }) => widthOf(line(keys)))),
      label: Math.max(...part.map(({ label }) => widthOf(line(label)))),
    }));
    const wide = sizes.reduce((sum, size) => sum + size.keys + 2 + size.label + gap, -gap);
    if (wide > cols - 4 && across > 1) continue;
    return Array.from({ length: down }, (_, y) =>
      line(
        ' ',
        ...parts.flatMap((part, x) => {
          const { keys = 0, label = 0 } = sizes[x] ?? {};
          const hint = part[y];
          const text = hint ? line(span(padStart(hint.keys, keys), strong), '  ', span(hint.label)) : [];
          return fitted(text, keys + 2 + label + (x + 1 < parts.length ? gap : 0));
        }),
      ),
    );
  }
  return [];
}

const padStart = (text: string, cols: number): string =>
  ' '.repeat(Math.max(0, cols - widthOf(line(text)))) + text;

/** One after the other, row by row. */
function flow(all: readonly Hint[], cols: number): Line[] {
  const lines: Line[] = [];
  let row: Line = [];
  for (const { keys, label } of all) {
    const hint = line(span(keys, strong), ' ', span(label, quiet));
    const longer = row.length === 0 ? line(' ', ...hint) : line(...row, '  ', ...hint);
    if (row.length > 0 && widthOf(longer) > cols - 3) {
      lines.push(row);
      row = line(' ', ...hint);
    } else row = longer;
  }
  return row.length > 0 ? [...lines, row] : lines;
}

/** The hint panel of the leader key. */
export const hintPanel = (keymap: Keymap, cols: number, rows: number): Line[] =>
  box(
    { title: line(span(keymap.leader, strong), span(' then', quiet)), style: accent },
    hintRows(keymap, cols, rows - 2),
    cols,
    rows,
  );
