import { box } from '../box.ts';
import { groupKeys } from '../help.ts';
import type { Keymap } from '../keymap.ts';
import { fitted, type Line, line, span, widthOf } from '../line.ts';
import { accent, quiet, strong } from '../theme.ts';

const gap = 3;

interface Hint {
  /** as they are read */
  readonly keys: string;
  readonly label: string;
  /** the key itself, where it is one alone: a click on its hint is as good */
  readonly key: string | undefined;
}

/** A row of the panel, and the columns in which a click means a key. */
export interface HintRow {
  readonly line: Line;
  readonly spots: readonly { readonly x: number; readonly cols: number; readonly key: string | undefined }[];
}

/** Every key that may follow the leader: in columns where they fit into `rows`, else one after the other. */
export function hintRows(keymap: Keymap, cols: number, rows: number): HintRow[] {
  const all: Hint[] = [
    ...groupKeys(keymap.tables.leader),
    { keys: keymap.leader, label: 'send it to the agent', key: keymap.leader },
    { keys: 'esc', label: 'back', key: 'escape' },
  ];
  const table = columns(all, cols);
  return table.length <= rows ? table : flow(all, cols);
}

/** As many columns as fit, each as wide as it needs. */
function columns(all: readonly Hint[], cols: number): HintRow[] {
  for (let across = 6; ; across--) {
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
    return Array.from({ length: down }, (_, y) => tableRow(parts, sizes, y));
  }
}

function tableRow(
  parts: readonly (readonly Hint[])[],
  sizes: readonly { keys: number; label: number }[],
  y: number,
): HintRow {
  const spots: { x: number; cols: number; key: string | undefined }[] = [];
  let text = line(' ');
  for (const [column, part] of parts.entries()) {
    const { keys = 0, label = 0 } = sizes[column] ?? {};
    const hint = part[y];
    const cols = keys + 2 + label;
    if (hint) spots.push({ x: widthOf(text), cols, key: hint.key });
    const padded = ' '.repeat(Math.max(0, keys - widthOf(line(hint?.keys ?? '')))) + (hint?.keys ?? '');
    const one = hint ? line(span(padded, strong), '  ', span(hint.label)) : [];
    text = line(...text, ...fitted(one, cols + (column + 1 < parts.length ? gap : 0)));
  }
  return { line: text, spots };
}

/** One after the other, row by row. */
function flow(all: readonly Hint[], cols: number): HintRow[] {
  const rows: { line: Line; spots: { x: number; cols: number; key: string | undefined }[] }[] = [];
  for (const { keys, label, key } of all) {
    const hint = line(span(keys, strong), ' ', span(label, quiet));
    const last = rows.at(-1);
    const x = last ? widthOf(last.line) + 2 : 1;
    if (last && x + widthOf(hint) <= cols - 3) {
      last.spots.push({ x, cols: widthOf(hint), key });
      last.line = line(...last.line, '  ', ...hint);
    } else rows.push({ line: line(' ', ...hint), spots: [{ x: 1, cols: widthOf(hint), key }] });
  }
  return rows;
}

/** The hint panel of the leader key. */
export const hintPanel = (keymap: Keymap, cols: number, rows: number): Line[] =>
  box(
    { title: line(span(keymap.leader, strong), span(' then', quiet)), style: accent },
    hintRows(keymap, cols, rows - 2).map((row) => row.line),
    cols,
    rows,
  );
