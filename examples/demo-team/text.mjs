// Cells of text: how wide it is, where it wraps, how it is coloured.

const sgr = (code) => (text) => (text === '' ? '' : `\x1b[${code}m${text}\x1b[0m`);
export const style = {
  plain: (text) => text,
  dim: sgr('2'),
  bold: sgr('1'),
  inverse: sgr('7'),
  red: sgr('31'),
  green: sgr('32'),
  yellow: sgr('33'),
  accent: sgr('38;5;173'),
};

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const none = /^(?:\p{Mn}|\p{Me}|[\u200b-\u200f]|\ufe0f)$/u;

/** How many cells one character takes: 0, 1 or 2. */
export const widthOf = (character) => (none.test(character) ? 0 : wide.test(character) ? 2 : 1);

/** Cuts a text into rows of at most `cols` cells, at blanks where there are any. */
export function wrap(text, cols) {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, cols)));
}

function wrapLine(line, cols) {
  const rows = [];
  let row = '';
  let width = 0;
  for (const character of line) {
    const cells = widthOf(character);
    if (width + cells > cols) {
      const blank = row.lastIndexOf(' ');
      const keep = blank > 0 && character !== ' ' ? blank : row.length;
      rows.push(row.slice(0, keep));
      row = row.slice(keep).trimStart();
      width = [...row].reduce((sum, one) => sum + widthOf(one), 0);
      if (character === ' ' && row === '') continue;
    }
    row += character;
    width += cells;
  }
  return [...rows, row];
}

/** A text cut to so many cells. */
export function cut(text, cols) {
  return wrapHard(text, cols)[0] ?? '';
}

/** Rows of exactly the characters of a text, without regard for blanks: for what a person is typing. */
export function wrapHard(text, cols) {
  const rows = [''];
  let width = 0;
  for (const character of text) {
    const cells = widthOf(character);
    if (width + cells > cols) {
      rows.push('');
      width = 0;
    }
    rows[rows.length - 1] += character;
    width += cells;
  }
  return rows;
}
