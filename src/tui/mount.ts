import type { Layout } from '../core/layout.ts';
import { isRefusal } from '../core/refusal.ts';
import { Tty } from '../term/tty.ts';
import { connect } from '../wire/client.ts';
import { makeKeymap } from './keymap.ts';
import { Life, type TuiEnd } from './life.ts';
import { Seat } from './seat.ts';

export type { TuiEnd } from './life.ts';

export interface TuiOptions {
  /** path of the supervisor's socket */
  socket: string;
  token?: string;
  /** of mcc */
  version: string;
  /** all there are, by name; `layout` is the one to begin with */
  layouts: Readonly<Record<string, Layout>>;
  layout: string;
  /** the layout that was asked for by name this time: it goes before what is remembered */
  asked?: string | undefined;
  keys?: { leader: string; bind: Readonly<Record<string, string>> };
  /** lines of history a terminal keeps, 5000 when not given */
  scrollback?: number;
  /** name of a theme, `auto` by the terminal's background, `none` where NO_COLOR is set */
  theme?: string;
  /** only ASCII, or in no case; what the terminal can show when not given */
  ascii?: boolean | undefined;
  /** what tells the terminal and the desktop around it; nothing when not given */
  environment?: Readonly<Record<string, string | undefined>>;
  /** what the screen remembered when it was open last, and how it is kept */
  remembered?: string | undefined;
  /** said on the screen at first */
  note?: string;
  remember?: (text: string) => void;
  /** the terminal to draw on; the process's own when not given */
  tty?: Tty;
}

/**
 * Opens the screen of a team and returns when the person leaves or the supervisor goes; then the terminal is as it was.
 * @throws what `connect` throws; ConfigError-like refusals of keys as Error; bugs as they are, the terminal restored
 */
export async function runTui(options: TuiOptions): Promise<TuiEnd> {
  const keymap = makeKeymap(options.keys?.leader, options.keys?.bind);
  if (isRefusal(keymap)) throw new Error(`${keymap.refusal} (${keymap.hint ?? 'mcc keys'})`);
  const { socket, token, version } = options;
  const wire = await connect(socket, {
    version,
    pid: process.pid,
    client: 'tui',
    ...(token === undefined ? {} : { token }),
  });
  const tty = options.tty ?? new Tty();
  const life = new Life(wire, tty);
  const seat = new Seat(wire, tty, life, {
    keymap,
    layouts: options.layouts,
    layout: options.layout,
    asked: options.asked,
    scrollback: options.scrollback ?? 5000,
    theme: options.theme ?? 'auto',
    ascii: options.ascii,
    environment: options.environment ?? {},
    remembered: options.remembered,
    note: options.note,
    remember: options.remember ?? (() => {}),
  });
  try {
    life.guard(() => seat.open());
    return await life.end;
  } finally {
    life.close();
    seat.leave();
    tty.close();
    await wire.close();
  }
}
