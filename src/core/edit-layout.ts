import type { Arrangement, Border, Path, Placed } from './arrange.ts';
import { least } from './fit-layout.ts';
import { childrenOf, type Focus, focusOf, type Layout, sameFocus, sizedOf, withChildren } from './layout.ts';

/**
 * Layouts changed while they are in use. Each takes what is in view, a tree in which every agent has a place of its own,
 * and gives the layout that shows the change; a part that agents share stays shared where nothing in it was changed.
 */

type Seen = Arrangement & { readonly tree: Layout };

/** Puts another pane beside one (across) or below it; what is shown elsewhere moves there. */
export function splitPane(seen: Seen, path: Path, across: boolean, added: Focus): Layout {
  const leaf: Layout = 'agent' in added ? { agent: added.agent } : { pane: added.pane };
  const tree = change(seen.tree, path, (node) => {
    const focus = focusOf(node);
    const pair = [focus ? leafOf(focus) : node, leaf];
    return { ...(across ? { columns: pair } : { rows: pair }), ...sizedOf(node) };
  });
  const moved = (node: Layout) => node !== leaf && sameFocus(focusOf(node), added);
  return settled(without(tree ?? leaf, moved) ?? leaf, seen);
}

/** Takes a pane away; its neighbours get the room. Null when it is all there is. */
export function closePane(seen: Seen, path: Path): Layout | null {
  const tree = change(seen.tree, path, () => undefined);
  return tree ? settled(tree, seen) : null;
}

/** Lets two panes change places. */
export function swapPanes(seen: Seen, one: Placed, other: Placed): Layout {
  const put = (focus: Focus) => (node: Layout) => ({ ...leafOf(focus), ...sizedOf(node) });
  const half = change(seen.tree, one.path, put(other)) ?? seen.tree;
  return settled(change(half, other.path, put(one)) ?? half, seen);
}

/** Moves a border by so many cells, as far as both sides keep what they need. Null when it cannot move. */
export function moveBorder(seen: Seen, border: Border, by: number): Layout | null {
  const node = nodeAt(seen.tree, border.path);
  const children = node ? childrenOf(node) : [];
  const [first, second] = [children[border.first], children[border.second]];
  if (!first || !second) return null;
  const { across, lengths, rect } = border;
  const need = (child: Layout) => least({ ...child, min: undefined }, across);
  const room = [need(first) - lengths[0], lengths[1] - need(second)] as const;
  const step = Math.max(Math.min(0, room[0]), Math.min(Math.max(0, room[1]), by));
  if (step === 0) return null;
  const extent = across ? rect.cols : rect.rows;
  const sized = children.map((child, index) => {
    const before = seen.origins.get(child) ?? child;
    if (index === border.first) return ofLength(before, lengths[0] + step, extent);
    return index === border.second ? ofLength(before, lengths[1] - step, extent) : child;
  });
  const tree = change(seen.tree, border.path, (old) => withChildren(old, sized));
  return tree ? settled(tree, seen) : null;
}

/** The border that a direction moves: the pane's own on the far side, or at the end of its row the near one. */
export function borderOf(
  { borders }: Arrangement,
  pane: Placed,
  direction: 'left' | 'right' | 'up' | 'down',
): Border | undefined {
  const across = direction === 'left' || direction === 'right';
  const around = borders.filter(
    (border) =>
      border.across === across &&
      border.path.every((step, index) => pane.path[index] === step) &&
      border.path.length < pane.path.length,
  );
  const inmost = Math.max(...around.map(({ path }) => path.length));
  const nearest = around.filter(({ path }) => path.length === inmost);
  const child = pane.path[inmost];
  return nearest.find(({ first }) => first === child) ?? nearest.find(({ second }) => second === child);
}

/** The border under a cell of the screen: the last column or row of one side, or the first of the other. */
export const borderAt = ({ borders }: Arrangement, x: number, y: number): Border | undefined =>
  borders.findLast(({ across, at, rect }) => {
    const inside = x >= rect.x && x < rect.x + rect.cols && y >= rect.y && y < rect.y + rect.rows;
    const along = across ? x : y;
    return inside && (along === at || along === at - 1);
  });

/** True if the two are the same border, before and after it moved. */
export const sameBorder = (a: Border, b: Border): boolean =>
  a.across === b.across && a.first === b.first && a.second === b.second && a.path.join() === b.path.join();

const leafOf = (focus: Focus): Layout => ('agent' in focus ? { agent: focus.agent } : { pane: focus.pane });

/** A node that takes so many of the cells of its parent; a bound that is in the way gives in. */
function ofLength(node: Layout, length: number, extent: number): Layout {
  const { size: _size, min, max, ...rest } = node;
  return {
    ...rest,
    size: length === extent ? '100%' : `${((100 * length) / extent).toFixed(2)}%`,
    ...(min === undefined ? {} : { min: Math.min(min, length) }),
    ...(max === undefined ? {} : { max: Math.max(max, length) }),
  } as Layout;
}

const nodeAt = (tree: Layout, path: Path): Layout | undefined =>
  path.reduce<Layout | undefined>((node, step) => node && childrenOf(node)[step], tree);

/** The tree with one node changed, or without it. */
function change(tree: Layout, path: Path, how: (node: Layout) => Layout | undefined): Layout | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return how(tree);
  const children = childrenOf(tree).flatMap((child, index) =>
    index === step ? (change(child, rest, how) ?? []) : child,
  );
  return joined(tree, children);
}

/** The tree without the leaves that a test finds. */
function without(tree: Layout, gone: (node: Layout) => boolean): Layout | undefined {
  if (gone(tree)) return undefined;
  const before = childrenOf(tree);
  if (before.length === 0) return tree;
  const children = before.flatMap((child) => without(child, gone) ?? []);
  const same = children.length === before.length && children.every((child, index) => child === before[index]);
  return same ? tree : joined(tree, children);
}

/** A node with these children; with one alone it is that child, with none nothing. */
function joined(node: Layout, children: Layout[]): Layout | undefined {
  const [only, ...more] = children;
  if (!only) return undefined;
  if (more.length > 0) return withChildren(node, children);
  const { size: _size, min: _min, max: _max, ...bare } = only;
  return { ...bare, ...sizedOf(node) } as Layout;
}

/** Parts that agents share and that were not touched are shared again. */
function settled(node: Layout, seen: Seen): Layout {
  const origin = seen.origins.get(node);
  if (origin) return origin;
  const children = childrenOf(node);
  return children.length === 0
    ? node
    : withChildren(
        node,
        children.map((child) => settled(child, seen)),
      );
}
