import { messageText } from '../../agents/index.ts';
import type { Post } from '../../core/state.ts';
import type { Size } from '../../term/screen.ts';
import { aboutOf, textOf } from '../hook.ts';
import type { Project } from '../project.ts';

/** Rows that a CLI needs beside its composer, and characters that a composer's row has less than the screen. */
const otherRows = 10;
const otherCols = 4;
/** So many messages are tried at most. */
export const mostTried = 60;
/** The least of rows and columns counted on, however small the pane is. */
const least = { rows: 4, cols: 40 };

/**
 * As many messages, from the first, as fit into a composer that stays whole on the screen: only then is it proved what
 * stands in it. One that is too long by itself is given as its headline, and where to read it.
 */
export function fitted(
  project: Project,
  name: string,
  queued: readonly Post[],
  size: Size,
): { posts: Post[]; text: string } {
  const most = project.supervisor.terminals.get(name)?.kind.composerRows ?? size.rows;
  const rows = Math.min(most, Math.max(least.rows, size.rows - otherRows));
  const cols = Math.max(least.cols, size.cols - otherCols);
  for (let count = Math.min(queued.length, mostTried); count > 0; count -= 1) {
    const posts = queued.slice(0, count);
    const text = textOf(project, name, posts);
    if (rowsOf(text, cols) <= rows) return { posts, text };
  }
  const posts = queued.slice(0, 1);
  return { posts, text: posts.map((post) => headline(project, name, post)).join('') };
}

/** Rows that a text takes; wide characters count twice, which is too many for some and never too few. */
const rowsOf = (text: string, cols: number): number =>
  text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil((line.length + wide(line)) / cols)), 0);

const wide = (line: string): number => line.match(/[^\p{ASCII}]/gu)?.length ?? 0;

const headline = (project: Project, name: string, post: Post): string => {
  const { message } = post;
  const { subject, ...rest } = message;
  const head = subject === undefined ? rest : { ...rest, subject: subject.slice(0, 100) };
  return `${messageText({ ...head, body: '' }, aboutOf(project, name, post))}\nIt is long: read it with \`mcc inbox ${message.id}\`, then do what it says.`;
};
