import { lookOf, theme } from './colours.ts';
import { escapeText, type Picture, type Run, runsOf } from './draw.ts';

/** A screen as a page of its own: text that can be selected and searched, without any script or file beside it. */
export function drawHtml(picture: Picture, title = 'mcc'): string {
  const rows = picture.rows.map((_, y) => runsOf(picture, y).map(drawRun).join('').replace(/ +$/, ''));
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<title>${escapeText(title)}</title>`,
    '<style>',
    `body { background: ${theme.background}; margin: 1em; }`,
    `pre { color: ${theme.text}; font: 14px/1.2 ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; }`,
    'a { color: inherit; }',
    'i { font-style: inherit; display: inline-block; width: 2ch; }',
    `.cursor { outline: 1px solid ${theme.text}; }`,
    '</style>',
    `<pre>${rows.join('\n')}</pre>`,
    '</html>',
    '',
  ].join('\n');
}

function drawRun({ text, cols, pen, alone, cursor }: Run): string {
  const look = lookOf(pen);
  const styles = [
    look.text === theme.text ? '' : `color:${look.text}`,
    look.back === theme.background ? '' : `background:${look.back}`,
    look.bold ? 'font-weight:bold' : '',
    look.italic ? 'font-style:italic' : '',
    look.decoration === '' ? '' : `text-decoration:${look.decoration}`,
    look.dim ? 'opacity:0.6' : '',
  ].filter(Boolean);
  // A wide glyph takes two columns, whatever font it comes from.
  const glyphs = alone && cols === 2 ? `<i>${escapeText(text)}</i>` : escapeText(text);
  const style = styles.length > 0 ? ` style="${styles.join(';')}"` : '';
  const mark = cursor ? ' class="cursor"' : '';
  const drawn = style || mark ? `<span${mark}${style}>${glyphs}</span>` : glyphs;
  // Only what leads to a page: a program chooses its links, and `javascript:` would run in whoever opens this.
  return /^(https?|mailto):/i.test(look.uri) ? `<a href="${escapeText(look.uri)}">${drawn}</a>` : drawn;
}
