import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCorpus } from './corpus.ts';

/** A program in a pane, by argv. It shows its mark once it runs. */
export type Argv = readonly string[];

/** Keys that a keyboard has and nothing on the screen shows, nor is any of them part of a sequence that is sent. */
export const keys = ['{', '}', '~', '^', '&', '$', '%'] as const;
/** Marks of programs: braille, three bytes, one column, and on no other program's screen. */
export const mark = (index: number): string => String.fromCodePoint(0x28c0 + index);
export const done = String.fromCodePoint(0x28ff);

const octal = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
const shell = (script: string): Argv => ['/bin/sh', '-c', script];
const show = (text: string): string => `printf '${octal(text)}'`;
/** Waits for one key, which is not shown. */
const key = 'dd bs=1 count=1 >/dev/null 2>&1';
const raw = 'stty -icanon -echo min 1';

/** The programs of the panes; their texts lie in `folder`. */
export function programs(folder: string) {
  const text = join(folder, 'text');
  const large = join(folder, 'large');
  writeCorpus(text, { bytes: 4_000_000 });
  return {
    /** writes the text that the throughput is measured with; large, so made only when asked for */
    prepareLarge: (bytes: number): void => writeCorpus(large, { bytes }),
    prepareLines: (name: string, lines: number): void => writeCorpus(join(folder, name), { lines }),
    /** writes back what is typed, byte for byte */
    echo: (own: string): Argv => shell(`stty raw -echo; ${show(`${own}\r\n`)}; exec cat`),
    /** shows its mark and waits */
    quiet: (own: string): Argv => shell(`${show(own)}; exec cat`),
    /** writes so many bytes a second, some lines every 20 ms, as builds and tests do */
    stream: (own: string, rate: number): Argv => [
      process.execPath,
      fileURLToPath(new URL('stream.mjs', import.meta.url)),
      ...[text, String(rate), own],
    ],
    /** writes as fast as it can */
    flood: (own: string): Argv => shell(`${show(own)}; while :; do cat '${text}'; done`),
    /** a key, then the large text as fast as it can, then `done` */
    burst: (own: string): Argv =>
      shell(`${raw}; ${show(own)}; ${key}; cat '${large}'; ${show(done)}; exec cat`),
    /** for every key the lines of a file, then `done` on a cleared line */
    lines: (own: string, name: string): Argv =>
      shell(`${raw}; ${show(own)}; while ${key}; do cat '${join(folder, name)}'; ${show(`${done} `)}; done`),
    /** the lines of a file, then its mark */
    full: (own: string, name: string): Argv => shell(`cat '${join(folder, name)}'; ${show(own)}; exec cat`),
  };
}

export type Programs = ReturnType<typeof programs>;
