import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileError } from '../io/files.ts';
import { shownAs } from '../io/text.ts';
import { type Cast, readCast } from '../term/cast.ts';
import { Playback } from '../term/playback.ts';
import { Tty } from '../term/tty.ts';
import { Player } from './player.ts';
import { misuse, Stop } from './report.ts';
import { exits, styled } from './shell.ts';
import type { Call } from './verbs.ts';

/** A larger file would not fit in memory together with what is read of it, in bytes. */
const largest = 256 * 1024 * 1024;

/** `mcc play`: a recording in this terminal. It is read whole first, so that a broken one is told before anything shows. */
export async function run({ shell, args, options }: Call): Promise<number> {
  const speed = positive(options, 'speed', 'mcc play FILE --speed 2');
  const idle = positive(options, 'idle', 'mcc play FILE --idle 1');
  const path = resolve(shell.cwd, args[0] ?? '');
  const cast = await load(path);
  if (!shell.terminal || shell.env.TERM === 'dumb')
    throw new Stop(
      'mcc play needs a terminal to play in, and this is none',
      'open a terminal, then: mcc play FILE',
      exits.config,
    );
  if (cast.note) shell.err(`${styled(shell, 'dim', 'note:')} ${shownAs(path)}: ${cast.note}\n`);
  const playback = new Playback(cast, {
    ...(speed === undefined ? {} : { speed }),
    ...(idle === undefined ? {} : { idle }),
  });
  const tty = new Tty();
  const player = new Player(playback, tty, basename(path), () => performance.now());
  try {
    player.open();
    await player.end;
    return exits.ok;
  } finally {
    player.close();
    tty.close();
  }
}

async function load(path: string): Promise<Cast> {
  const name = shownAs(path);
  const info = statSync(path);
  if (!info.isFile())
    throw fileError(name, 'this is no regular file, expected an asciicast', 'mcc play FILE', 0);
  if (info.size > largest)
    throw fileError(name, `this is larger than ${largest / 1024 / 1024} MB`, 'record less of it', 0);
  return readCast(await readFile(path, 'utf8'), name);
}

function positive(options: Record<string, unknown>, name: string, hint: string): number | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (Number(value) > 0) return Number(value);
  throw misuse(`mcc play: --${name} needs a number above 0, not ${JSON.stringify(value)}`, hint);
}
