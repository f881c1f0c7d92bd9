import { constants } from 'node:os';
import { refuse } from '../core/refusal.ts';
import { plain } from './aloud.ts';
import { connectTo, notRunning } from './connection.ts';
import { helpText } from './help.ts';
import { LineMode, type Said } from './line-mode.ts';
import { stateOf } from './pane.ts';
import { Stop, tellRefusal } from './report.ts';
import { exits } from './shell.ts';
import type { Call } from './verbs.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * `mcc up --plain`: the team in lines, for screen readers, dumb terminals and pipes. Nothing is redrawn or coloured.
 * Returns the exit code once the person left: agents and supervisor go on in any case.
 */
export async function openPlain({ shell, json }: Call, root: string): Promise<number> {
  const wire = await connectTo(root, shell);
  if (!wire) throw notRunning(root, shell);
  if (wire.welcome.actor !== 'person') {
    await wire.close();
    return tellRefusal(shell, refuse('the screen is for the person alone', 'mcc status'), json);
  }
  const help = (words: readonly string[]) => {
    try {
      return helpText(words, shell);
    } catch (error) {
      if (error instanceof Stop) return refuse(error.message, error.hint);
      throw error;
    }
  };
  const mode = new LineMode(wire, (said) => shell.out(`${json ? JSON.stringify(said) : line(said)}\n`), help);
  const leave = new AbortController();
  let code: number = exits.ok;
  let farewell = 'you left; the agents go on: mcc up --plain\n';
  const end = (exit: number, why: string) => {
    if (leave.signal.aborted) return;
    code = exit;
    farewell = why;
    leave.abort();
  };
  const offs = signals.map((signal) => {
    const stop = () => end(128 + constants.signals[signal], farewell);
    process.on(signal, stop); // a second one must not cut the farewell short
    return () => process.off(signal, stop);
  });
  try {
    const state = await stateOf(wire);
    mode.begin(state);
    wire.on((frame, body) => {
      if (frame.type === 'bye') end(exits.ok, `the supervisor stopped: ${frame.reason}\n`);
      else mode.take(frame, body);
    });
    wire.onClose((reason) =>
      end(exits.notRunning, `the supervisor is gone (${reason}): mcc up --plain starts it again\n`),
    );
    for await (const text of shell.lines(leave.signal)) if (!(await mode.give(text))) break;
    mode.settle();
  } catch (error) {
    if (!leave.signal.aborted) throw error; // else it only ended while something was asked
  } finally {
    for (const off of offs) off();
    mode.close();
    leave.abort();
    await wire.close();
  }
  shell.err(farewell);
  return code;
}

/** What is said, as one line; an answer may have more. */
function line({ about, text, hint }: Said): string {
  const words = plain(about === 'refusal' ? `refused: ${text}` : text).trimEnd();
  return hint === undefined ? words : `${words}${/[.?!…]$/.test(words) ? '' : '.'} Try: ${plain(hint)}`;
}
