import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** An environment as it is handed to a process: nothing else is inherited. */
export type Env = Readonly<Record<string, string>>;

export interface RunOptions {
  cwd: string;
  env: Env;
  /** Given to stdin, which is closed afterwards; without it stdin is empty. */
  input?: string;
  /** Milliseconds after which the whole process group is killed. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called with each chunk of standard output; the default collects it in `stdout`. */
  onStdout?: (chunk: Buffer) => void;
  /** Called with each chunk of standard error; the default collects it in `stderr`. */
  onStderr?: (chunk: Buffer) => void;
  /** Bytes of standard output to keep; when more comes the process group is killed and `truncated` is set. */
  maxBytes?: number;
}

export interface RunResult {
  /** Null when a signal ended the program. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
  timedOut: boolean;
  aborted: boolean;
  truncated: boolean;
}

/** What the program left running may keep its pipes open: how long, in ms, they are listened to after its exit. */
const lingerMs = 500;

/**
 * Runs a program to its end, without a shell, in a process group and session of its own: it has no terminal to prompt on, no
 * Ctrl-C of ours ends it halfway, and its whole family can be killed. Whatever it leaves in its group dies with it.
 * Returns however it ended; raises only when it could not be started (ENOENT of the program or of cwd).
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const start = performance.now();
  const child = launch(file, args, options);
  const out = collector(options.maxBytes, () => endGroup(child.pid));
  const err = collector();
  child.stdout?.on('data', options.onStdout ?? out.add);
  child.stderr?.on('data', options.onStderr ?? err.add);

  let timedOut = false;
  let aborted = false;
  const expire = () => {
    timedOut = true;
    endGroup(child.pid);
  };
  const abort = () => {
    aborted = true;
    endGroup(child.pid);
  };
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(expire, options.timeoutMs);
  let linger: NodeJS.Timeout | undefined;
  child.once('exit', () => {
    clearTimeout(timer);
    endGroup(child.pid);
    linger = setTimeout(() => closeUnread(child), lingerMs);
  });
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  const failure = await endOf(child);
  clearTimeout(timer);
  clearTimeout(linger);
  options.signal?.removeEventListener('abort', abort);

  if (child.pid === undefined) throw startError(file, options.cwd, failure);
  return {
    code: child.exitCode,
    signal: child.signalCode,
    stdout: out.text(),
    stderr: err.text(),
    ms: Math.round(performance.now() - start),
    timedOut,
    aborted,
    truncated: out.full(),
  };
}

/**
 * Stops listening to pipes that somebody else keeps open. A process that could not run itself for as long finds the time over
 * before it has read what lies in them: they are looked at a few times more, which is plenty for what a pipe holds.
 */
function closeUnread({ stdout, stderr }: ChildProcess, looks = 3): void {
  if (looks === 0) {
    stdout?.destroy();
    stderr?.destroy();
    // A timer, the poll for what can be read, then what was set for immediately after it.
  } else setTimeout(() => setImmediate(() => closeUnread({ stdout, stderr } as ChildProcess, looks - 1)), 0);
}

/** Starts a program; what it is given to read and does not is nobody's concern. */
function launch(file: string, args: readonly string[], { cwd, env, input }: RunOptions): ChildProcess {
  try {
    const stdin = input === undefined ? 'ignore' : 'pipe';
    const child = spawn(file, args, { cwd, env, detached: true, stdio: [stdin, 'pipe', 'pipe'] });
    child.stdin?.on('error', () => {}).end(input);
    return child;
  } catch (error) {
    throw startError(file, cwd, error); // what cannot even be tried: E2BIG, say
  }
}

/** Ends when the program has, and its pipes; with the error when it could not be started. */
const endOf = (child: ChildProcess): Promise<unknown> =>
  new Promise((done) => {
    child.once('error', done);
    child.once('close', () => done(undefined));
  });

/** Collects at most so many bytes, and calls `onFull` when there are more. */
function collector(maxBytes = Number.POSITIVE_INFINITY, onFull = () => {}) {
  const chunks: Buffer[] = [];
  let kept = 0;
  let full = false;
  return {
    add: (chunk: Buffer) => {
      const part = chunk.subarray(0, Math.min(chunk.length, maxBytes - kept));
      chunks.push(part);
      kept += part.length;
      if (part.length === chunk.length) return;
      full = true;
      onFull();
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
    full: () => full,
  };
}

/** Kills a process group; one that is already gone is no error. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nothing is left in it. EPERM (macOS): only a zombie is left in it.
  }
}

/** Node says `spawn git ENOENT` both when the program and when the folder is missing: tells the two apart. */
function startError(file: string, cwd: string, cause: unknown): NodeJS.ErrnoException {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN';
  const folder = existsSync(cwd);
  const what =
    code !== 'ENOENT'
      ? `${file} could not be started: ${cause instanceof Error ? cause.message : String(cause)}`
      : folder
        ? `${file}: no such program in PATH`
        : `${cwd}: no such folder`;
  return Object.assign(new Error(what, { cause }), { code, path: folder ? file : cwd });
}
