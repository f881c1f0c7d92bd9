/**
 * tmux answers some queries of a program itself, more of them in newer versions: which, is asked of the tmux at hand. A
 * pane prints all queries that a screen answers, and its terminal, which echoes what comes in, shows what tmux replied.
 */

/** Queries, the last of which every tmux answers: DA2, DA3, XTVERSION, DSR, sizes, DECRQM, kitty keys, colours; DA1. */
const QUERIES = [
  '\x1b[>c',
  '\x1b[=c',
  '\x1b[>q',
  '\x1b[5n',
  '\x1b[6n',
  '\x1b[?6n',
  '\x1b[14t',
  '\x1b[18t',
  '\x1b[25$p',
  '\x1b[?25$p',
  '\x1b[?2026$p',
  '\x1b[?u',
  '\x1b]4;1;?\x1b\\',
  '\x1b]10;?\x1b\\',
  '\x1b]11;?\x1b\\',
  '\x1b]12;?\x1b\\',
  '\x1b[c',
];

/** A program that prints the queries and waits a little. */
export const probe: readonly string[] = [
  '/bin/sh',
  '-c',
  `printf '%b' "$0"; exec sleep 5`,
  QUERIES.map((query) => query.replaceAll('\\', '\\\\').replaceAll('\x1b', '\\033')).join(''),
];

/** What tmux 3.3a answers (measured). */
export const usualAnswers: readonly string[] = ['?c', '>c', 'P>|', 'n', 'R', '8t'];

const REPLY = /\x1b(?:\[[?>=]?[\d;]*\$?[A-Za-z]|\][^\x07\x1b]*|P[^\x1b]*)/g;

/** The queries themselves, which stand in the output too, as REPLY cuts them. */
const asked = new Set(QUERIES.join('').match(REPLY));

/** What kind of query a reply answers: the same for all replies to it, whatever they say. */
export function kindOf(reply: string): string {
  const [, prefix = '', numbers = '', final] = /^\x1b\[([?>=]?)([\d;]*)(\$?[A-Za-z])/.exec(reply) ?? [];
  if (final === 't') return `${Number.parseInt(numbers, 10)}t`;
  if (final === '$y') return `${prefix}${numbers.startsWith('2026;') ? '2026' : ''}$y`;
  if (final !== undefined) return prefix + final;
  return /^\x1b(?:\]\d+|P[^\d;]{0,2})/.exec(reply)?.[0].slice(1) ?? '';
}

/**
 * The kinds of replies in what the terminal of the probe showed.
 * @returns undefined while the last one has not come
 */
export function answersIn(shown: string): Set<string> | undefined {
  const replies = shown.replaceAll('^[', '\x1b').match(REPLY) ?? [];
  const kinds = new Set(replies.filter((reply) => !asked.has(reply)).map(kindOf));
  return kinds.has('?c') ? kinds : undefined;
}
