import { z } from 'zod';

/**
 * Layouts: trees of rows, columns and panes (layouts/*.yaml), and `arrange`, which turns one into rectangles.
 * Sizes are in cells of the terminal; a pane's rectangle includes its frame.
 */

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
}

/** Panes that show the team's state; an agent's terminal is a pane as well, but has a place only under `agents`. */
export const listPanes = ['board', 'attention', 'log'] as const;
export type ListPane = (typeof listPanes)[number];

const extent = z.union([
  z.int().positive(),
  z.string().regex(/^([1-9]\d?|100)%$/, 'a percentage such as 30%'),
]);
const sized = {
  size: extent.optional().describe('columns or rows of the parent that it takes, or a share such as 30%'),
  min: z.int().positive().optional().describe('fewer than these and it is left out'),
  max: z.int().positive().optional(),
};

interface Sized {
  size?: number | string | undefined;
  min?: number | undefined;
  max?: number | undefined;
}
export type Layout = Sized &
  ({ rows: Layout[] } | { columns: Layout[] } | { agents: 'grid' | 'stack' } | { pane: ListPane });

export const layoutSchema: z.ZodType<Layout> = z.lazy(() =>
  z.union([
    z.strictObject({ rows: z.array(layoutSchema).min(1), ...sized }),
    z.strictObject({ columns: z.array(layoutSchema).min(1), ...sized }),
    z.strictObject({ agents: z.enum(['grid', 'stack']), ...sized }),
    z.strictObject({ pane: z.enum(listPanes), ...sized }),
  ]),
);

export type Focus = { readonly agent: string } | { readonly pane: ListPane };
export type Placed = Focus & { readonly rect: Rect };

export interface Arrangement {
  readonly panes: readonly Placed[];
  /** agents without a pane, as a line of titles */
  readonly strip: { readonly rect: Rect; readonly agents: readonly string[] } | null;
}

/** What the person looks at. */
export interface Attention {
  /** all agents, in their order */
  readonly agents: readonly string[];
  /** the agent that is always in view */
  readonly agent: string | undefined;
  readonly focus: Focus | undefined;
  readonly zoomed: boolean;
}

/** A terminal below this size is of no use to its program: fewer panes are shown instead. */
export const leastTerminal = { cols: 42, rows: 12 } as const;
const leastList = { cols: 24, rows: 4 } as const;

export const sameFocus = (a: Focus | undefined, b: Focus | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  ('agent' in a ? 'agent' in b && a.agent === b.agent : 'pane' in b && a.pane === b.pane);

/**
 * The rectangles of a layout on `size` cells. Children whose least sizes do not fit are left out, the last first, and
 * agents never; agents that find no room become titles in a strip. What has the focus is always in the picture: a list
 * that has no place gets all of it, as does whatever is zoomed.
 */
export function arrange(layout: Layout, size: { cols: number; rows: number }, look: Attention): Arrangement {
  const whole = { x: 0, y: 0, cols: size.cols, rows: size.rows };
  const { focus } = look;
  if (focus && 'pane' in focus && look.zoomed)
    return { panes: [{ pane: focus.pane, rect: whole }], strip: null };
  if (look.zoomed) return place({ agents: 'stack' }, whole, look);
  const arranged = place(layout, whole, look);
  if (focus && 'pane' in focus && !arranged.panes.some((pane) => sameFocus(pane, focus)))
    return { panes: [{ pane: focus.pane, rect: whole }], strip: null };
  return arranged;
}

function place(node: Layout, rect: Rect, look: Attention): Arrangement {
  if ('pane' in node) return { panes: [{ pane: node.pane, rect }], strip: null };
  if ('agents' in node) return placeAgents(node.agents, rect, look);
  const across = 'columns' in node;
  const extent = across ? rect.cols : rect.rows;
  const children = keep('columns' in node ? node.columns : node.rows, extent, across);
  const sizes = share(children, extent, across);
  let at = 0;
  const parts = children.map((child, index) => {
    const length = sizes[index] ?? 0;
    const part = across
      ? { ...rect, x: rect.x + at, cols: length }
      : { ...rect, y: rect.y + at, rows: length };
    at += length;
    return place(child, part, look);
  });
  return {
    panes: parts.flatMap((part) => part.panes),
    strip: parts.find((part) => part.strip)?.strip ?? null,
  };
}

const holdsAgents = (node: Layout): boolean =>
  'agents' in node || ('rows' in node ? node.rows : 'columns' in node ? node.columns : []).some(holdsAgents);

/** The least a node needs along one axis: its own word, or that of the child that stays to the end. */
function least(node: Layout, across: boolean): number {
  if (node.min !== undefined) return node.min;
  const of = across ? 'cols' : 'rows';
  if ('agents' in node) return leastTerminal[of];
  if ('pane' in node) return leastList[of];
  const children = 'rows' in node ? node.rows : node.columns;
  const last = children.find(holdsAgents) ?? children[0];
  return last ? least(last, across) : leastList[of];
}

function keep(children: Layout[], extent: number, across: boolean): Layout[] {
  const kept = [...children];
  const needed = () => kept.reduce((sum, child) => sum + least(child, across), 0);
  while (kept.length > 1 && needed() > extent) {
    const index = kept.findLastIndex((child) => !holdsAgents(child));
    kept.splice(index < 0 ? kept.length - 1 : index, 1);
  }
  return kept;
}

/** Lengths of the children along the axis: those with a size first, the others share what is left. */
function share(children: Layout[], extent: number, across: boolean): number[] {
  const wanted = children.map(({ size, min = 1, max = extent }) => {
    if (size === undefined) return undefined;
    const length = typeof size === 'number' ? size : Math.round((extent * Number.parseInt(size, 10)) / 100);
    return Math.max(min, Math.min(max, length));
  });
  const flexible = children.filter((_, index) => wanted[index] === undefined);
  const reserved = flexible.reduce((sum, child) => sum + least(child, across), 0);
  let over = wanted.reduce((sum: number, length) => sum + (length ?? 0), 0) + reserved - extent;
  for (let index = children.length - 1; index >= 0 && over > 0; index -= 1) {
    const child = children[index];
    const length = wanted[index];
    if (!child || length === undefined) continue;
    const cut = Math.min(over, Math.max(0, length - least(child, across)));
    wanted[index] = length - cut;
    over -= cut;
  }
  const rest = extent - wanted.reduce((sum: number, length) => sum + (length ?? 0), 0);
  const shares = split(Math.max(0, rest), flexible.length);
  const sizes = wanted.map((length) => length ?? shares.shift() ?? 0);
  // Nothing is flexible: the first takes what the fixed ones leave, or gives what they have too much.
  if (flexible.length === 0 && sizes.length > 0) sizes[0] = Math.max(1, (sizes[0] ?? 0) + rest);
  return sizes;
}

/** `length` in `count` parts that differ by one at most, the longer ones first. */
const split = (length: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.floor(length / count) + (index < length % count ? 1 : 0));

function placeAgents(kind: 'grid' | 'stack', rect: Rect, look: Attention): Arrangement {
  const { agents } = look;
  if (agents.length === 0) return { panes: [], strip: null };
  const room = (rows: number) =>
    kind === 'stack'
      ? 1
      : Math.max(1, Math.floor(rect.cols / leastTerminal.cols)) *
        Math.max(1, Math.floor(rows / leastTerminal.rows));
  if (agents.length <= room(rect.rows)) return { panes: grid(agents, rect), strip: null };
  const area = { ...rect, rows: rect.rows - 1 };
  const shown = inView(agents, look.agent, room(area.rows));
  return {
    panes: grid(shown, area),
    strip: {
      rect: { ...rect, y: rect.y + area.rows, rows: 1 },
      agents: agents.filter((agent) => !shown.includes(agent)),
    },
  };
}

/** The first agents that fit; the one that must be in view takes the last place when it is not among them. */
function inView(agents: readonly string[], agent: string | undefined, count: number): string[] {
  const first = agents.slice(0, count);
  if (agent === undefined || first.includes(agent) || !agents.includes(agent)) return first;
  return [...agents.slice(0, count - 1), agent];
}

/** Panes in rows, as many a row as brings the smallest pane nearest to 80×24; a shorter last row has wider panes. */
function grid(agents: readonly string[], rect: Rect): Placed[] {
  const fits = (across: number) => {
    const down = Math.ceil(agents.length / across);
    const cols = Math.floor(rect.cols / across);
    const rows = Math.floor(rect.rows / down);
    const usable = (cols >= leastTerminal.cols || across === 1) && (rows >= leastTerminal.rows || down === 1);
    return { across, score: usable ? Math.min(cols / 80, rows / 24, 1) : 0 };
  };
  const choices = agents.map((_, index) => fits(index + 1));
  const best = choices.reduce((a, b) => (b.score > a.score ? b : a), choices[0] ?? { across: 1, score: 0 });
  const heights = split(rect.rows, Math.ceil(agents.length / best.across));
  let y = rect.y;
  return heights.flatMap((rows, index) => {
    const line = agents.slice(index * best.across, (index + 1) * best.across);
    let x = rect.x;
    const placed = split(rect.cols, line.length).map((cols, column) => {
      const one = { agent: line[column] ?? '', rect: { x, y, cols, rows } };
      x += cols;
      return one;
    });
    y += rows;
    return placed;
  });
}

/** A layout as one line: `columns(grid ≥60, rows(board, attention 30%, log) 30% ≥34 ≤64)`. */
export function printLayout(node: Layout): string {
  const words = [
    'rows' in node
      ? `rows(${node.rows.map(printLayout).join(', ')})`
      : 'columns' in node
        ? `columns(${node.columns.map(printLayout).join(', ')})`
        : 'agents' in node
          ? node.agents
          : node.pane,
    ...(node.size === undefined ? [] : [String(node.size)]),
    ...(node.min === undefined ? [] : [`≥${node.min}`]),
    ...(node.max === undefined ? [] : [`≤${node.max}`]),
  ];
  return words.join(' ');
}
