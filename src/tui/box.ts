import { cutLine, fitted, type Line, line, type Style, span, widthOf } from './line.ts';

/** What stands in the frame of a box, beside its contents. */
export interface Frame {
  readonly title: Line;
  readonly aside?: Line;
  readonly foot?: Line;
  readonly footAside?: Line;
  readonly style: Style;
}

/** One edge: `╭ left ──── right ╮`, the right part left out when it does not fit. */
function edge(left: Line, right: Line, cols: number, corners: string, style: Style): Line {
  const [open = '', close = ''] = corners;
  const inner = cols - 2;
  const rule = (count: number) => span('─'.repeat(Math.max(0, count)), style);
  const pad = (part: Line): Line => (part.length > 0 ? line(' ', ...part, ' ') : []);
  const head = cutLine(pad(left), inner);
  const room = inner - widthOf(head);
  const tail = widthOf(pad(right)) + 1 <= room ? [...pad(right), rule(right.length > 0 ? 1 : 0)] : [];
  return line(span(open, style), ...head, rule(room - widthOf(tail)), ...tail, span(close, style));
}

/** A box of exactly `cols` × `rows` with its contents cut and filled up to fit. */
export function box(frame: Frame, contents: readonly Line[], cols: number, rows: number): Line[] {
  const side = span('│', frame.style);
  const middle = Array.from({ length: Math.max(0, rows - 2) }, (_, y) =>
    line(side, ...fitted(contents[y] ?? [], cols - 2), side),
  );
  return [
    edge(frame.title, frame.aside ?? [], cols, '╭╮', frame.style),
    ...middle,
    edge(frame.foot ?? [], frame.footAside ?? [], cols, '╰╯', frame.style),
  ].slice(0, rows);
}
