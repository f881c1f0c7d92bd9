import type { Git } from './git.ts';
import type { RunResult } from './run.ts';

/** What git says of a checkout and its repository, asked all at once: each run of git costs some milliseconds. */
export interface Standing {
  /** The branch that is out; null when HEAD is detached. */
  head: string | null;
  /** The commit that is out; null before the first one. */
  commit: string | null;
  /** Tracked files with changes that are not committed. */
  changed: number;
  /** Settings that matter here, by their names in small letters, each with its values in the order of the files. */
  settings: ReadonlyMap<string, readonly string[]>;
  /** Branches called mcc, or below it, and the base branch where there is one: names of refs. */
  refs: readonly string[];
  /** Whether the history is cut off. */
  shallow: boolean;
  /** Whether git knows who commits. */
  identified: boolean;
  /** `git grep` for what tells of submodules and Git LFS in the last commit; its paths begin with `HEAD:`. */
  marked: RunResult;
}

/** Names of settings, in small letters as git compares them. */
const asked = '^(commit\\.gpgsign|core\\.sparsecheckout|core\\.hookspath)$';

/** @param base the name of the base branch, if the team file says one */
export async function standingOf(git: Git, shallow: boolean, base?: string): Promise<Standing> {
  const heads = ['mcc', ...(base === undefined ? [] : [base])].map((name) => `refs/heads/${name}`);
  const [status, settings, refs, identity, marked] = await Promise.all([
    git.run([
      ...['status', '--porcelain=v2', '--branch', '--no-ahead-behind', '-z'],
      ...['--untracked-files=no', '--ignore-submodules=dirty'],
    ]),
    git.ask(['config', '--null', '--show-origin', '--get-regexp', asked], { accept: [0, 1] }),
    git.run(['for-each-ref', '--format=%(refname)', ...heads]),
    git.ask(['var', 'GIT_COMMITTER_IDENT'], { accept: [0, 128] }),
    git.ask(
      [
        ...['grep', '--name-only', '-e', 'filter=lfs', '-e', '^\\[submodule', 'HEAD'],
        ...['--', '.gitmodules', ':(glob)**/.gitattributes'],
      ],
      { accept: [0, 1, 128] },
    ),
  ]);
  return {
    ...readStatus(status),
    shallow,
    settings: readSettings(settings.stdout),
    refs: refs.split('\n').filter((name) => name !== ''),
    identified: identity.code === 0,
    marked,
  };
}

/** git-status(1), "Porcelain Format Version 2": headers, then an entry a file, of which a renamed one has its old name behind it. */
function readStatus(text: string): Pick<Standing, 'head' | 'commit' | 'changed'> {
  let [head, commit, changed]: [string | null, string | null, number] = [null, null, 0];
  const entries = text.split('\0')[Symbol.iterator]();
  for (const entry of entries) {
    if (entry.startsWith('# branch.oid ')) commit = named(entry, '(initial)');
    else if (entry.startsWith('# branch.head ')) head = named(entry, '(detached)');
    else if (/^[12u] /.test(entry)) changed += 1;
    if (entry.startsWith('2 ')) entries.next();
  }
  return { head, commit, changed };
}

function named(header: string, none: string): string | null {
  const value = header.slice(header.indexOf(' ', 2) + 1);
  return value === none ? null : value;
}

/** Pairs of origin and `name\nvalue`; a name without a value means true. What mcc itself sets by `-c` is left out. */
function readSettings(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const parts = text.split('\0');
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [origin = '', setting = ''] = [parts[at], parts[at + 1]];
    if (origin.startsWith('command line:')) continue;
    const end = setting.indexOf('\n');
    const name = end < 0 ? setting : setting.slice(0, end);
    found.set(name, [...(found.get(name) ?? []), end < 0 ? 'true' : setting.slice(end + 1)]);
  }
  return found;
}

/** Whether a setting is on, as git-config(1) reads a boolean; what is no boolean is not. */
export function isOn({ settings }: Standing, name: string): boolean {
  const value = settings.get(name)?.at(-1)?.toLowerCase() ?? '';
  return ['true', 'yes', 'on'].includes(value) || Number.parseInt(value, 10) > 0;
}
