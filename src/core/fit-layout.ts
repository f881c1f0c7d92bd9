import { childrenOf, type Layout } from './layout.ts';

/** How much room the nodes of a layout need and get along one axis, in cells. */

/** A terminal below this size is of no use to its program: fewer panes are shown instead. */
export const leastTerminal = { cols: 42, rows: 12 } as const;
/** A list below this size says nothing. */
export const leastList = { cols: 24, rows: 4 } as const;

export const holdsAgents = (node: Layout): boolean =>
  'agents' in node || 'agent' in node || childrenOf(node).some(holdsAgents);

/**
 * The least a node needs along one axis: its own word, and never less than what stays in it to the end, which are its
 * terminals, or else its first list.
 */
export function least(node: Layout, across: boolean): number {
  if ('pane' in node && node.min !== undefined) return node.min;
  return Math.max(node.min ?? 0, needed(node, across));
}

/** What a node needs along an axis, whatever it says of the one along which its parent gives it room. */
function needed(node: Layout, across: boolean): number {
  const of = across ? 'cols' : 'rows';
  if ('pane' in node) return leastList[of];
  // Agents that share a place may need one row more, for the titles of those out of view.
  if ('agents' in node) return leastTerminal[of] + (across ? 0 : 1);
  const children = childrenOf(node);
  if (children.length === 0) return leastTerminal[of];
  const staying = children.filter(holdsAgents);
  const along = 'columns' in node === across;
  const needs = (staying.length > 0 ? staying : children.slice(0, 1)).map((child) =>
    along ? least(child, across) : needed(child, across),
  );
  return along ? needs.reduce((sum, need) => sum + need, 0) : Math.max(...needs);
}

/** The children that have room, as indexes: lists are left out from the last on, terminals never. */
export function kept(children: readonly Layout[], extent: number, across: boolean): number[] {
  const all = children.map((child, index) => ({ child, index }));
  const sum = () => all.reduce((total, { child }) => total + least(child, across), 0);
  while (all.length > 1 && sum() > extent) {
    const last = all.findLastIndex(({ child }) => !holdsAgents(child));
    if (last < 0) break;
    all.splice(last, 1);
  }
  return all.map(({ index }) => index);
}

/** Lengths of children along the axis, `extent` together: those with a size first, the others share what is left. */
export function lengths(children: readonly Layout[], extent: number, across: boolean): number[] {
  const leasts = children.map((child) => least(child, across));
  const wanted = children.map(({ size, max = extent }, index) => {
    if (size === undefined) return undefined;
    const length = typeof size === 'number' ? size : Math.round((extent * Number.parseFloat(size)) / 100);
    return Math.max(leasts[index] ?? 1, Math.min(max, length));
  });
  const reserved = leasts.reduce((sum, need, index) => sum + (wanted[index] === undefined ? need : 0), 0);
  const fixed = () => wanted.reduce((sum: number, length) => sum + (length ?? 0), 0);
  for (let index = children.length - 1; index >= 0; index -= 1) {
    const length = wanted[index];
    const over = fixed() + reserved - extent;
    if (length !== undefined && over > 0)
      wanted[index] = length - Math.min(over, Math.max(0, length - (leasts[index] ?? 1)));
  }
  const rest = extent - fixed();
  const shares = sharesOf(
    Math.max(0, rest),
    leasts.filter((_, index) => wanted[index] === undefined),
  );
  const sizes = wanted.map((length) => length ?? shares.shift() ?? 0);
  // Nothing is flexible: the first takes what the fixed ones leave, or gives what they have too much.
  if (!wanted.includes(undefined) && sizes.length > 0) sizes[0] = Math.max(1, (sizes[0] ?? 0) + rest);
  return sizes;
}

/** A length in equal parts, but no part below its least while the others have more than theirs. */
function sharesOf(length: number, leasts: readonly number[]): number[] {
  const sizes: (number | undefined)[] = leasts.map(() => undefined);
  for (;;) {
    const open = sizes.flatMap((size, index) => (size === undefined ? [index] : []));
    const rest = length - sizes.reduce((sum: number, size) => sum + (size ?? 0), 0);
    const tight = open.filter((index) => (leasts[index] ?? 0) > rest / open.length);
    if (tight.length > 0 && tight.length < open.length) {
      for (const index of tight) sizes[index] = leasts[index];
      continue;
    }
    const parts = split(Math.max(0, rest), open.length);
    return sizes.map((size) => size ?? parts.shift() ?? 0);
  }
}

/** `length` in `count` parts that differ by one at most, the longer ones first. */
export const split = (length: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.floor(length / count) + (index < length % count ? 1 : 0));
