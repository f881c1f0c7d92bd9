import { type Env, type RunOptions, type RunResult, runProgram } from './run.ts';

/** What git did wrong, for whoever must act: the argv, where, how it ended and its last words. */
export class GitError extends Error {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(
    argv: readonly string[],
    cwd: string,
    end: Pick<RunResult, 'code' | 'signal' | 'stderr' | 'timedOut'>,
  ) {
    const how = end.timedOut ? 'did not end in time' : `failed (${end.signal ?? `exit ${end.code}`})`;
    const stderr = lastLines(end.stderr, 12);
    super(`git ${argv.join(' ')} ${how} in ${cwd}${stderr === '' ? '' : `: ${stderr}`}`);
    this.name = 'GitError';
    this.argv = ['git', ...argv];
    this.cwd = cwd;
    this.exitCode = end.code;
    this.stderr = stderr;
  }
}

export interface GitOptions extends Omit<RunOptions, 'cwd' | 'env'> {
  env?: Env;
  /** Exit codes that are answers, not failures; default: only 0. */
  accept?: readonly number[];
  /** How long, in ms, to try again while another git holds a lock (an editor's `git status`, say); default: not at all. */
  lockWaitMs?: number;
}

/**
 * Settings of every git that mcc runs. Hooks and the file system monitor are programs named by a repository, and the
 * maintenance daemon outlives its git: none of these is ours to start. Submodules are entered by nobody but their owner.
 */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.quotePath=false',
  'core.filesRefLockTimeout=2000',
  'core.packedRefsTimeout=5000',
  'gc.auto=0',
  'maintenance.auto=false',
  'submodule.recurse=false',
  'advice.detachedHead=false',
  'log.showSignature=false',
].flatMap((setting) => ['-c', setting]);

/** A git that is still running after this many milliseconds hangs (a checkout of a huge repository takes minutes). */
const defaultTimeoutMs = 600_000;

/** Runs git in one folder, by argv only, with nothing inherited that could change what it means or make it wait. */
export class Git {
  readonly cwd: string;
  readonly #env: Env;

  /** @param env added to the environment of each call, e.g. GIT_DIR and GIT_WORK_TREE. */
  constructor(cwd: string, env: Env = {}) {
    this.cwd = cwd;
    this.#env = { ...gitEnvironment(process.env), ...env };
  }

  /** Returns what git printed, as it is (see `line` for one-line answers). Raises GitError for any exit code not accepted. */
  async run(args: readonly string[], options: GitOptions = {}): Promise<string> {
    return (await this.ask(args, options)).stdout;
  }

  /** Returns the first line of what git printed. */
  async line(args: readonly string[], options: GitOptions = {}): Promise<string> {
    return (await this.run(args, options)).split('\n', 1)[0] ?? '';
  }

  /** Says whether git answers yes: exit 0 is true, exit 1 false; anything else raises GitError. */
  async test(args: readonly string[], options: GitOptions = {}): Promise<boolean> {
    return (await this.ask(args, { ...options, accept: [0, 1] })).code === 0;
  }

  /** Returns the commit that a revision names, or null when it names none. */
  async commit(revision: string): Promise<string | null> {
    const answer = await this.ask(
      ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
      {
        accept: [0, 1, 128],
      },
    );
    return answer.code === 0 ? answer.stdout.trim() : null;
  }

  /** Returns the tip of the branch with this name, else the commit that it names otherwise (a tag of the same name comes last), or null. */
  async tip(name: string): Promise<string | null> {
    return (await this.commit(`refs/heads/${name}`)) ?? this.commit(name);
  }

  /** Returns exit code and output for the exit codes in `accept`; raises GitError for any other. */
  async ask(args: readonly string[], options: GitOptions = {}): Promise<RunResult> {
    const { env, accept = [0], lockWaitMs = 0, ...rest } = options;
    const until = performance.now() + lockWaitMs;
    for (;;) {
      const result = await runProgram('git', [...settings, ...args], {
        timeoutMs: defaultTimeoutMs,
        ...rest,
        cwd: this.cwd,
        env: { ...this.#env, ...env },
      });
      if (result.truncated || (result.code !== null && accept.includes(result.code))) return result;
      if (!heldByAnother(result.stderr) || performance.now() >= until)
        throw new GitError(args, this.cwd, result);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

/**
 * Returns the environment for git: the user's own, since signing and file filters need it, without any GIT_* (these redirect
 * git to other repositories and identities) and without what could make a prompt appear on somebody's terminal.
 */
export function gitEnvironment(parent: NodeJS.ProcessEnv): Record<string, string> {
  const dropped = /^GIT_|^(LC_ALL|LANGUAGE|GPG_TTY|SSH_ASKPASS.*|PAGER|EDITOR|VISUAL|PWD|OLDPWD)$/;
  const kept = Object.entries(parent).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !dropped.test(pair[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_EDITOR: 'true',
    GIT_PAGER: 'cat',
    SSH_ASKPASS_REQUIRE: 'never',
  };
}

const writers = new Map<string, Promise<unknown>>();

/**
 * Runs `work` when no other work of this process writes to the repository whose common dir is given: parallel
 * `git worktree add` and friends race for the locks in it. Not reentrant. Returns what `work` returns.
 */
export function exclusively<T>(commonDir: string, work: () => Promise<T>): Promise<T> {
  const mine = (writers.get(commonDir) ?? Promise.resolve()).then(work);
  const settled = mine.catch(() => undefined);
  writers.set(commonDir, settled);
  void settled.then(() => {
    if (writers.get(commonDir) === settled) writers.delete(commonDir);
  });
  return mine;
}

function heldByAnother(stderr: string): boolean {
  return /Unable to create '.*\.lock': File exists|cannot lock ref .*File exists/.test(stderr);
}

function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
