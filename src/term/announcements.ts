import type { Hooks } from './modes.ts';

/** What a program says to the person rather than to its screen. */
export interface Announcements {
  bell: undefined;
  title: string;
  clipboard: string;
  notice: string;
  progress: Progress;
}

export interface Progress {
  readonly state: 'none' | 'normal' | 'error' | 'busy' | 'paused';
  /** 0 to 100 */
  readonly percent: number;
}

const PROGRESS = ['none', 'normal', 'error', 'busy', 'paused'] as const;

/**
 * Hears OSC 52 (text for the clipboard; a question for it is never answered), the notifications OSC 9 (iTerm), 99 (kitty)
 * and 777 (urxvt), and OSC 9 ; 4 (progress, ConEmu). Bell and title the emulator tells itself.
 */
export function hearAnnouncements(
  hooks: Hooks,
  tell: {
    clipboard(text: string): void;
    notice(text: string): void;
    progress(progress: Progress): void;
  },
): void {
  const notify = (data: string) => {
    const [, state, percent] = /^4;(\d)(?:;(\d+))?/.exec(data) ?? [];
    if (state === undefined) tell.notice(data);
    else
      tell.progress({
        state: PROGRESS[Number(state)] ?? 'none',
        percent: Math.min(100, Number(percent ?? 0)),
      });
    return true;
  };
  hooks.osc(52, (data) => {
    const [, payload = '?'] = data.split(';');
    if (payload !== '?') tell.clipboard(Buffer.from(payload, 'base64').toString('utf8'));
    return true;
  });
  hooks.osc(9, notify);
  hooks.osc(99, (data) => notify(data.slice(data.indexOf(';') + 1)));
  hooks.osc(777, (data) => notify(data.replace(/^notify;/, '').replace(';', ': ')));
}
