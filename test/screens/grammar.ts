/**
 * All that the compositor may write to the outer terminal, as a strict grammar: frames inside synchronised updates, and
 * between them the cursor alone. Anything else in its bytes would be a leak of a pane.
 */

const number = '(?:[1-9]\\d{0,4})';
const colour = (base: number) =>
  `(?:${base / 10}[0-7]|${base + 9}|${base + 60 === 90 ? 9 : 10}[0-7]|${base + 8};5;\\d{1,3}|${base + 8};2(?:;\\d{1,3}){3})`;
const parameter = `(?:[1235789]|4(?::[2-5])?|53|${colour(30)}|${colour(40)}|58:5:\\d{1,3}|58:2:(?::\\d{1,3}){3})`;
const sgr = `\\x1b\\[(?:(?:;?${parameter})(?:;${parameter})*)?m`;
const link = '\\x1b\\]8;(?:id=mcc\\d+;[\\x20-\\x7e]{1,2083}|;)\\x1b\\\\';
const move = `\\x1b\\[(?:${number}(?:;${number})?H|${number}?[CG])`;
const clear = `\\x1b\\[(?:K|${number}X)`;
// no control characters of either kind, no half of a pair
const glyphs = '[^\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]';
const cursor = `(?:\\x1b\\[[1-6] q)?(?:\\x1b\\[${number};${number}H)?(?:\\x1b\\[\\?25h)?`;
const frame =
  `\\x1b\\[\\?2026h(?:\\x1b\\[\\?25l)?(?:\\x1b\\[m\\x1b\\[2J)?` +
  `(?:${sgr}|${link}|${move}|${clear}|${glyphs})*${cursor}\\x1b\\[\\?2026l`;

const FRAME = new RegExp(`^(?:${frame}|${cursor}|\\x1b\\[\\?25l)$`, 'u');
/** The same piece by piece, to say what is wrong; with `y` so that it runs in one pass. */
const PIECE = new RegExp(
  `\\x1b\\[\\?2026[hl]|\\x1b\\[\\?25[hl]|\\x1b\\[m\\x1b\\[2J|\\x1b\\[[1-6] q|${sgr}|${link}|${move}|${clear}|${glyphs}+`,
  'uy',
);

/** What in these bytes (one return of `difference`) the compositor must not write; null if all is well. */
export function trespass(bytes: string): string | null {
  for (let at = 0; at < bytes.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    if (!PIECE.test(bytes)) return JSON.stringify(bytes.slice(Math.max(0, at - 20), at + 40));
  }
  return bytes.length > 100_000 || FRAME.test(bytes)
    ? null
    : `no frame: ${JSON.stringify(bytes.slice(0, 200))}`;
}
