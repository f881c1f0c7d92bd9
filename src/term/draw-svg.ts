import { lookOf, theme } from './colours.ts';
import { escapeText, type Picture, type Run, runsOf } from './draw.ts';

/** In pixels. DejaVu Sans Mono and most others are 0.602 em wide. */
const cell = { width: 8.428, height: 17 };
const font = 14;
const margin = 12;

/** A screen as an SVG picture: cells, colours, frames without gaps. The same screen always gives the same bytes. */
export function drawSvg(picture: Picture, title = ''): string {
  const width = n(picture.cols * cell.width + 2 * margin);
  const height = n(picture.rows.length * cell.height + 2 * margin);
  const backs: string[] = [];
  const texts: string[] = [];
  for (let y = 0; y < picture.rows.length; y++)
    for (const run of runsOf(picture, y)) drawRun(run, margin + y * cell.height, backs, texts);
  const { cursor } = picture;
  if (cursor)
    backs.push(
      `<rect x="${n(margin + cursor.x * cell.width)}" y="${n(margin + cursor.y * cell.height)}" width="${cell.width}" height="${cell.height}" fill="${theme.text}" opacity="0.55"/>`,
    );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    ...(title === '' ? [] : [`<title>${escapeText(title)}</title>`]),
    `<rect width="100%" height="100%" rx="8" fill="${theme.background}"/>`,
    ...backs,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${font}" fill="${theme.text}" xml:space="preserve" lengthAdjust="spacingAndGlyphs">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const n = (value: number): string => String(Math.round(value * 100) / 100);

function drawRun({ x, cols, text, pen }: Run, top: number, backs: string[], texts: string[]): void {
  const look = lookOf(pen);
  const left = margin + x * cell.width;
  if (look.back !== theme.background)
    backs.push(
      `<rect x="${n(left)}" y="${n(top)}" width="${n(cols * cell.width)}" height="${cell.height}" fill="${look.back}"/>`,
    );
  if (/^│+$/.test(text)) {
    // Fonts leave gaps between the rows; a frame has none.
    for (let bar = 0; bar < text.length; bar += 1)
      backs.push(
        `<rect x="${n(left + (bar + 0.5) * cell.width - 0.55)}" y="${n(top)}" width="1.1" height="${cell.height}" fill="${look.text}"/>`,
      );
    return;
  }
  const shown = look.decoration === '' ? text.trim() : text;
  if (shown === '') return;
  const lead = text.length - text.trimStart().length;
  const from = shown === text ? 0 : lead;
  const wide = shown === text ? cols : shown.length;
  const attributes = [
    `x="${n(left + from * cell.width)}"`,
    `y="${n(top + cell.height * 0.74)}"`,
    `textLength="${n(wide * cell.width)}"`,
    look.text === theme.text ? '' : `fill="${look.text}"`,
    look.bold ? 'font-weight="bold"' : '',
    look.italic ? 'font-style="italic"' : '',
    look.decoration === '' ? '' : `text-decoration="${look.decoration}"`,
    look.dim ? 'opacity="0.6"' : '',
  ].filter(Boolean);
  texts.push(`<text ${attributes.join(' ')}>${escapeText(shown)}</text>`);
}
