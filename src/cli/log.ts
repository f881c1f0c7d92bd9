import { type Event, parseEvent } from '../core/event.ts';
import { eventLine } from '../core/event-line.ts';
import { followLog } from '../io/follow.ts';
import { logOf, readEvents } from './fold.ts';
import { misuse } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell, styled } from './shell.ts';
import type { Call } from './verbs.ts';

/** `mcc log`: reads the file itself, so it works whether or not a supervisor runs. */
export async function run({ shell, options, json }: Call): Promise<number> {
  const root = await rootOf(shell);
  const wanted = filter(options);
  const count = options.last === undefined ? Number.POSITIVE_INFINITY : Number(options.last);
  if (!(count >= 0))
    throw misuse(`mcc log: --last needs a number, not ${JSON.stringify(options.last)}`, 'mcc log -n 20');
  const print = (event: Event) => shell.out(json ? `${JSON.stringify(event)}\n` : `${line(event, shell)}\n`);
  const { events, note } = readEvents(root);
  const chosen = events.filter(wanted);
  for (const event of chosen.slice(Math.max(0, chosen.length - count))) print(event);
  if (note) shell.err(`${styled(shell, 'dim', 'note:')} ${note}\n`);
  if (options.follow === true) {
    // Ends with the process: by Ctrl-C, or when nobody reads any more.
    const { signal } = new AbortController();
    for await (const event of followLog(logOf(root), parseEvent, { after: events.length, signal }))
      if (wanted(event)) print(event);
  } else if (events.length === 0)
    shell.err(`${styled(shell, 'dim', 'note:')} nothing has happened here yet: mcc up\n`);
  return exits.ok;
}

function filter({ agent, task, type }: Record<string, unknown>): (event: Event) => boolean {
  return (event) => {
    const about = event as {
      agent?: string;
      task?: string;
      message?: { from: string; to: string; task?: string };
    };
    const agents = [about.agent, about.message?.from, about.message?.to, event.by.replace(/^agent:/, '')];
    if (agent !== undefined && !agents.includes(String(agent))) return false;
    if (task !== undefined && ![about.task, about.message?.task].includes(String(task))) return false;
    return type === undefined || event.type === type || event.type.startsWith(`${type}.`);
  };
}

function line(event: Event, shell: Shell): string {
  const at = new Date(event.at);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${styled(shell, 'dim', `${String(event.seq).padStart(4)} ${time}`)}  ${eventLine(event, Math.max(60, (shell.terminal?.columns ?? 200) - 16))}`;
}
