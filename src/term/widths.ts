/**
 * Glyphs that terminals do not agree on. The emulator has one width table (graphemes.ts); the outer terminal has its own,
 * which nobody can ask for but by trying (probe.ts).
 */

/** Kinds of glyphs that a terminal gives a wrong width all together or not at all. */
export const widthClasses = [
  'lines',
  'wide',
  'emoji',
  'variant',
  'joined',
  'flag',
  'toned',
  'marked',
  'hangul',
] as const;
export type WidthClass = (typeof widthClasses)[number];

/** One glyph of each kind, to try. */
export const samples: Readonly<Record<WidthClass, string>> = {
  // of ambiguous width (UAX #11): two columns in some terminals set up for East Asian languages
  lines: '─●…',
  wide: '世',
  emoji: '🙂',
  // a text symbol that a variation selector turns into an emoji
  variant: '☁\ufe0f',
  joined: '👩\u200d👩\u200d👧',
  flag: '🇩🇪',
  toned: '👍🏽',
  marked: 'e\u0301',
  hangul: '\u1112\u1161\u11ab',
};

/** The kind of a glyph; undefined for those that all terminals agree on. */
export function widthClass(text: string): WidthClass | undefined {
  const code = text.codePointAt(0) ?? 0;
  if (code < 0x80 && text.length === 1) return undefined;
  if (text.includes('\u200d')) return 'joined';
  if (code >= 0x1f1e6 && code <= 0x1f1ff) return 'flag';
  if (/\p{Emoji_Modifier}$/u.test(text) && text.length > 2) return 'toned';
  if (text.includes('\ufe0f')) return 'variant';
  if (code >= 0x1100 && code <= 0x11ff) return 'hangul';
  if (text.length > (code > 0xffff ? 2 : 1)) return 'marked';
  if (code >= 0x1f000) return 'emoji';
  if (code >= 0x2e80 && code <= 0xffdc) return 'wide';
  return /[\u2010-\u2027\u2190-\u21ff\u2460-\u27bf]/.test(text) ? 'lines' : undefined;
}

/** A glyph that says nearly the same with less: without what was joined to its first character; a flag as two letters. */
export function simpler(text: string): string {
  const [first = '', second = ''] = text;
  const letter = (part: string) => {
    const code = (part.codePointAt(0) ?? 0) - 0x1f1e6;
    return code >= 0 && code < 26 ? String.fromCharCode(0x41 + code) : '';
  };
  return letter(first) === '' ? first : letter(first) + letter(second);
}
