import type { Rect } from '../core/layout.ts';
import { overlayRows, paneRows, statusRow, stripRow, tooSmallRows } from './rows.ts';
import { type Block, block } from './surface.tsx';
import type { Theme } from './theme.ts';
import { tooSmall, type View } from './view.ts';

/** Everything but the programs in the terminals: frames, lists, titles and the status line. */
export function chrome(view: View, theme: Theme): Block[] {
  const { size, arrangement } = view;
  const whole = { x: 0, y: 0, cols: size.cols, rows: size.rows };
  if (tooSmall(size)) return [block(whole, tooSmallRows(size), theme)];
  const { panes, strip } = arrangement;
  return [
    ...panes.map((pane) => block(pane.rect, paneRows(view, pane), theme)),
    ...(strip ? [block(strip.rect, [stripRow(view, strip.rect.cols)], theme)] : []),
    block({ ...whole, y: size.rows - 1, rows: 1 }, [statusRow(view)], theme),
  ];
}

/** What lies over it while the leader, the palette, an entry or a page is open. */
export const overlay = (view: View, rect: Rect, theme: Theme): Block[] => [
  block({ ...rect, x: 0, y: 0 }, overlayRows(view, rect.cols, rect.rows), theme),
];
