import { realpathSync } from 'node:fs';
import { join } from 'node:path';

/** What a verb sees of the process that runs it; a test gives its own. */
export type Shell = {
  version: string;
  /** the folder mcc is installed in: bin/, layouts/, roles/, examples/ */
  home: string;
  /** this very program as an argv prefix, by absolute paths: what the background process and sessions run */
  program: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  out: (text: string) => void;
  err: (text: string) => void;
  /** Whether a person sits at both ends, so that a screen may be opened. */
  terminal: { columns: number; rows: number } | undefined;
  /** Colour and weight may be used for what goes to `out` and `err`. */
  colour: boolean;
  /** All of standard input; undefined when that is a terminal. */
  input: () => Promise<string | undefined>;
  /** Standard input line by line, until it ends or the signal comes. */
  lines: (signal: AbortSignal) => AsyncIterable<string>;
  /** Calls back in place of ending when the person presses Ctrl-C, once; returns how to have it end things again. */
  interrupted: (then: () => void) => () => void;
};

/** How a verb ends (docs/commands.md): 70 is EX_SOFTWARE of sysexits.h, 130 a shell's word for Ctrl-C. */
export const exits = { ok: 0, refused: 1, config: 2, notRunning: 3, bug: 70, interrupted: 130 } as const;

/** The shell of this process. A reader that goes away (`mcc log | head`) ends it quietly. */
export function processShell(version: string, home: string): Shell {
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exits.ok);
      // The terminal is gone; whoever read from it hears so too, and a signal tells the rest.
      if (error.code !== 'EIO') throw error;
    });
  return {
    version,
    home,
    program: [process.execPath, realpathSync(process.argv[1] ?? join(home, 'bin', 'mcc'))],
    cwd: currentFolder(),
    env,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    terminal: stdin.isTTY && stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : undefined,
    colour: Boolean(stdout.isTTY && stderr.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb',
    input: async () => {
      if (stdin.isTTY) return undefined;
      let text = '';
      stdin.setEncoding('utf8');
      for await (const chunk of stdin) text += chunk;
      return text;
    },
    lines: async function* (signal) {
      const { createInterface } = await import('node:readline');
      // A terminal edits its line itself: nothing is drawn here.
      const reader = createInterface({
        input: stdin,
        terminal: false,
        crlfDelay: Number.POSITIVE_INFINITY,
        signal,
      });
      yield* reader;
    },
    interrupted: (then) => {
      process.once('SIGINT', then);
      return () => void process.off('SIGINT', then);
    },
  };
}

/** The current folder; a person whose shell stands in a removed one is told so by whoever looks into it. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return process.env.PWD ?? '/';
  }
}

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';
const codes: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
};

/** A text in a style, where the shell allows it. */
export const styled = (shell: Pick<Shell, 'colour'>, style: Style, text: string): string =>
  shell.colour ? `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m` : text;
