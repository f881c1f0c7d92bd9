import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Gate } from '../core/team.ts';
import type { Argv } from './bubblewrap.ts';
import { exclusively } from './git.ts';
import { type Repository, RepositoryProblem } from './repository.ts';
import { type Env, runProgram } from './run.ts';
import { ensureWorktree, restoreGitFile, worktreeGit } from './worktree.ts';

/**
 * Sees to it that mcc has a worktree of its own for gates, on no branch. Its content is only ever a candidate's.
 * @returns its real path
 * @throws RepositoryProblem when something else is at that path
 */
export async function ensureIntegration(repository: Repository, path: string): Promise<string> {
  const made = await ensureWorktree({ repository, path, branch: null, base: 'HEAD' });
  if (made.branch !== null) throw notIntegration(path);
  return made.path;
}

/**
 * Puts exactly the files of a commit into the integration worktree: whatever else lies in it, ignored files too, is deleted.
 * @throws RepositoryProblem, before anything is touched, when the path is not mcc's own detached worktree below `.mcc/`
 */
export function checkoutCandidate(repository: Repository, path: string, commit: string): Promise<void> {
  return exclusively(repository.commonDir, async () => {
    const real = await realpath(path);
    if (!real.startsWith(`${repository.root}${sep}.mcc${sep}`)) throw notIntegration(path);
    const git = await worktreeGit(repository, real);
    const onBranch = await git.ask(['symbolic-ref', '--quiet', 'HEAD'], { accept: [0, 1] });
    if (onBranch.code === 0) throw notIntegration(path);
    await restoreGitFile(repository, real);
    await git.run(['checkout', '--quiet', '--detach', '--force', commit], { lockWaitMs: 2000 });
    await git.run(['clean', '-ffdxq']);
    const head = await git.commit('HEAD');
    if (head !== commit)
      throw new RepositoryProblem(`${path} is at ${head} instead of ${commit}`, 'git worktree list');
  });
}

function notIntegration(path: string): RepositoryProblem {
  return new RepositoryProblem(
    `${path} is not mcc's own worktree for gates`,
    `move it away: mv '${path}' '${path}.old'`,
  );
}

export interface GateResult {
  ok: boolean;
  /** Exit code; null when a signal ended it or it could not be started. */
  code: number | null;
  signal: NodeJS.Signals | null;
  ms: number;
  /** The last 64 KiB of what it printed, standard output and error as they came. */
  output: string;
  timedOut: boolean;
  /** It was stopped by our own signal. */
  aborted: boolean;
}

const outputBytes = 64 * 1024;

/**
 * Runs a gate: a text goes to `sh -c` as the user wrote it, a list is run without a shell. It has no terminal and no stdin,
 * nothing of it runs on after it ended, and at its timeout or at an abort all of it is killed.
 */
export async function runGate(wanted: {
  gate: Gate;
  cwd: string;
  env: Env;
  signal?: AbortSignal;
  /** what the program is started through: a sandbox */
  through?: (program: Argv) => Promise<Argv>;
}): Promise<GateResult> {
  const { gate, cwd, env, signal, through } = wanted;
  const [program = 'sh', ...words] = typeof gate.run === 'string' ? ['sh', '-c', gate.run] : gate.run;
  const plain = { file: program, args: words };
  const { file, args } = through ? await through(plain) : plain;
  const output = new Tail(outputBytes);
  const add = (chunk: Buffer) => output.add(chunk);
  try {
    const ended = await runProgram(file, args, {
      cwd,
      env,
      timeoutMs: gate.timeout * 1000,
      onStdout: add,
      onStderr: add,
      ...(signal ? { signal } : {}),
    });
    const ok = ended.code === 0 && !ended.timedOut && !ended.aborted;
    const { code, ms, timedOut, aborted } = ended;
    return { ok, code, signal: ended.signal, ms, output: output.text(), timedOut, aborted };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, code: null, signal: null, ms: 0, output: reason, timedOut: false, aborted: false };
  }
}

/** Keeps the last bytes of a stream. */
export class Tail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > 2 * this.#limit) this.#cut();
  }

  /** As text, from the first whole character that is kept. */
  text(): string {
    this.#cut();
    const bytes = Buffer.concat(this.#chunks);
    let start = 0;
    while (start < 4 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
    return bytes.subarray(start).toString('utf8');
  }

  #cut(): void {
    const bytes = Buffer.concat(this.#chunks);
    const kept = bytes.subarray(Math.max(0, bytes.length - this.#limit));
    this.#chunks = [kept];
    this.#length = kept.length;
  }
}

/** What a gate may know of the user's environment: who and where they are, their language, and where tool chains live. */
const passed =
  /^(HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LC_[A-Z]+|TERM|XDG_(CACHE|CONFIG|DATA|STATE)_HOME|JAVA_HOME|GO(PATH|ROOT|CACHE|MODCACHE)|CARGO_HOME|RUSTUP_HOME|RUSTUP_TOOLCHAIN|NVM_DIR|VOLTA_HOME|FNM_DIR|PNPM_HOME|COREPACK_HOME|BUN_INSTALL|DENO_DIR|DENO_INSTALL|PYENV_ROOT|RBENV_ROOT|GEM_HOME|ASDF_DIR|ASDF_DATA_DIR|MISE_DATA_DIR|ANDROID_HOME|DOTNET_ROOT)$/;

/**
 * Returns the environment of a gate: an allow-list, so that no secret, no GIT_* and nothing of an npm that started mcc gets in.
 * @param extra added as it is
 */
export function gateEnvironment(parent: NodeJS.ProcessEnv, extra: Env = {}): Record<string, string> {
  const kept = Object.entries(parent).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && passed.test(pair[0]),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: withoutNpm(parent.PATH ?? '/usr/local/bin:/usr/bin:/bin'),
    ...extra,
  };
}

/** npm and npx put folders in front of PATH (`…/node_modules/.bin` of every folder above, node-gyp-bin): the rest is the user's. */
export function withoutNpm(path: string): string {
  const folders = path.split(':');
  const first = folders.findIndex((folder) => !/\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$/.test(folder));
  return folders.slice(first < 0 ? folders.length : first).join(':');
}
