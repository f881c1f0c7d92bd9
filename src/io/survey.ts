import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { FoundCli, Survey } from '../core/survey.ts';
import { findProgram } from './program.ts';
import { testCommands } from './test-command.ts';

type Env = Record<string, string | undefined>;

/** Coding CLIs that an agent can be; `claude` is the one with a kind of its own. */
const known = ['claude', 'codex', 'gemini', 'opencode', 'aider'];
const mainBranches = ['main', 'master', 'trunk', 'develop'];
/** Folders that hold what was made or fetched, not written. */
const made =
  /^(\..*|node_modules|dist|build|out|target|vendor|coverage|tmp|temp|worktrees|venv|env|__pycache__)$/;
/** Folders whose children are the parts. */
const groups = ['apps', 'packages', 'services', 'crates', 'modules', 'src'];

const languageMarks: [file: RegExp, language: string][] = [
  [/^tsconfig.*\.json$/, 'TypeScript'],
  [/^package\.json$/, 'JavaScript'],
  [/^(pyproject\.toml|requirements.*\.txt|setup\.py)$/, 'Python'],
  [/^Cargo\.toml$/, 'Rust'],
  [/^go\.mod$/, 'Go'],
  [/^(pom\.xml|build\.gradle(\.kts)?)$/, 'Java'],
  [/^Gemfile$/, 'Ruby'],
  [/^mix\.exs$/, 'Elixir'],
  [/\.(sln|csproj)$/, 'C#'],
  [/^Package\.swift$/, 'Swift'],
];

/**
 * Looks at the repository at `root` for what its first agents.yaml should say. Reads only: it runs git, and each
 * coding CLI on PATH with `--version`, but nothing of the repository itself.
 */
export async function survey(root: string, env: Env = process.env): Promise<Survey> {
  const names = await namesIn(root);
  const read = (name: string) => readFile(join(root, name), 'utf8').catch(() => undefined);
  const [branches, tests, clis, folders] = await Promise.all([
    branchesOf(root),
    testCommands(names.files, read),
    Promise.all(known.map((name) => findCli(name, env))),
    foldersIn(root, names.folders),
  ]);
  const found = clis.filter((cli) => cli !== undefined);
  const languages = languageMarks
    .filter(([mark]) => names.files.some((file) => mark.test(file)))
    .map(([, name]) => name);
  return {
    ...branches,
    tests,
    clis: found,
    claude: found.find((cli) => cli.name === 'claude'),
    folders,
    languages: languages.includes('TypeScript')
      ? languages.filter((name) => name !== 'JavaScript')
      : languages,
  };
}

async function namesIn(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const plain = entries.filter((entry) => !/[\x00-\x1f\x7f]/.test(entry.name));
  const names = (list: typeof entries) => list.map((entry) => entry.name).sort();
  return {
    files: names(plain.filter((entry) => !entry.isDirectory())),
    folders: names(plain.filter((entry) => entry.isDirectory() && !made.test(entry.name))),
  };
}

/** Folders of the root, and those one level below where the root only groups them. */
async function foldersIn(root: string, top: string[]): Promise<string[]> {
  const below = await Promise.all(
    top.map(async (group) =>
      groups.includes(group)
        ? (await namesIn(join(root, group))).folders.map((name) => `${group}/${name}`)
        : [],
    ),
  );
  return [...top, ...below.flat()];
}

/** The branch that is out, and the one to merge into: a main branch if there is one, else the current one. */
async function branchesOf(root: string): Promise<Pick<Survey, 'branch' | 'base'>> {
  const git = async (...args: string[]) => {
    const { stdout, exitCode } = await execa('git', args, {
      cwd: root,
      reject: false,
      stdin: 'ignore',
      env: { GIT_OPTIONAL_LOCKS: '0' },
    });
    return exitCode === 0 ? stdout.trim() : '';
  };
  const [head, local] = await Promise.all([
    git('symbolic-ref', '--quiet', '--short', 'HEAD'),
    git('for-each-ref', '--format=%(refname:short)', 'refs/heads'),
  ]);
  const branch = head === '' ? undefined : head;
  const there = local.split('\n');
  const main =
    mainBranches.find((name) => name === branch) ?? mainBranches.find((name) => there.includes(name));
  return { branch, base: main ?? branch };
}

async function findCli(name: string, env: Env): Promise<FoundCli | undefined> {
  const path = await findProgram(name, env);
  return path === undefined ? undefined : { name, path, version: await versionOf(path, env) };
}

/** What a program calls its version, e.g. 2.1.328; empty when it does not tell within five seconds. */
async function versionOf(path: string, env: Env): Promise<string> {
  const { stdout } = await execa(path, ['--version'], {
    reject: false,
    stdin: 'ignore',
    timeout: 5000,
    forceKillAfterDelay: 500,
    env: { ...env, DISABLE_AUTOUPDATER: '1' },
  });
  return /\d+\.\d+[\w.+-]*/.exec(stdout ?? '')?.[0] ?? '';
}
