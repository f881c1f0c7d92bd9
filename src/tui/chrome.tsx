import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { Rect } from '../core/layout.ts';
import type { Line } from './line.ts';
import { overlayRows, paneRows, statusRow, stripRow, tooSmallRows } from './rows.ts';
import { toInk } from './surface.ts';
import { tooSmall, type View } from './view.ts';

/** Lines in their rectangle. They have its width exactly, so that nothing is measured or wrapped a second time. */
function At({ rect, rows, colour }: { rect: Rect; rows: readonly Line[]; colour: boolean }): ReactNode {
  return (
    <Box position="absolute" marginLeft={rect.x} marginTop={rect.y} width={rect.cols} height={rect.rows}>
      <Text>{toInk(rows, colour)}</Text>
    </Box>
  );
}

/** Everything but the programs in the terminals: frames, lists, titles and the status line. */
export function Chrome({ view, colour }: { view: View; colour: boolean }): ReactNode {
  const { size, arrangement } = view;
  const whole = { x: 0, y: 0, cols: size.cols, rows: size.rows };
  if (tooSmall(size))
    return (
      <Box width={size.cols} height={size.rows}>
        <At rect={whole} rows={tooSmallRows(size)} colour={colour} />
      </Box>
    );
  const { panes, strip } = arrangement;
  return (
    <Box width={size.cols} height={size.rows}>
      {panes.map((pane) => (
        <At
          key={'agent' in pane ? `agent ${pane.agent}` : pane.pane}
          rect={pane.rect}
          rows={paneRows(view, pane)}
          colour={colour}
        />
      ))}
      {strip && <At rect={strip.rect} rows={[stripRow(view, strip.rect.cols)]} colour={colour} />}
      <At rect={{ ...whole, y: size.rows - 1, rows: 1 }} rows={[statusRow(view)]} colour={colour} />
    </Box>
  );
}

/** What lies over it while the leader, the palette, an entry or a page is open. */
export function Overlay({ view, rect, colour }: { view: View; rect: Rect; colour: boolean }): ReactNode {
  return (
    <Box width={rect.cols} height={rect.rows}>
      <At rect={{ ...rect, x: 0, y: 0 }} rows={overlayRows(view, rect.cols, rect.rows)} colour={colour} />
    </Box>
  );
}
