import { box } from '../box.ts';
import { halves } from '../editor.ts';
import { cutLine, fitted, type Line, line, span, spread, widthOf } from '../line.ts';
import { offers, usageIn } from '../palette.ts';
import { inShell } from '../shell-verbs.ts';
import { accent, bad, quiet, strong } from '../theme.ts';
import type { Mode } from '../ui.ts';
import type { View } from '../view.ts';

const prompt = ' › ';

/** The palette: the line, what fits it, and below how it is used or why it was refused. */
export function palettePanel(
  view: View,
  mode: Mode & { type: 'palette' },
  cols: number,
  rows: number,
): Line[] {
  const inner = cols - 2;
  const found = offers(mode.line.text, view, view.ui.history);
  const room = rows - 5;
  const top = paletteTop(found.length, mode.chosen, rows);
  const names = Math.min(34, Math.floor(inner / 2));
  const list = found.slice(top, top + room).map((offer, index): Line => {
    const here = top + index === mode.chosen;
    const name = fitted(
      line(here ? span('▌', accent) : ' ', ' ', span(offer.line.trimEnd(), here ? strong : {})),
      names,
    );
    return line(...name, span(` ${offer.summary}`, quiet));
  });
  const shell = inShell(mode.line.text);
  if (found.length === 0) list.push(line('  ', span(shell ?? 'no command, agent or task fits', quiet)));
  const usage = (found.length > 0 ? shell : undefined) ?? usageIn(mode.line.text);
  const foot = mode.refused
    ? spread(
        line(' ', span(mode.refused.refusal, bad)),
        line(mode.refused.hint ? span(` → ${mode.refused.hint} `, quiet) : null),
        inner,
      )
    : line(' ', span(mode.waiting ? 'asking…' : (usage ?? 'tab completes · enter runs · esc leaves'), quiet));
  const rule = line(span('─'.repeat(inner), quiet));
  const padded = [...list, ...Array.from({ length: Math.max(0, room - list.length) }, (): Line => [])];
  return box(
    { title: line(span('commands', strong)), style: accent },
    [inputLine(mode.line, inner), rule, ...padded, foot],
    cols,
    rows,
  );
}

/** The first offer in view of a palette of so many rows. */
export const paletteTop = (count: number, chosen: number, rows: number): number =>
  Math.max(0, Math.min(count - (rows - 5), chosen - (rows - 5) + 1));

/** The visible part of a line being typed, so that the cursor is in it. */
function visible(editor: { text: string; at: number }, room: number): { text: string; cursor: number } {
  const [before, after] = halves(editor);
  let head = before;
  while (widthOf(line(head)) >= room) head = head.slice(1);
  return { text: head + after, cursor: widthOf(line(head)) };
}

/** A prompt and the line being typed. */
export const inputLine = (editor: { text: string; at: number }, cols: number): Line =>
  cutLine(line(span(prompt, accent), span(visible(editor, cols - prompt.length).text)), cols);

/** Where the cursor is in an input line. */
export const inputCursor = (editor: { text: string; at: number }, cols: number): number =>
  prompt.length + visible(editor, cols - prompt.length).cursor;
