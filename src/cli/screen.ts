import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Layout } from '../core/layout.ts';
import type { Team } from '../core/team.ts';
import { writeWhole } from '../io/files.ts';
import { paths } from '../io/paths.ts';
import { readPointer } from '../io/runtime.ts';
import { runTui, type TuiEnd } from '../tui/mount.ts';
import { notRunning } from './door.ts';
import { exits, type Shell } from './shell.ts';
import type { Call } from './verbs.ts';

/**
 * Opens the screen on the supervisor that runs for `root`, and returns the exit code once it was left: agents and
 * supervisor go on in any case.
 * @param note what the person should know, said on the screen at first
 */
export async function openScreen(
  call: Call,
  root: string,
  team: Team,
  layouts: Record<string, Layout>,
  note?: string,
): Promise<number> {
  const { shell, options } = call;
  const asked = typeof options.layout === 'string' ? options.layout : undefined;
  const socket = readPointer(root);
  if (socket === undefined) throw notRunning(root, shell);
  const token = shell.env.MCC_TOKEN;
  const memory = paths(root).ui;
  let saved: Promise<void> | undefined;
  const end = await runTui({
    ...{ socket, layouts, asked, layout: team.layout, version: shell.version },
    ...{ keys: team.keys, scrollback: team.scrollback },
    ...{ theme: shell.env.NO_COLOR ? 'none' : team.theme, ascii: team.ascii },
    environment: shell.env,
    remembered: existsSync(memory) ? readFileSync(memory, 'utf8') : undefined,
    // What cannot be kept, on a full disk say, is not worth a word: the layout is as its file says the next time.
    remember: (text) => {
      saved = writeWhole(memory, text).catch(() => {});
    },
    ...(token ? { token } : {}),
    ...(note ? { note } : {}),
  });
  await saved;
  return told(end, shell);
}

function told({ reason, message, signal }: TuiEnd, shell: Shell): number {
  if (message) shell.err(`${message}\n`);
  // What a shell reports of a program that a signal ended.
  if (signal) return 128 + constants.signals[signal];
  return reason === 'lost' ? exits.notRunning : exits.ok;
}
