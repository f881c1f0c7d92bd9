import type { Placed } from '../core/arrange.ts';
import type { Rect } from '../core/layout.ts';

export const directions = ['left', 'right', 'up', 'down'] as const;
export type Direction = (typeof directions)[number];

/** How far `to` lies in a direction, and how far aside; null when it does not lie there or shares no row or column. */
function distance(from: Rect, to: Rect, direction: Direction): { ahead: number; aside: number } | null {
  const level = direction === 'left' || direction === 'right';
  const ahead = {
    left: from.x - (to.x + to.cols),
    right: to.x - (from.x + from.cols),
    up: from.y - (to.y + to.rows),
    down: to.y - (from.y + from.rows),
  }[direction];
  const [a, aEnd, b, bEnd] = level
    ? [from.y, from.y + from.rows, to.y, to.y + to.rows]
    : [from.x, from.x + from.cols, to.x, to.x + to.cols];
  if (ahead < 0 || Math.min(aEnd, bEnd) <= Math.max(a, b)) return null;
  return { ahead, aside: Math.abs(a - b) };
}

/** The pane next to another one in a direction: the nearest that shares a row (or column) with it, else undefined. */
export function neighbour(panes: readonly Placed[], from: Placed, direction: Direction): Placed | undefined {
  return panes
    .flatMap((pane) => {
      const way = distance(from.rect, pane.rect, direction);
      return way ? [{ pane, ...way }] : [];
    })
    .sort((a, b) => a.ahead - b.ahead || a.aside - b.aside)[0]?.pane;
}
