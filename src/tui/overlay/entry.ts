import { box } from '../box.ts';
import { type Line, line, span } from '../line.ts';
import { accent, quiet, strong } from '../theme.ts';
import type { Mode } from '../ui.ts';
import { inputLine } from './palette.ts';

/** One line is asked for: what it is for stands in the frame, what may be typed below it. */
export const entryPanel = (mode: Mode & { type: 'entry' }, cols: number, rows: number): Line[] =>
  box(
    {
      title: line(span(mode.title, strong)),
      footAside: line(span(`enter ${mode.confirm?.does ?? 'sends'} · esc leaves`, quiet)),
      style: accent,
    },
    [
      inputLine(mode.line, cols - 2),
      ...(mode.hint === undefined ? [] : [line('   ', span(mode.hint, quiet))]),
    ],
    cols,
    rows,
  );
