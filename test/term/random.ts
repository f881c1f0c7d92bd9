/** Seeds of property tests, the same in every run; SEED=… tries another one. Test names carry the seed. */
export function seeds(count: number): number[] {
  return process.env.SEED
    ? [Number(process.env.SEED)]
    : Array.from({ length: count }, (_, index) => index + 1);
}

export interface Random {
  (below: number): number;
  pick<T>(from: readonly T[]): T;
}

/** mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (below: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
  return Object.assign(next, { pick: <T>(from: readonly T[]): T => from[next(from.length)] as T });
}

const WORDS = [
  'a',
  'hello world',
  '   ',
  '          ',
  'Grüße',
  '世界',
  'e\u0301',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  '☁\ufe0f',
  '한글',
  '│──┤',
  'x\u0336y',
  '\u{1f600}',
  'नमस्ते',
  '\t',
  '\r\n',
  '\n',
  '\r',
  '\b',
  '\x0e',
  '\x0f',
  '0123456789012345678901234567890123456789',
];

/** xterm restores a saved cursor with half of its pen and its character set; nobody relies on which half. */
const CLEAN = '\x1b]8;;\x1b\\\x1b[m\x1b(B\x0f';

/** One random piece of what programs write: text, movement, erasing, colours, modes. */
export function piece(r: Random, cols: number, rows: number): string {
  const n = () => r(rows + 2);
  const m = () => r(cols + 2);
  const makers: (() => string)[] = [
    () => r.pick(WORDS),
    () => r.pick(WORDS),
    () => r.pick(WORDS),
    () => `\x1b[${n()};${m()}H`,
    () => `\x1b[${1 + r(4)}${r.pick(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'd', 'I', 'Z'])}`,
    () => `\x1b[${r(3)}${r.pick(['J', 'K'])}`,
    () => `\x1b[${1 + r(5)}${r.pick(['@', 'P', 'X', 'L', 'M', 'S', 'T'])}`,
    () => sgr(r),
    () => sgr(r),
    () => `\x1b]8;${r.pick([';https://x.y/z', 'id=7;file:///ü'])}\x07${r.pick(WORDS)}\x1b]8;;\x1b\\`,
    () => `\x1b[${1 + r(rows)};${1 + r(rows)}r`,
    () => r.pick(['\x1b7', '\x1bM', '\x1bD', '\x1bE', '\x1bH', '\x1b[3g', '\x1b[s']),
    () => r.pick(['\x1b8', '\x1b[u', '\x1b[?1049l']) + CLEAN,
    () => `\x1b[?${r.pick([1, 6, 7, 25, 45, 1000, 1002, 1003, 1004, 1006, 2004, 1005])}${r.pick(['h', 'l'])}`,
    () => r.pick(['\x1b[?1049h', '\x1b[?1047h', '\x1b[?1047l', '\x1b[?47h', '\x1b[?47l']),
    () =>
      r.pick([
        '\x1b[4h',
        '\x1b[4l',
        '\x1b=',
        '\x1b>',
        '\x1b(0',
        '\x1b(B',
        '\x1b)0',
        '\x1b[4 q',
        '\x1b[5 q',
        '\x1b[ q',
      ]),
    () =>
      r.pick([
        '\x1b[>1u',
        '\x1b[<u',
        '\x1b[=1;2u',
        '\x1b[>4;2m',
        '\x1b[>4m',
        '\x1b]2;a title ü\x07',
        '\x1b[!p',
      ]),
  ];
  return r.pick(makers)();
}

function sgr(r: Random): string {
  const rgb = () => `${r(256)};${r(256)};${r(256)}`;
  const parts: (() => string)[] = [
    () => '',
    () => '0',
    () => String(r.pick([1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 25, 27, 28, 29, 39, 49, 53, 55, 59])),
    () => String(r.pick([30, 31, 37, 40, 44, 47, 90, 97, 100, 107])),
    () => `38;5;${r(256)}`,
    () => `48;5;${r(256)}`,
    () => `38;2;${rgb()}`,
    () => `48;2;${rgb()}`,
    () => `4:${r(6)}`,
    () => `4:${1 + r(5)};58;5;${r(256)}`,
    () => `58:2::${rgb().replaceAll(';', ':')}`,
  ];
  return `\x1b[${Array.from({ length: 1 + r(2) }, () => r.pick(parts)()).join(';')}m`;
}
