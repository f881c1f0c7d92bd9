import { constants, type Stats } from 'node:fs';
import { access, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Git, GitError } from './git.ts';
import { operationIn } from './operation.ts';
import type { InspectOptions, Problem, Repository } from './repository.ts';
import { isOn, type Standing } from './standing.ts';

/** What one look at the repository found. */
interface Findings {
  problems: Problem[];
  notes: string[];
}
type Check = (
  repository: Repository,
  standing: Standing,
  git: Git,
  options: InspectOptions,
) => Promise<Findings>;

const fine: Findings = { problems: [], notes: [] };
const problem = (what: string, hint: string): Findings => ({ problems: [{ what, hint }], notes: [] });
const note = (text: string): Findings => ({ problems: [], notes: [text] });

/** Looks at everything that could stop the team later; changes nothing. Problems come in the order in which to solve them. */
export async function checkRepository(
  repository: Repository,
  standing: Standing,
  git: Git,
  options: InspectOptions,
): Promise<Findings> {
  const found = await Promise.all(checks.map((check) => check(repository, standing, git, options)));
  return { problems: found.flatMap((each) => each.problems), notes: found.flatMap((each) => each.notes) };
}

const diskSpace: Check = async ({ root }, _standing, _git, { minFreeBytes = 200 * 2 ** 20 }) => {
  const disk = await statfs(root);
  const free = disk.bavail * disk.bsize;
  if (free >= minFreeBytes) return fine;
  const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;
  return problem(
    `only ${megabytes(free)} free on the disk of ${root}; mcc wants ${megabytes(minFreeBytes)}`,
    `df -h '${root}'`,
  );
};

const writable: Check = async ({ root, commonDir }) => {
  for (const folder of [root, commonDir])
    if (!(await can(folder, constants.W_OK)))
      return problem(`${folder} is not writable`, `ls -ld '${folder}'`);
  return fine;
};

const firstCommit: Check = async ({ commit }) =>
  commit === null
    ? problem(
        'the repository has no commit yet, so there is nothing to branch from',
        'git add . && git commit -m "Start"',
      )
    : fine;

const base: Check = async ({ head, commit }, { refs }, git, options) => {
  if (commit === null) return fine;
  if (options.base === undefined) {
    if (head !== null) return fine;
    return problem(
      'HEAD is detached, so it is not clear which branch finished work is merged into',
      'git switch <branch>, or name the branch as `base:` in agents.yaml',
    );
  }
  if (refs.includes(`refs/heads/${options.base}`)) return fine;
  const remote = await git.line([
    'for-each-ref',
    '--format=%(refname:short)',
    `refs/remotes/*/${options.base}`,
  ]);
  if (remote !== '')
    return problem(
      `the base branch ${options.base} exists only as ${remote}`,
      `git branch ${options.base} ${remote}`,
    );
  const names = (await git.run(['for-each-ref', '--format=%(refname:short)', '--count=8', 'refs/heads']))
    .trim()
    .split('\n');
  return problem(
    `there is no branch ${options.base} (there is ${names.join(', ')})`,
    'set `base:` in agents.yaml to a branch that exists',
  );
};

const identity: Check = async (_repository, { identified }) => {
  if (identified) return fine;
  return problem(
    'git does not know who you are, so nothing can be committed (GIT_* variables are not used)',
    'git config --global user.name "Your Name" && git config --global user.email you@example.com',
  );
};

/** Merges are commits that no person stands by for: signing must work without a question. Tried on objects kept elsewhere. */
const signing: Check = async ({ signs, commonDir }, _standing, git, { signingMs = 10_000 }) => {
  if (!signs) return fine;
  const objects = await mkdtemp(join(tmpdir(), 'mcc-signing-'));
  const env = { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(commonDir, 'objects') };
  try {
    const tree = await git.line(['hash-object', '-t', 'tree', '/dev/null']);
    await git.run(['commit-tree', '-S', '-m', 'mcc: can this be signed?', tree], {
      env,
      timeoutMs: signingMs,
    });
    return fine;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const said = error.stderr.replaceAll('\n', ' ');
    const reason = said === '' ? `it did not answer within ${signingMs / 1000} seconds` : said;
    return problem(
      `commit.gpgsign is on, but signing does not work without asking you: ${reason}`,
      'unlock the key in its agent (`git commit-tree -S -m test HEAD^{tree}` must not ask), or git config commit.gpgsign false',
    );
  } finally {
    await rm(objects, { recursive: true, force: true });
  }
};

/** A lock that is older than any living git would hold it, in ms. */
const staleLockMs = 10_000;

const indexLock: Check = async ({ commonDir }) => {
  const lock = join(commonDir, 'index.lock');
  const found = await statOf(lock);
  if (!found || Date.now() - found.mtimeMs < staleLockMs) return fine;
  return problem(
    'a git process that is gone, or still running, left index.lock behind',
    `when no git runs here: rm '${lock}'`,
  );
};

const operationInProgress: Check = async ({ root, commonDir }) => {
  const name = await operationIn(commonDir);
  if (name === null) return fine;
  return problem(`a ${name} is in progress in ${root}`, `git ${name} --continue, or git ${name} --abort`);
};

/** The branches are mcc/<agent>/<task>, which git cannot keep beside a branch that is called just mcc. */
const branchFolder: Check = async (_repository, { refs }) =>
  refs.includes('refs/heads/mcc')
    ? problem(
        'a branch called mcc leaves no room for the branches mcc/<agent>/<task>',
        'git branch -m mcc <another name>',
      )
    : fine;

const dirty: Check = async ({ commit }, { changed }) => {
  if (commit === null || changed === 0) return fine;
  const files = changed === 1 ? '1 file has' : `${changed} files have`;
  return note(
    `${files} uncommitted changes: agents start from the last commit, and a merge waits while it touches one of them`,
  );
};

/** Where the hooks are that git would run, were they not switched off by mcc. */
async function hooksFolder(
  { root, commonDir }: Repository,
  { settings }: Standing,
  git: Git,
): Promise<string> {
  const named = settings.get('core.hookspath')?.at(-1);
  if (!named?.startsWith('~')) return resolve(root, named || join(commonDir, 'hooks'));
  // Whose home that is, git knows.
  const all = await git.run(['config', '--type=path', '--show-origin', '--get-all', 'core.hooksPath']);
  const lines = all.split('\n').filter((line) => line !== '' && !line.startsWith('command line:'));
  return resolve(root, lines.at(-1)?.split('\t')[1] ?? '');
}

const hooks: Check = async (repository, standing, git) => {
  const folder = await hooksFolder(repository, standing, git);
  const files = (await readdir(folder).catch(() => [])).filter((name) => /^[a-z-]+$/.test(name)).sort();
  const running = await Promise.all(
    files.map(async (file) => ((await can(join(folder, file), constants.X_OK)) ? [file] : [])),
  );
  if (running.flat().length === 0) return fine;
  return note(
    `hooks (${running.flat().join(', ')}) run for the agents' own commits, not for what mcc itself does`,
  );
};

const lfs: Check = async ({ commit }, { marked }, git) => {
  if (commit === null) return fine;
  if (marked.code === 128) throw new GitError(['grep'], git.cwd, marked);
  if (!marked.stdout.split('\n').some((path) => path.endsWith('.gitattributes'))) return fine;
  const installed = (await git.ask(['lfs', 'version'], { accept: [0, 1] })).code === 0;
  if (!installed)
    return problem(
      'the repository keeps files in Git LFS, but git-lfs is not installed',
      'install git-lfs, then: git lfs install',
    );
  const configured = await git.test(['config', '--get-regexp', '^filter\\.lfs\\.(process|smudge)$']);
  return configured
    ? fine
    : problem('the repository keeps files in Git LFS, which is not set up for you', 'git lfs install');
};

const shape: Check = async ({ commit, root }, standing) => {
  const notes: string[] = [];
  if (isOn(standing, 'core.sparsecheckout'))
    notes.push(
      'sparse checkout: the worktrees of agents and gates hold the same part of the repository as yours',
    );
  if (commit !== null && standing.marked.stdout.split('\n').includes('HEAD:.gitmodules'))
    notes.push('submodules are empty in a new worktree until `git submodule update --init` is run in it');
  if (standing.shallow)
    notes.push(
      'the clone is shallow: merges need the commit that two branches have in common (git fetch --unshallow)',
    );
  if (/[:;]/.test(root))
    notes.push(`the path ${root} has a colon or semicolon in it, which cannot stand in PATH`);
  return { problems: [], notes };
};

const checks: readonly Check[] = [
  diskSpace,
  writable,
  firstCommit,
  base,
  branchFolder,
  identity,
  signing,
  indexLock,
  operationInProgress,
  lfs,
  dirty,
  hooks,
  shape,
];

async function statOf(path: string): Promise<Stats | null> {
  return stat(path).catch(() => null);
}

async function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
