type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The bytes that show a line as a notification of the desktop, in the way that the terminal knows: OSC 99 in kitty, OSC
 * 777 in those of rxvt's and VTE's family, OSC 9 (iTerm2's, also WezTerm, Ghostty, Windows Terminal) elsewhere, where it is
 * ignored by who does not know it. Never two of them, since some terminals know several. Inside tmux and GNU screen it is
 * wrapped, so that it reaches the terminal around them where they let it pass.
 */
export function noticeSequence(title: string, text: string, env: Environment): string {
  const term = env.TERM ?? '';
  const clean = (part: string) => part.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ');
  const bytes =
    env.KITTY_WINDOW_ID || term.includes('kitty')
      ? `\x1b]99;;${clean(`${title}: ${text}`)}\x1b\\`
      : env.VTE_VERSION || /^(rxvt|foot)/.test(term)
        ? `\x1b]777;notify;${clean(title).replaceAll(';', ',')};${clean(text)}\x1b\\`
        : `\x1b]9;${clean(`${title}: ${text}`)}\x1b\\`;
  // With both around it cannot be told which is inside: tmux leaves out what is meant for screen, screen would show the other.
  if (env.STY) return `\x1bP${bytes.replace(/\x1b\\$/, '\x07')}\x1b\\`;
  if (env.TMUX) return `\x1bPtmux;${bytes.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
  return bytes;
}
