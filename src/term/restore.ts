/** What puts a terminal back as it was. In a file of its own: the process at the terminal loads little else. */

// CAN ends a sequence that was cut off. Kitty flags belong to the alternate screen, so they go before it does.
const MODES =
  '\x18\x1b[?2026l\x1b[?2004l\x1b[?1004l\x1b[?1006l\x1b[?1002l\x1b]8;;\x1b\\\x1b[m\x1b[0 q\x1b[?7h';
const AWAY = '\x1b[?1049l\x1b[?25h';
/** Emptied first: GNU screen has no alternate screen unless it is told to, and would keep the picture. */
export const LEAVE = `${MODES}\x1b[H\x1b[2J${AWAY}`;
/** Takes the kitty keyboard flags back that were pushed. */
export const KITTY_OFF = '\x1b[<u';
/** For whoever does not know what had been set, nor whether it was taken back. */
export const RESTORE = KITTY_OFF + MODES + AWAY;
