import type { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeWhole } from '../io/files.ts';
import { paths } from '../io/paths.ts';
import type { Tty } from '../term/tty.ts';
import { openTui, type Supervision, type Tui } from '../tui/mount.ts';
import { asFound } from './as-found.ts';
import { layoutProblems, stopAtProblems } from './preflight.ts';
import type { Shell } from './shell.ts';

/**
 * Opens a screen in the supervisor's process, for a person at a terminal.
 * @param asked what the person's own process says: its environment, as far as it tells of the terminal, and the layout
 * @throws Stop when there is no such layout
 */
export async function openSeat(
  shell: Shell,
  root: string,
  supervision: Supervision,
  tty: Tty,
  sitter: EventEmitter,
  asked: { environment: Readonly<Record<string, string>>; layout?: string | undefined },
): Promise<Tui> {
  const { team, layouts, notes } = await asFound(root, shell);
  if (asked.layout !== undefined) stopAtProblems(layoutProblems(asked.layout, layouts));
  const memory = paths(root).ui;
  let saved: Promise<void> | undefined;
  const { environment } = asked;
  const tui = openTui(supervision, tty, sitter, {
    ...{ layouts, asked: asked.layout, layout: team.layout, keys: team.keys, environment },
    ...{ theme: environment.NO_COLOR ? 'none' : team.theme, ascii: team.ascii, note: notes[0] },
    remembered: existsSync(memory) ? readFileSync(memory, 'utf8') : undefined,
    // What cannot be kept, on a full disk say, is not worth a word: the layout is as its file says the next time.
    remember: (text) => {
      saved = writeWhole(memory, text).catch(() => {});
    },
  });
  const end = tui.end.then(async (how) => {
    await saved;
    return how;
  });
  return { end, close: tui.close };
}
