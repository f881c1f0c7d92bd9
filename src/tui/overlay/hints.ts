import { box } from '../box.ts';
import { groupKeys } from '../help.ts';
import type { Keymap } from '../keymap.ts';
import { fitted, type Line, line, span, widthOf } from '../line.ts';
import { accent, quiet, strong } from '../theme.ts';

const gap = 3;

/** Every key that may follow the leader, in as many columns as fit. */
export function hintRows(keymap: Keymap, cols: number): Line[] {
  const entries = groupKeys(keymap.tables.leader).map(({ keys, label }) => ({ keys, label }));
  const twice = { keys: keymap.leader, label: 'send it to the agent' };
  const all = [...entries, twice, { keys: 'esc', label: 'back' }];
  const keysWide = Math.max(...all.map(({ keys }) => widthOf(line(keys))));
  const wide = Math.max(...all.map(({ label }) => widthOf(line(label)))) + keysWide + 2 + gap;
  const across = Math.max(1, Math.floor((cols - 4 + gap) / wide));
  const down = Math.ceil(all.length / across);
  return Array.from({ length: down }, (_, y) =>
    line(
      ' ',
      ...Array.from({ length: across }, (_unused, x) => all[x * down + y]).flatMap((entry) =>
        entry ? fitted(line(span(entry.keys.padStart(keysWide), strong), '  ', span(entry.label)), wide) : [],
      ),
    ),
  );
}

/** The hint panel of the leader key. */
export const hintPanel = (keymap: Keymap, cols: number, rows: number): Line[] =>
  box(
    { title: line(span(keymap.leader, strong), span(' then', quiet)), style: accent },
    hintRows(keymap, cols),
    cols,
    rows,
  );
