import type { Modes } from '../../src/term/screen.ts';

/**
 * One case of the corpus: bytes a program writes, and what its terminal must hold then, as ECMA-48, xterm's ctlseqs or
 * the named document says. Rows and blanks at the end that are not drawn must be blank.
 */
export interface Case {
  readonly name: string;
  /** The document and section that the expectation is derived from. */
  readonly source: string;
  /** Columns and rows. */
  readonly size: readonly [number, number];
  readonly bytes: string | readonly Step[];
  /** A glyph a column; `▸` is the right half of a wide glyph. */
  readonly rows: readonly string[];
  /** A letter a column, named in `pens`; a blank or nothing is the plain pen. */
  readonly styles?: readonly string[];
  readonly pens?: Readonly<Record<string, string>>;
  /** Column and row from 0; not looked at unless given. */
  readonly cursor?: readonly [number, number];
  readonly look?: {
    readonly visible?: boolean;
    readonly shape?: 'block' | 'underline' | 'bar';
    readonly blink?: boolean;
  };
  readonly modes?: Partial<Modes>;
  readonly title?: string;
  /** Lines above the screen, the oldest first; not looked at unless given. */
  readonly history?: readonly string[];
  /** Everything the terminal answers, in order; none unless given. */
  readonly answers?: readonly string[];
  /** Bells, titles, notices, clipboard and progress, in order; not looked at unless given. */
  readonly heard?: readonly unknown[];
  /** xterm.js departs from the source here and the pane follows the source: what xterm.js does. */
  readonly mended?: string;
  /** The pane departs from the source, as xterm.js does: why, and what it shows instead. */
  readonly departs?: { readonly how: string } & Partial<
    Pick<Case, 'rows' | 'styles' | 'cursor' | 'answers' | 'title'>
  >;
  /** The rows as an outer terminal with an older table of widths shows them. */
  readonly outside?: readonly string[];
  /** Part of this state does not travel in a snapshot taken halfway: which. */
  readonly lost?: string;
}

export type Step = string | Uint8Array | { readonly resize: readonly [number, number] };

/** What a cell must be: its glyph ('' for the right half of a wide one) and its pen in words. */
export interface Cell {
  readonly glyph: string;
  readonly pen: string;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The expected cells of a case, row by row. */
export function expected(
  its: Pick<Case, 'rows' | 'styles' | 'pens'>,
  size: readonly [number, number],
): Cell[][] {
  const [cols, height] = size;
  if (its.rows.length > height) throw new Error('more rows drawn than the screen has');
  return Array.from({ length: height }, (_, y) => {
    const drawn = [...segmenter.segment(its.rows[y] ?? '')].map((one) => one.segment);
    if (drawn.length > cols) throw new Error(`row ${y} is drawn wider than the screen`);
    const mask = its.styles?.[y] ?? '';
    return Array.from({ length: cols }, (_, x) => {
      const letter = mask[x] ?? ' ';
      const named = letter === ' ' ? '' : its.pens?.[letter];
      if (named === undefined) throw new Error(`no pen is called ${letter}`);
      const glyph = drawn[x] ?? ' ';
      return seen(glyph === '▸' ? '' : glyph, words(named));
    });
  });
}

const ORDER = [
  ...[
    'bold',
    'dim',
    'italic',
    'underline',
    'double',
    'curly',
    'dotted',
    'dashed',
    'blink',
    'inverse',
    'hidden',
  ],
  ...['strike', 'overline', 'fg', 'bg', 'ul', 'link'],
];
const rank = (word: string) => ORDER.indexOf(word.split('=')[0] ?? '');

function words(pen: string): string[] {
  const all = pen.split(' ').filter((word) => word !== '');
  for (const word of all) if (rank(word) < 0) throw new Error(`unknown in a pen: ${word}`);
  return all;
}

const LINES = /^(underline|double|curly|dotted|dashed|strike|overline|inverse|link)/;

/** A cell as it can be seen: of a space, colours and weights of the text are not. */
export function seen(glyph: string, pen: readonly string[]): Cell {
  const shown =
    glyph === ' ' && !pen.some((word) => LINES.test(word)) ? pen.filter((word) => /^bg=/.test(word)) : pen;
  return { glyph, pen: shown.toSorted((a, b) => rank(a) - rank(b)).join(' ') };
}

/** Rows of cells as text that a person can compare: `glyph` or `glyph{pen}`. */
export function draw(rows: readonly (readonly Cell[])[]): string[] {
  return rows.map((row) => row.map(({ glyph, pen }) => (glyph || '▸') + (pen && `{${pen}}`)).join(''));
}

/** The steps of a case. */
export function steps(its: Case): readonly Step[] {
  return typeof its.bytes === 'string' ? [its.bytes] : its.bytes;
}
