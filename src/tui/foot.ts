import { halves } from './editor.ts';
import { type Line, line, span, widthOf } from './line.ts';
import type { LookBack } from './look-back.ts';
import { accent, bad, quiet, strong, urgent } from './theme.ts';

/** The lower edge of a pane that is looked back in: the search or what the keys do, and how far back. */

const sign = (back: boolean): string => (back ? '?' : '/');

/** What stands at the left: the words being looked for, or the next keys, as many as fit. */
export function lookBackFoot({ search, cursor, wheel }: LookBack, selecting: boolean, cols: number): Line {
  if (search?.open) {
    const none = search.line.text !== '' && !search.found;
    return line(
      span(sign(search.back), strong),
      search.line.text === '' ? span(' looks for', quiet) : span(search.line.text, none ? bad : {}),
      none ? span('  not there', bad) : search.around ? span('  from the other end', quiet) : null,
    );
  }
  if (wheel) return [];
  const keys = cursor
    ? ['y copy', selecting ? 'v drop' : 'v begin', 'V lines', 'w b 0 $', 'esc']
    : ['/ search', 'v select', ...(search ? [] : ['[ ] prompts'])];
  const said = search && !cursor ? [span(`${sign(search.back)}${search.line.text}`, accent)] : [];
  const lines = Array.from({ length: keys.length + 1 }, (_, left) =>
    line(
      ...said,
      said.length > 0 && '  ',
      search && !cursor && span('n N  ', quiet),
      span(keys.slice(0, keys.length - left).join(' · '), quiet),
    ),
  );
  return lines.find((one) => widthOf(one) <= cols) ?? [];
}

/** What stands at the right: how far it is looked back. */
export const lookBackAside = (scrolled: number): Line =>
  scrolled > 0 ? line(span(`↑ ${scrolled}`, urgent), span(' esc', quiet)) : [];

/** The column of the cursor in the foot while words are typed there, from the pane's edge. */
export const footCursor = ({ search }: LookBack): number | null =>
  search?.open ? 2 + 1 + widthOf(line(halves(search.line)[0])) : null;
