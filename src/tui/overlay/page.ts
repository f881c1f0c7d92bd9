import { box } from '../box.ts';
import { type Line, line, type Style, span, wrap } from '../line.ts';
import { accent, bad, good, quiet, strong } from '../theme.ts';
import type { Mode } from '../ui.ts';

/** How a line of a unified diff looks; other texts are plain. */
function diffStyle(text: string): Style {
  if (/^(\+\+\+|---|diff |index )/.test(text)) return { bold: true };
  if (text.startsWith('@@')) return { color: 'cyan' };
  return text.startsWith('+') ? good : text.startsWith('-') ? bad : {};
}

/** A text to read, with where in it one is. */
export function pagePanel(mode: Mode & { type: 'page' }, cols: number, rows: number): Line[] {
  const all = wrap(mode.text, cols - 4);
  const diff = /^@@ /m.test(mode.text);
  const room = rows - 2;
  const shown = all
    .slice(mode.top, mode.top + room)
    .map((text) => line(' ', span(text, diff ? diffStyle(text) : {})));
  const percent =
    all.length > room ? ` ${Math.round((100 * Math.min(all.length, mode.top + room)) / all.length)} %` : '';
  return box(
    {
      title: line(span(mode.title, strong)),
      aside: line(span(percent.trim(), quiet)),
      footAside: line(span('esc leaves', quiet)),
      style: accent,
    },
    shown,
    cols,
    rows,
  );
}
