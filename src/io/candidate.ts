import { type Git, GitError } from './git.ts';
import { type Repository, repositoryGit } from './repository.ts';

/** A file that two commits cannot be merged in, and git's words on why. */
export interface Conflict {
  path: string;
  detail: string;
}

export type Candidate =
  | { type: 'candidate'; commit: string; tree: string }
  | { type: 'conflict'; files: Conflict[] }
  /** The base contains the commit already. */
  | { type: 'empty' };

export interface CandidateRequest {
  repository: Repository;
  /** Full object names of the base's tip and of the approved commit. */
  base: string;
  commit: string;
  message: string;
  /** Author of the merge commit; default: the user. The committer is always the user. */
  author?: { name: string; email: string };
}

/**
 * Builds the merge of `commit` into `base` as a commit that no branch names yet; no checkout takes part in it. Signed when
 * commit.gpgsign is on. Neither side is ever preferred: what git cannot merge by itself is a conflict.
 */
export async function buildCandidate(request: CandidateRequest): Promise<Candidate> {
  const { repository, base, commit, author } = request;
  const git = repositoryGit(repository);
  if (await git.test(['merge-base', '--is-ancestor', commit, base])) return { type: 'empty' };
  const merged = await mergeTrees(git, base, commit);
  if (merged.files.length > 0) return { type: 'conflict', files: merged.files };
  const sign = repository.signs ? ['-S'] : ['--no-gpg-sign'];
  const made = await git.line(['commit-tree', ...sign, '-p', base, '-p', commit, '-F', '-', merged.tree], {
    input: request.message,
    timeoutMs: 60_000,
    ...(author ? { env: { GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email } } : {}),
  });
  return { type: 'candidate', commit: made, tree: merged.tree };
}

/** The files in which merging two commits (or branches) would conflict; empty when git can merge them by itself. */
export async function predictConflict(wanted: {
  repository: Repository;
  a: string;
  b: string;
}): Promise<Conflict[]> {
  return (await mergeTrees(repositoryGit(wanted.repository), wanted.a, wanted.b)).files;
}

async function mergeTrees(
  git: Git,
  ours: string,
  theirs: string,
): Promise<{ tree: string; files: Conflict[] }> {
  try {
    const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--messages', ours, theirs];
    const answer = await git.ask(args, { accept: [0, 1] });
    const parsed = parseMergeTree(answer.stdout);
    if (answer.code === 0) return { tree: parsed.tree, files: [] };
    if (parsed.tree === '') throw new GitError(args, git.cwd, answer);
    // Some conflicts (of a rename with a folder, say) leave no file in conflict, only their message.
    const files =
      parsed.files.length > 0 ? parsed.files : [{ path: '.', detail: parsed.messages.join('\n') }];
    return { tree: parsed.tree, files };
  } catch (error) {
    if (error instanceof GitError && /unrelated histories/.test(error.stderr))
      return { tree: '', files: [{ path: '.', detail: 'the branch has no commit in common with the base' }] };
    throw error;
  }
}

/**
 * Parses `git merge-tree --write-tree -z --name-only --messages` (git-merge-tree(1), OUTPUT): the tree, the files in conflict,
 * an empty field, then messages, each as the number of its paths, the paths, its type and its text.
 */
export function parseMergeTree(output: string): { tree: string; files: Conflict[]; messages: string[] } {
  const [tree = '', ...fields] = output.split('\0');
  const end = fields.indexOf('');
  const paths = end < 0 ? fields : fields.slice(0, end);
  const details = new Map<string, string[]>();
  const messages: string[] = [];
  for (let at = end < 0 ? fields.length : end + 1; at < fields.length && fields[at] !== ''; ) {
    const count = Number(fields[at]);
    const about = fields.slice(at + 1, at + 1 + count);
    const [type = '', text = ''] = fields.slice(at + 1 + count, at + 3 + count);
    at += count + 3;
    if (type === 'Auto-merging') continue;
    messages.push(text.trim());
    for (const path of about) details.set(path, [...(details.get(path) ?? []), text.trim()]);
  }
  return {
    tree,
    files: paths.map((path) => ({ path, detail: (details.get(path) ?? ['conflict']).join('\n') })),
    messages,
  };
}
