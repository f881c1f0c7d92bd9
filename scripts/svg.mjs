// A terminal's screen as an SVG picture: cells, colours, box glyphs. The same screen always gives the same bytes.
import { Bg, CELL, Fg, glyphText } from '../src/term/cells.ts';

// DejaVu Sans Mono and most others are 0.602 em wide.
const cell = { width: 8.428, height: 17 };
const font = 14;
const margin = 12;
const theme = {
  background: '#16181d',
  text: '#c9ced6',
  // black, red, green, yellow, blue, magenta, cyan, white, and the bright ones
  palette: [
    '#22252b',
    '#e06c75',
    '#98c379',
    '#e5c07b',
    '#61afef',
    '#c678dd',
    '#56b6c2',
    '#c9ced6',
    '#5c6370',
    '#ef7f87',
    '#a9d18a',
    '#f0cd8b',
    '#7cbdf5',
    '#d48fe6',
    '#6cc5d0',
    '#ffffff',
  ],
};

const hex = (red, green, blue) =>
  `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/** xterm's 256 colours: 16 of the theme, a cube of 6×6×6, 24 greys. */
function indexed(index) {
  if (index < 16) return theme.palette[index];
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return hex(grey, grey, grey);
  }
  const level = (step) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function colour(word, standard) {
  const value = word & 0xffffff;
  const mode = (word >>> 24) & 3;
  if (mode === 0) return standard;
  return mode === 3 ? hex(value >>> 16, (value >>> 8) & 0xff, value & 0xff) : indexed(value & 0xff);
}

const escapeText = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);

/** Runs of cells of one row that look alike. */
function runs(words, cols) {
  const found = [];
  for (let x = 0; x < cols; x += 1) {
    const at = x * CELL;
    const text = glyphText(words[at]);
    const inverse = (words[at + 1] & Fg.inverse) !== 0;
    const plain = [colour(words[at + 1], theme.text), colour(words[at + 2], theme.background)];
    const [front, back] = inverse ? plain.reverse() : plain;
    const style = [
      front,
      back,
      (words[at + 1] & Fg.bold) !== 0,
      (words[at + 2] & Bg.dim) !== 0,
      (words[at + 2] & Bg.italic) !== 0,
      (words[at + 1] & Fg.underline) !== 0,
    ];
    const last = found.at(-1);
    const wide = text.length > 1 || text === '';
    if (last && !wide && !last.wide && last.style.join() === style.join() && last.x + last.cols === x) {
      last.text += text;
      last.cols += 1;
    } else if (text === '' && last) last.cols += 1;
    else found.push({ x, cols: 1, text, style, wide: text.length > 1 });
  }
  return found;
}

const n = (value) => String(Math.round(value * 100) / 100);

/**
 * @param {import('../src/term/screen.ts').Screen} screen
 * @param {{title?: string}} options
 */
export function svg(screen, options = {}) {
  const { cols, rows } = screen.size;
  const width = cols * cell.width + 2 * margin;
  const height = rows * cell.height + 2 * margin;
  const backs = [];
  const texts = [];
  const words = new Uint32Array(cols * CELL);
  for (let y = 0; y < rows; y += 1) {
    screen.readRow(y, words, 0, cols);
    for (const { x, cols: wide, text, style } of runs(words, cols)) {
      const [front, back, bold, dim, italic, underline] = style;
      const left = margin + x * cell.width;
      const top = margin + y * cell.height;
      if (back !== theme.background)
        backs.push(
          `<rect x="${n(left)}" y="${n(top)}" width="${n(wide * cell.width)}" height="${cell.height}" fill="${back}"/>`,
        );
      if (text.trim() === '') continue;
      if (/^│+$/.test(text)) {
        // Fonts leave gaps between the rows; a frame has none.
        for (let bar = 0; bar < text.length; bar += 1)
          backs.push(
            `<rect x="${n(left + (bar + 0.5) * cell.width - 0.55)}" y="${n(top)}" width="1.1" height="${cell.height}" fill="${front}"/>`,
          );
        continue;
      }
      const lead = text.length - text.trimStart().length;
      const shown = text.trim();
      const attributes = [
        `x="${n(left + lead * cell.width)}"`,
        `y="${n(top + cell.height * 0.74)}"`,
        `textLength="${n(Math.max(1, [...shown].length) * (text.length > 1 && wide === 2 && [...shown].length === 1 ? 2 : 1) * cell.width)}"`,
        front === theme.text ? '' : `fill="${front}"`,
        bold ? 'font-weight="bold"' : '',
        italic ? 'font-style="italic"' : '',
        underline ? 'text-decoration="underline"' : '',
        dim ? 'opacity="0.6"' : '',
      ].filter(Boolean);
      texts.push(`<text ${attributes.join(' ')}>${escapeText(shown)}</text>`);
    }
  }
  const cursor = screen.cursor;
  if (cursor.visible)
    backs.push(
      `<rect x="${n(margin + cursor.x * cell.width)}" y="${n(margin + cursor.y * cell.height)}" width="${cell.width}" height="${cell.height}" fill="${theme.text}" opacity="0.55"/>`,
    );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" role="img">`,
    ...(options.title ? [`<title>${escapeText(options.title)}</title>`] : []),
    `<rect width="100%" height="100%" rx="8" fill="${theme.background}"/>`,
    ...backs,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${font}" fill="${theme.text}" xml:space="preserve" lengthAdjust="spacingAndGlyphs">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}
