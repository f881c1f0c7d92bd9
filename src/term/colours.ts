import { Bg, extendedAt, Fg, type Pen } from './cells.ts';

/** The colours of drawn screens: a terminal's own are the person's choice, a picture needs some. */
export const theme = {
  background: '#16181d',
  text: '#c9ced6',
  // black, red, green, yellow, blue, magenta, cyan, white, and the bright ones
  palette: [
    ...['#22252b', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#c9ced6'],
    ...['#5c6370', '#ef7f87', '#a9d18a', '#f0cd8b', '#7cbdf5', '#d48fe6', '#6cc5d0', '#ffffff'],
  ],
} as const;

const hex = (red: number, green: number, blue: number): string =>
  `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/** xterm's 256 colours: 16 of the theme, a cube of 6×6×6, 24 greys (ctlseqs, "88- and 256-color"). */
function indexed(index: number): string {
  if (index < 16) return theme.palette[index] ?? theme.text;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return hex(grey, grey, grey);
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function colour(word: number, standard: string): string {
  const value = word & 0xffffff;
  const mode = (word >>> 24) & 3;
  if (mode === 0) return standard;
  return mode === 3 ? hex(value >>> 16, (value >>> 8) & 0xff, value & 0xff) : indexed(value & 0xff);
}

/** How a pen draws: colours as #rrggbb, and what CSS calls a text decoration ('' for none). */
export interface Look {
  readonly text: string;
  readonly back: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly decoration: string;
  readonly uri: string;
}

const UNDERLINES = ['solid', 'solid', 'double', 'wavy', 'dotted', 'dashed'];

/** The look of a pen, inverse resolved. */
export function lookOf({ fg, bg, extended }: Pen): Look {
  const { underline, color, uri } = extendedAt(extended);
  const [text, back] = [colour(fg, theme.text), colour(bg, theme.background)];
  const lines = [
    fg & Fg.underline && 'underline',
    bg & Bg.overline && 'overline',
    fg & Fg.strike && 'line-through',
  ].filter(Boolean);
  const style = fg & Fg.underline ? [UNDERLINES[underline] ?? 'solid', colour(color, '')] : [];
  const inverse = (fg & Fg.inverse) !== 0;
  return {
    text: inverse ? back : text,
    back: inverse ? text : back,
    bold: (fg & Fg.bold) !== 0,
    dim: (bg & Bg.dim) !== 0,
    italic: (bg & Bg.italic) !== 0,
    decoration: [...lines, ...style].filter((part) => part !== '' && part !== 'solid').join(' '),
    uri,
  };
}
