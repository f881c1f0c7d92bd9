import { type Event, parseEvent } from '../core/event.ts';
import { isEnded, isFinished, type State } from '../core/state.ts';
import { visible } from '../core/visible.ts';
import type { WireClient } from '../wire/client.ts';
import { Stop, tellRefusal } from './report.ts';
import { exits, type Shell } from './shell.ts';

/** How a task may end, and the word that stands for it. */
const ending = (event: Event): { ok: boolean; text: string } | undefined => {
  if (event.type === 'task.done') return { ok: true, text: event.result };
  if (event.type === 'task.failed' || event.type === 'task.cancelled')
    return { ok: false, text: `${event.task} ${event.type.slice(5)}: ${event.reason}` };
  return undefined;
};

/** Waits until a task has ended and prints its result; exit code 1 when it failed or was taken back. */
export async function waitForTask(
  connection: WireClient,
  task: string,
  shell: Shell,
  json: boolean,
): Promise<number> {
  const ended = await new Promise<{ ok: boolean; text: string }>((done, failed) => {
    connection.onClose(() =>
      failed(
        new Stop(
          `the supervisor was stopped before ${task} ended; it goes on with the next one`,
          `mcc up, then mcc task show ${task}`,
          exits.notRunning,
        ),
      ),
    );
    connection.on((frame) => {
      // It may have ended before we were told of events.
      if (frame.type === 'state') {
        const found = (frame.state as State).tasks[task];
        if (found && isEnded(found))
          done({ ok: isFinished(found), text: found.result ?? found.reason ?? found.status });
      }
      if (frame.type !== 'event') return;
      const event = parseEvent(frame.event);
      if ('task' in event && event.task === task) {
        const end = ending(event);
        if (end) done(end);
      }
    });
    connection.send({ type: 'follow' });
  });
  if (!ended.ok) return tellRefusal(shell, { refusal: ended.text, hint: `mcc task show ${task}` }, json);
  shell.out(json ? `${JSON.stringify({ task, result: ended.text }, null, 2)}\n` : `${visible(ended.text)}\n`);
  return exits.ok;
}
