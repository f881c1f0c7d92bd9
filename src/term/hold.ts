/**
 * The holder is what tmux itself starts in a pane: a shell that runs the program as its child. tmux throws away what is
 * still unread when its own child ends (3.3a under load: the end of every second `seq 1 2000`) and tells nobody in
 * control mode; the holder stays until everything was read, and says in the stream itself that the program ended.
 */

/**
 * Signals that end the program reach the holder as well, which is to outlive it: caught, so that the program is born without.
 * In the end it waits for its pane to be closed (SIGHUP, which may come the moment its word is read), and for nothing that a
 * person types: that may be there already.
 */
const script = `
mark=$1 tmux=$2; shift 2
trap : HUP INT QUIT TERM USR1 USR2
/bin/sh -c 'printf "\\033]%s;pid;%s\\007" "$0" "$$"; exec /usr/bin/env "$@"' "$mark" "$@"
code=$?
trap '' INT QUIT TSTP TTOU
"$tmux" set-option -p -t "$TMUX_PANE" @mcc_exit "$code" 2>/dev/null
trap - HUP
printf '\\033]%s;exit;%s\\007' "$mark" "$code" && exec sleep 2147483647
`;

/** Variables that tmux or the holder's shell sets on its own. */
const added = [
  'COLORTERM',
  'OLDPWD',
  'SHELL',
  'SHLVL',
  'TERM',
  'TERM_PROGRAM',
  'TERM_PROGRAM_VERSION',
  'TMUX',
  'TMUX_PANE',
  '_',
];

/** The environment that goes to tmux with the session: what the holder does not set itself. */
export const carried = (env: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(env).filter(([name]) => !added.includes(name));

/**
 * The command line of a pane.
 * @param mark what begins the holder's words in the stream: an OSC that no terminal knows
 */
export function holder(
  mark: string,
  tmux: string,
  { file, args, env }: { file: string; args: readonly string[]; env: Readonly<Record<string, string>> },
): string[] {
  const set = { TERM: 'xterm-256color', ...env };
  const variables = Object.entries(set).filter(([name]) => added.includes(name));
  const unset = added.filter((name) => !(name in set)).flatMap((name) => ['-u', name]);
  const given = variables.map(([name, value]) => `${name}=${value}`);
  return ['/bin/sh', '-c', script, 'mcc-hold', mark, tmux, ...unset, ...given, file, ...args];
}

/** How a shell tells a child's end: above 128 stands the number of the signal that ended it. */
export function exitOf(status: number): { code: number | null; signal: number | null } {
  return status > 128 && status <= 128 + 64
    ? { code: null, signal: status - 128 }
    : { code: status, signal: null };
}

export type Mark = { word: 'pid' | 'exit'; number: number };

const BEL = 7;

/** Takes the holder's words out of a stream, also where they come in pieces. */
export class MarkReader {
  readonly #begin: Buffer;
  #rest: Uint8Array = new Uint8Array();

  constructor(mark: string) {
    this.#begin = Buffer.from(`\x1b]${mark};`);
  }

  /** The program's own bytes and the marks, in order. */
  read(chunk: Uint8Array): (Uint8Array | Mark)[] {
    let data =
      this.#rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.#rest, chunk]);
    const parts: (Uint8Array | Mark)[] = [];
    for (;;) {
      const at = data.indexOf(this.#begin);
      const end = at === -1 ? -1 : data.indexOf(BEL, at);
      if (end === -1) {
        const keep = at === -1 ? this.#unfinished(data) : at;
        this.#rest = data.subarray(keep);
        if (keep > 0) parts.push(data.subarray(0, keep));
        return parts;
      }
      if (at > 0) parts.push(data.subarray(0, at));
      const [word, number] = data.toString('latin1', at + this.#begin.length, end).split(';');
      if (word === 'pid' || word === 'exit') parts.push({ word, number: Number(number) });
      data = data.subarray(end + 1);
    }
  }

  /** Where a mark may begin that the end of the data cuts; the end of the data if none does. */
  #unfinished(data: Buffer): number {
    for (let length = Math.min(this.#begin.length - 1, data.length); length > 0; length--)
      if (data.subarray(data.length - length).equals(this.#begin.subarray(0, length)))
        return data.length - length;
    return data.length;
  }
}
