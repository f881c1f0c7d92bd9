import { expect, test } from 'vitest';
import { drawAnsi, drawText, pictureOf } from '../../src/term/draw.ts';
import { drawHtml } from '../../src/term/draw-html.ts';
import { drawSvg } from '../../src/term/draw-svg.ts';
import { Screen } from '../../src/term/screen.ts';
import { describe } from './picture.ts';
import { piece, random, seeds } from './random.ts';

const screenOf = (text: string, size = { cols: 20, rows: 4 }) => {
  const screen = new Screen(size, { scrollback: 100 });
  screen.write(text);
  return screen;
};

test('as text a screen has its rows, blanks at the ends and empty rows at the bottom left out', () => {
  const screen = screenOf('one  \r\n\r\n\x1b[31m  世界 é\x1b[m  \r\n');
  expect(drawText(pictureOf(screen))).toBe('one\n\n  世界 é\n');
  expect(drawText(pictureOf(screenOf('')))).toBe('');
});

test('with its history a screen has every line once', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const screen = screenOf(lines.join('\r\n'));
  screen.flush();
  const { cursor, rows } = pictureOf(screen, { history: true });
  expect(drawText(pictureOf(screen, { history: true }))).toBe(`${lines.join('\n')}\n`);
  expect({ cursor, rows: rows.length }).toEqual({ cursor: { x: 7, y: 29 }, rows: 30 });
  expect(drawText(pictureOf(screen))).toBe('line 26\nline 27\nline 28\nline 29\n');
});

test.each(seeds(40))('as ANSI a screen shows the same cells in another terminal (seed %i)', (seed) => {
  const r = random(seed);
  const size = { cols: 4 + r(30), rows: 2 + r(8) };
  const screen = screenOf('', size);
  for (let count = 0; count < 120; count++) screen.write(piece(r, size.cols, size.rows));
  const picture = pictureOf(screen, { history: true });
  const text = drawAnsi(picture);
  const copy = new Screen({ cols: size.cols, rows: picture.rows.length + 1 });
  copy.write(text.replaceAll('\n', '\r\n'));
  const copied = pictureOf(copy).rows.slice(0, picture.rows.length);
  expect(copied.map(describe)).toEqual(picture.rows.map(describe));
  expect(text.replace(/\x1b\[[\d;:]*m|\x1b\]8;[^\x1b]*\x1b\\/g, '')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  expect(copy.modes).toEqual(new Screen(size).modes);
});

test('as SVG and HTML a screen keeps colours, attributes and the cursor', () => {
  const picture = pictureOf(
    screenOf(
      '\x1b[1;31mred\x1b[m \x1b[4:3;58;5;2mwavy\x1b[m\r\n\x1b[7minverse\x1b[m \x1b[9;53mboth\x1b[m\r\n世x',
    ),
  );
  const svg = drawSvg(picture, 'a & b');
  expect(svg).toContain('<title>a &amp; b</title>');
  expect(svg).toContain('fill="#e06c75" font-weight="bold">red</text>');
  expect(svg).toContain('text-decoration="underline wavy #98c379">wavy</text>');
  expect(svg).toContain('text-decoration="overline line-through">both</text>');
  expect(svg).toContain('textLength="16.86">世</text>');
  expect(svg).toContain('opacity="0.55"');
  const html = drawHtml(picture, 'a & b');
  expect(html).toContain('<span style="color:#e06c75;font-weight:bold">red</span>');
  expect(html).toContain('<span style="color:#16181d;background:#c9ced6">inverse</span>');
  expect(html).toContain('<i>世</i>x<span class="cursor"> </span>');
});

test('a program cannot put anything but text into a drawn page', () => {
  const link = (uri: string) => `\x1b]8;;${uri}\x1b\\x\x1b]8;;\x1b\\`;
  const picture = pictureOf(
    screenOf(`<script>"&'\ufffe${link('javascript:alert(1)')}${link('https://a.b/"><script>')}`, {
      cols: 40,
      rows: 2,
    }),
  );
  for (const page of [drawHtml(picture, '</title><script>'), drawSvg(picture, '</title><script>')]) {
    expect(page).not.toMatch(/<script|javascript:|\ufffe/);
    expect(page).toContain('&lt;script&gt;&quot;&amp;');
  }
  expect(drawHtml(picture)).toContain('<a href="https://a.b/&quot;&gt;&lt;script&gt;">x</a>');
});

test('what is hidden on the screen is not drawn', () => {
  const picture = pictureOf(screenOf('a\x1b[8mpassword\x1b[mb'));
  expect(drawHtml(picture) + drawSvg(picture)).not.toContain('password');
});
