import type { Rect } from '../core/layout.ts';
import { overlayRows, paneRows, statusRow, stripRow, tooSmallRows } from './rows.ts';
import type { Block } from './surface.ts';
import { tooSmall, type View } from './view.ts';

/** Everything but the programs in the terminals: frames, lists, titles and the status line. */
export function chrome(view: View): Block[] {
  const { size, arrangement } = view;
  const whole = { x: 0, y: 0, cols: size.cols, rows: size.rows };
  if (tooSmall(size)) return [{ rect: whole, lines: tooSmallRows(size) }];
  const { panes, strip } = arrangement;
  return [
    ...panes.map((pane) => ({ rect: pane.rect, lines: paneRows(view, pane) })),
    ...(strip ? [{ rect: strip.rect, lines: [stripRow(view, strip.rect.cols)] }] : []),
    { rect: { ...whole, y: size.rows - 1, rows: 1 }, lines: [statusRow(view)] },
  ];
}

/** What lies over it while the leader, the palette, an entry or a page is open. */
export const overlay = (view: View, rect: Rect): Block[] => [
  { rect: { ...rect, x: 0, y: 0 }, lines: overlayRows(view, rect.cols, rect.rows) },
];
