import { counted } from '../commands/show.ts';
import { type Drain, drain, drainMs, isDrained } from '../core/drain.ts';
import { parseEvent } from '../core/event.ts';
import { reduce } from '../core/reduce.ts';
import type { State } from '../core/state.ts';
import { visible } from '../core/visible.ts';
import type { WireClient } from '../wire/client.ts';
import type { Shell } from './shell.ts';

/** A line that is drawn anew tells this often how long it takes, in ms. */
const everyMs = 1_000;

/** How the wait is told: a line that is drawn anew, lines for a program, or a line whenever it changes. */
type Tone = 'live' | 'json' | 'plain';

/**
 * Tells who is still at work while the supervisor waits for the turns in hand; call it before that is asked for.
 * @returns how to end it, when there is no supervisor any more
 */
export function tellDrain(client: WireClient, shell: Shell, json: boolean): { begin(): void; end(): void } {
  const tone: Tone = json ? 'json' : shell.terminal && shell.colour ? 'live' : 'plain';
  let state: State | undefined;
  let begun = false;
  let told = '';
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    if (!state || !begun) return;
    const left = drain(state, Date.now());
    const line = lineOf(left, tone, shell.terminal?.columns ?? 80);
    if (line === told || (told === '' && isDrained(left))) return;
    told = line;
    if (tone === 'live') shell.out(`\r\x1b[K${line}`);
    else if (tone === 'json') shell.out(`${line}\n`);
    else shell.err(`${line}\n`);
  };
  client.on((frame) => {
    if (frame.type === 'state') state = frame.state as State;
    else if (frame.type === 'event' && state) state = reduce(state, parseEvent(frame.event));
    else return;
    tell();
  });
  client.send({ type: 'follow' });
  return {
    begin: () => {
      begun = true;
      if (tone === 'live') timer = setInterval(tell, everyMs);
      tell();
    },
    end: () => {
      clearInterval(timer);
      if (tone === 'live' && told !== '') shell.out('\r\x1b[K');
    },
  };
}

function lineOf(left: Drain, tone: Tone, columns: number): string {
  if (tone === 'json')
    return JSON.stringify({ waiting: left.working, merging: left.merging, held: left.held });
  if (isDrained(left)) return 'ending the sessions';
  const whom = [
    ...left.working.map(({ agent, since, reason }) =>
      tone === 'plain' ? agent : `${agent} (${[lasting(since), reason].filter(Boolean).join(': ')})`,
    ),
    ...(left.merging === null ? [] : [`the merge of ${left.merging}`]),
  ].join(', ');
  const { messages } = left.held;
  const held = messages > 0 ? ` · ${counted(messages, 'message')} held back` : '';
  if (tone === 'plain')
    return `waiting for ${whom}, at most ${drainMs / 60_000} min${held}; mcc down --force does not wait`;
  const end = `${held} · Ctrl-C stops waiting`;
  const room = Math.max(20, columns - 1 - end.length);
  const start = visible(`waiting for ${whom}`).replace(/\s+/g, ' ');
  return `${start.length > room ? `${start.slice(0, room - 1)}…` : start}${end}`.slice(0, columns - 1);
}

function lasting(since: string | null): string {
  if (since === null) return '';
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
