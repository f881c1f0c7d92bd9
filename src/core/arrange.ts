import { kept, leastTerminal, lengths } from './fit-layout.ts';
import {
  childrenOf,
  type Focus,
  focusOf,
  type Layout,
  type Rect,
  sameFocus,
  sizedOf,
  withChildren,
} from './layout.ts';

/** `arrange`: the rectangles of a layout on a screen, pure. */

/** Where a node stands in a tree: the index of a child at each step. */
export type Path = readonly number[];
export type Placed = Focus & { readonly rect: Rect; readonly path: Path };

/** The border between two neighbours in rows or columns. */
export interface Border {
  /** of the node that holds the two, which are its children `first` and `second` */
  readonly path: Path;
  readonly first: number;
  readonly second: number;
  /** they stand side by side */
  readonly across: boolean;
  /** column or row at which the second begins */
  readonly at: number;
  /** of the node that holds them */
  readonly rect: Rect;
  /** of the two, along the axis */
  readonly lengths: readonly [number, number];
}

export interface Arrangement {
  readonly panes: readonly Placed[];
  /** agents that are out of view, as a line of titles */
  readonly strip: { readonly rect: Rect; readonly agents: readonly string[] } | null;
  /** the agents that are seen together, page by page, and which page is in view */
  readonly pages: readonly (readonly string[])[];
  readonly page: number;
  /** What is in view as a tree in which every agent has its own place; null where it is not the layout that is shown. */
  readonly tree: Layout | null;
  /** nodes of the tree that stand for `agents` in the layout, and these */
  readonly origins: ReadonlyMap<Layout, Layout>;
  readonly borders: readonly Border[];
}

/** What the person looks at. */
export interface Attention {
  /** all agents, in their order */
  readonly agents: readonly string[];
  /** the agent that is always in view */
  readonly agent: string | undefined;
  /** agents that were looked at before, the last first: their page stays while others have a place of their own */
  readonly lately?: readonly string[];
  readonly focus: Focus | undefined;
  readonly zoomed: boolean;
}

/**
 * The rectangles of a layout on `size` cells. Lists whose least sizes do not fit are left out, the last first; a terminal
 * never gets less than it needs: more than fit become pages, and those out of view titles in a strip. What has the focus
 * is always in the picture: a list that has no place gets all of it, as does whatever is zoomed. Where the places that
 * agents have of their own do not fit, all share the room of the first.
 */
export function arrange(layout: Layout, size: { cols: number; rows: number }, look: Attention): Arrangement {
  const whole = { x: 0, y: 0, cols: size.cols, rows: size.rows };
  const { focus, agents } = look;
  if (focus && 'pane' in focus && look.zoomed) return alone(focus.pane, whole, agents);
  if (look.zoomed) return notTheLayout(new Placing(look, agents).arranged({ agents: 'stack' }, whole));
  const tree = prune(layout, new Set(agents));
  const arranged = tree ? arrangeTree(tree, whole, look) : undefined;
  if (arranged?.panes.some((pane) => sameFocus(pane, focus))) return arranged;
  if (focus && 'pane' in focus) return alone(focus.pane, whole, agents);
  if (arranged && (focus === undefined || !agents.includes(focus.agent))) return arranged;
  return notTheLayout(new Placing(look, agents).arranged({ agents: 'stack' }, whole));
}

const notTheLayout = (arranged: Arrangement): Arrangement => ({ ...arranged, tree: null, borders: [] });

const alone = (pane: 'board' | 'attention' | 'log', rect: Rect, agents: readonly string[]): Arrangement =>
  notTheLayout({
    ...{ panes: [{ pane, rect, path: [] }], strip: null, pages: [agents], page: 0 },
    ...{ tree: null, origins: new Map(), borders: [] },
  });

function arrangeTree(tree: Layout, whole: Rect, look: Attention): Arrangement {
  const { agents, agent } = look;
  const named = namedIn(tree);
  const rest = agents.filter((one) => !named.includes(one));
  const shared = isShared(tree);
  const first = new Placing(look, rest, shared ? [] : rest).arranged(tree, whole);
  if (named.length > 0 && !fits(first, whole))
    return notTheLayout(new Placing(look, agents).arranged(collapse(tree), whole));
  if (shared && named.length > 0) return { ...first, pages: first.pages.map((page) => [...page, ...named]) };
  if (shared || rest.length === 0) return first;
  // Agents without a place of their own follow on pages after the layout itself.
  const others = new Placing(look, rest, named).arranged(collapse(tree), whole);
  const pages = [named, ...others.pages];
  if (agent === undefined || !rest.includes(agent)) return { ...first, pages, page: 0 };
  return { ...notTheLayout(others), pages, page: others.page + 1 };
}

/** True when no terminal got less than it needs. */
const fits = ({ panes }: Arrangement, { cols, rows }: Rect): boolean =>
  panes.every(
    (pane) =>
      !('agent' in pane) ||
      (pane.rect.cols >= Math.min(cols, leastTerminal.cols) &&
        pane.rect.rows >= Math.min(rows, leastTerminal.rows)),
  );

/** The agents that have a place of their own, in the order of the tree. */
const namedIn = (node: Layout): string[] =>
  'agent' in node ? [node.agent] : childrenOf(node).flatMap(namedIn);

const isShared = (node: Layout): boolean => 'agents' in node || childrenOf(node).some(isShared);

const hasOnlyAgents = (node: Layout): boolean =>
  'agents' in node ||
  'agent' in node ||
  (childrenOf(node).length > 0 && childrenOf(node).every(hasOnlyAgents));

/** The tree without the places of agents that are not there, and with one place for each thing. */
function prune(node: Layout, agents: ReadonlySet<string>, seen: Set<string> = new Set()): Layout | undefined {
  const once = (name: string) => !seen.has(name) && seen.add(name);
  if ('agent' in node) return agents.has(node.agent) && once(`@${node.agent}`) ? node : undefined;
  if ('agents' in node) return once('*') ? node : undefined;
  if ('pane' in node) return once(node.pane) ? node : undefined;
  const before = childrenOf(node);
  const children = before.flatMap((child) => prune(child, agents, seen) ?? []);
  if (children.length === 0) return undefined;
  return children.every((child, index) => child === before[index]) && children.length === before.length
    ? node
    : withChildren(node, children);
}

/** The tree in which all agents share the room of the first part that only agents have; their other parts are gone. */
export function collapse(tree: Layout): Layout {
  let found = false;
  const walk = (node: Layout): Layout | undefined => {
    if (hasOnlyAgents(node)) {
      if (found) return undefined;
      found = true;
      return 'agents' in node ? node : { agents: 'grid', ...sizedOf(node) };
    }
    if ('pane' in node) return node;
    return withChildren(
      node,
      childrenOf(node).flatMap((child) => walk(child) ?? []),
    );
  };
  return walk(tree) ?? { agents: 'grid' };
}

/** One walk over a tree that gives every node its rectangle. */
class Placing {
  readonly #look: Attention;
  /** the agents that share the place of `agents` */
  readonly #sharing: readonly string[];
  /** agents that are out of view in any case */
  readonly #away: readonly string[];
  readonly #panes: Placed[] = [];
  readonly #borders: Border[] = [];
  readonly #origins = new Map<Layout, Layout>();
  #strip: Rect | undefined;
  #pages: readonly (readonly string[])[] = [];
  #page = 0;

  constructor(look: Attention, sharing: readonly string[], away: readonly string[] = []) {
    this.#look = look;
    this.#sharing = sharing;
    this.#away = away;
  }

  arranged(layout: Layout, whole: Rect): Arrangement {
    const tree = this.#place(layout, whole, []);
    const shown = this.#panes.flatMap((pane) => ('agent' in pane ? [pane.agent] : []));
    const agents = this.#look.agents.filter((agent) => !shown.includes(agent));
    return {
      panes: this.#panes,
      strip: this.#strip ? { rect: this.#strip, agents } : null,
      pages: this.#pages.length > 0 ? this.#pages : [this.#look.agents],
      page: this.#page,
      tree,
      origins: this.#origins,
      borders: this.#borders,
    };
  }

  /** Places a node; returns it as it is in view, with every agent in a place of its own. */
  #place(node: Layout, rect: Rect, path: Path): Layout {
    const focus = focusOf(node);
    if (this.#away.length > 0 && !this.#strip && hasOnlyAgents(node))
      return this.#place(node, this.#cutStrip(rect), path);
    if (focus) {
      this.#panes.push({ ...focus, rect, path });
      return node;
    }
    if ('agents' in node) return this.#share(node, rect, path);
    return withChildren(node, this.#placeChildren(node, rect, path));
  }

  #placeChildren(node: Layout, rect: Rect, path: Path): Layout[] {
    const across = 'columns' in node;
    const all = childrenOf(node);
    const extent = across ? rect.cols : rect.rows;
    const indexes = kept(all, extent, across);
    const sizes = lengths(
      indexes.flatMap((index) => all[index] ?? []),
      extent,
      across,
    );
    const start = across ? rect.x : rect.y;
    let at = start;
    const placed = new Map<number, Layout>();
    for (const [order, index] of indexes.entries()) {
      const child = all[index];
      const length = sizes[order] ?? 0;
      if (!child) continue;
      const before = indexes[order - 1];
      if (before !== undefined)
        this.#borders.push({
          ...{ path, first: before, second: index, across, at, rect },
          lengths: [sizes[order - 1] ?? 0, length],
        });
      const part = across ? { ...rect, x: at, cols: length } : { ...rect, y: at, rows: length };
      placed.set(index, this.#place(child, part, [...path, index]));
      at += length;
    }
    return all.map((child, index) => placed.get(index) ?? child);
  }

  /** The place that agents share: as a grid of as many as fit, page by page. */
  #share(node: Layout & { agents: 'grid' | 'stack' }, rect: Rect, path: Path): Layout {
    const room = ({ cols, rows }: Rect) =>
      node.agents === 'stack'
        ? 1
        : Math.max(1, Math.floor(cols / leastTerminal.cols)) *
          Math.max(1, Math.floor(rows / leastTerminal.rows));
    const all = this.#sharing;
    const few = all.length <= room(rect);
    const area = few || this.#strip ? rect : this.#cutStrip(rect);
    const most = room(area);
    const count = Math.max(1, Math.ceil(all.length / most));
    this.#pages = Array.from({ length: count }, (_, index) => all.slice(index * most, (index + 1) * most));
    const { agent, lately = [] } = this.#look;
    const seen = [agent, ...lately].find((one) => one !== undefined && all.includes(one));
    this.#page = Math.max(
      0,
      this.#pages.findIndex((page) => seen !== undefined && page.includes(seen)),
    );
    const shown = this.#pages[this.#page] ?? [];
    if (shown.length === 0) return node;
    const placed = this.#place({ ...gridOf(shown, area), ...sizedOf(node) }, area, path);
    this.#origins.set(placed, node);
    return placed;
  }

  #cutStrip(rect: Rect): Rect {
    const rows = rect.rows - 1;
    this.#strip = { ...rect, y: rect.y + rows, rows: 1 };
    return { ...rect, rows };
  }
}

/**
 * Agents in rows, as many a row as brings the smallest pane nearest to 80×24, and where there is room for more, nearest to
 * that shape; a shorter last row has wider panes.
 */
function gridOf(agents: readonly string[], rect: Rect): Layout {
  const fitting = (across: number) => {
    const down = Math.ceil(agents.length / across);
    const cols = Math.floor(rect.cols / across);
    const rows = Math.floor(rect.rows / down);
    const usable = (cols >= leastTerminal.cols || across === 1) && (rows >= leastTerminal.rows || down === 1);
    const shape = Math.abs(Math.log(cols / 80 / (rows / 24)));
    return { across, score: usable ? Math.min(cols / 80, rows / 24, 1) : 0, shape };
  };
  const choices = agents.map((_, index) => fitting(index + 1));
  const best = choices.reduce(
    (a, b) => (b.score > a.score || (b.score === 1 && a.score === 1 && b.shape < a.shape) ? b : a),
    choices[0] ?? { across: 1, score: 0, shape: 0 },
  );
  const lines = Array.from({ length: Math.ceil(agents.length / best.across) }, (_, index): Layout => {
    const [only, ...more] = agents.slice(index * best.across, (index + 1) * best.across);
    const leaves = [only ?? '', ...more].map((agent) => ({ agent }));
    return leaves.length === 1 && leaves[0] ? leaves[0] : { columns: leaves };
  });
  const [line] = lines;
  return lines.length === 1 && line ? line : { rows: lines };
}
