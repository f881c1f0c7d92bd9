import type { EventEmitter } from 'node:events';
import type { Layout } from '../core/layout.ts';
import { isRefusal } from '../core/refusal.ts';
import type { Tty } from '../term/tty.ts';
import { makeKeymap } from './keymap.ts';
import { Life, type TuiEnd } from './life.ts';
import { Seat } from './seat.ts';
import type { Supervision } from './supervision.ts';

export type { TuiEnd } from './life.ts';
export type { Program, Supervision } from './supervision.ts';

export interface TuiOptions {
  /** all there are, by name; `layout` is the one to begin with */
  layouts: Readonly<Record<string, Layout>>;
  layout: string;
  /** the layout that was asked for by name this time: it goes before what is remembered */
  asked?: string | undefined;
  keys?: { leader: string; bind: Readonly<Record<string, string>> };
  /** name of a theme, `auto` by the terminal's background, `none` where NO_COLOR is set */
  theme?: string;
  /** only ASCII, or in no case; what the terminal can show when not given */
  ascii?: boolean | undefined;
  /** what tells the terminal and the desktop around it; nothing when not given */
  environment?: Readonly<Record<string, string | undefined>>;
  /** what the screen remembered when it was open last, and how it is kept */
  remembered?: string | undefined;
  /** said on the screen at first */
  note?: string | undefined;
  remember?: (text: string) => void;
}

/** A screen that is open. */
export interface Tui {
  /** How it ended: the person left, their terminal went, or it was closed. Rejects with a bug. The terminal is restored. */
  readonly end: Promise<TuiEnd>;
  /** Ends it, with what the person is told. */
  close(message: string): void;
}

/**
 * Opens the screen of a team on a terminal, which is as it was at the end.
 * @param sitter announces the signals of the process that sits at the terminal
 * @throws Error when the keys of `options` are none
 */
export function openTui(supervision: Supervision, tty: Tty, sitter: EventEmitter, options: TuiOptions): Tui {
  const keymap = makeKeymap(options.keys?.leader, options.keys?.bind);
  if (isRefusal(keymap)) throw new Error(`${keymap.refusal} (${keymap.hint ?? 'mcc keys'})`);
  const life = new Life(tty, sitter);
  const seat = new Seat(supervision, tty, life, {
    keymap,
    layouts: options.layouts,
    layout: options.layout,
    asked: options.asked,
    theme: options.theme ?? 'auto',
    ascii: options.ascii,
    environment: options.environment ?? {},
    remembered: options.remembered,
    note: options.note,
    remember: options.remember ?? (() => {}),
  });
  life.guard(() => seat.open());
  const end = life.end.finally(() => {
    life.close();
    seat.leave();
    tty.close();
  });
  return { end, close: (message) => life.finish({ reason: 'closed', message }) };
}
