import { pendingPosts } from '../../core/state.ts';
import type { Project } from '../project.ts';
import type { Terminal, Unsent } from '../terminal.ts';
import { typedPart } from '../typing.ts';
import { fitted, mostTried } from './fitted.ts';

/**
 * What an earlier supervisor had typed, in full or in part, when it was killed before Enter: the first messages that wait,
 * just as they are typed, stand alone in the composer of a session that lived on. A person's draft never is that.
 */
export function recallTyped(project: Project, terminal: Terminal): Unsent | null {
  const { supervisor } = project;
  const { agent, kind, screen } = terminal;
  const composer = terminal.composer();
  if (!kind.typing || composer.state !== 'draft' || !composer.text.startsWith('[mcc ')) return null;
  const pending = pendingPosts(supervisor.state, agent).slice(0, mostTried);
  // What was taken back since, as it is after a kill, was typed without the word that it comes again.
  const before = pending.map(({ again: _again, ...post }) => post);
  for (const posts of [before, pending])
    for (let count = 1; count <= posts.length; count += 1) {
      const fit = fitted(project, agent, posts.slice(0, count), screen.size);
      const writes = kind.typing(fit.text);
      const typed = typedPart(terminal, writes);
      if (typed > 0)
        return {
          ids: fit.posts.map(({ message }) => message.id),
          writes: writes.slice(0, typed),
          rest: writes.slice(typed),
          version: screen.version,
        };
    }
  return null;
}
