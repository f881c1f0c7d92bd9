import { z } from 'zod';
import { agentName } from './team.ts';

/**
 * Layouts: trees of rows, columns and panes (layouts/*.yaml). arrange.ts turns one into rectangles, edit-layout.ts changes
 * one while it is in use. Sizes are in cells of the terminal; a pane's rectangle includes its frame.
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
  z.string().regex(/^(?!0+(\.0+)?%)(\d{1,2}(\.\d{1,2})?|100)%$/, 'a percentage such as 30%'),
]);
const sized = {
  size: extent.optional().describe('columns or rows of the parent that it takes, or a share such as 30%'),
  min: z.int().positive().optional().describe('fewer than these and it is left out'),
  max: z.int().positive().optional(),
};

export interface Sized {
  size?: number | string | undefined;
  min?: number | undefined;
  max?: number | undefined;
}
export type Layout = Sized &
  (
    | { rows: Layout[] }
    | { columns: Layout[] }
    /** the agents that have no place of their own */
    | { agents: 'grid' | 'stack' }
    | { pane: ListPane }
    /** this agent's terminal */
    | { agent: string }
  );

export const layoutSchema: z.ZodType<Layout> = z.lazy(() =>
  z.union([
    z.strictObject({ rows: z.array(layoutSchema).min(1), ...sized }),
    z.strictObject({ columns: z.array(layoutSchema).min(1), ...sized }),
    z.strictObject({ agents: z.enum(['grid', 'stack']), ...sized }),
    z.strictObject({ pane: z.enum(listPanes), ...sized }),
    z.strictObject({ agent: agentName, ...sized }),
  ]),
);

export type Focus = { readonly agent: string } | { readonly pane: ListPane };

export const sameFocus = (a: Focus | undefined, b: Focus | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  ('agent' in a ? 'agent' in b && a.agent === b.agent : 'pane' in b && a.pane === b.pane);

/** The children of a node of rows or columns; none of a leaf. */
export const childrenOf = (node: Layout): readonly Layout[] =>
  'rows' in node ? node.rows : 'columns' in node ? node.columns : [];

/** A node with other children in the same direction. */
export const withChildren = (node: Layout, children: Layout[]): Layout =>
  'rows' in node ? { ...node, rows: children } : 'columns' in node ? { ...node, columns: children } : node;

/** What a leaf shows; undefined for rows, columns, and the agents that share a place. */
export const focusOf = (node: Layout): Focus | undefined =>
  'agent' in node ? { agent: node.agent } : 'pane' in node ? { pane: node.pane } : undefined;

/** The bounds of a node alone. */
export function sizedOf({ size, min, max }: Layout): Sized {
  return {
    ...(size === undefined ? {} : { size }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
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
          : 'agent' in node
            ? `@${node.agent}`
            : node.pane,
    ...(node.size === undefined ? [] : [String(node.size)]),
    ...(node.min === undefined ? [] : [`≥${node.min}`]),
    ...(node.max === undefined ? [] : [`≤${node.max}`]),
  ];
  return words.join(' ');
}
