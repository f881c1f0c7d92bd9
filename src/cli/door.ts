import { randomUUID } from 'node:crypto';
import type { Command, Input } from '../commands/define.ts';
import { commands, understand } from '../commands/index.ts';
import { parseWords } from '../commands/words.ts';
import type { Actor } from '../core/event.ts';
import { isRefusal } from '../core/refusal.ts';
import { visible } from '../core/visible.ts';
import type { WireClient } from '../wire/client.ts';
import { connectTo, notRunning } from './connection.ts';
import { foldState } from './fold.ts';
import { misuse, tellRefusal } from './report.ts';
import { rootOf } from './root.ts';
import { exits, type Shell, styled } from './shell.ts';

/**
 * Runs a command of the registry: asks the supervisor, or, for a command that only reads, folds the log when none
 * runs. What must change something without a supervisor is refused with the command that starts one.
 */
export async function runWords(given: readonly string[], shell: Shell, json: boolean): Promise<number> {
  const words = await withInput(given, shell);
  const parsed = parseWords(commands, words);
  if (isRefusal(parsed)) throw misuse(parsed.refusal, parsed.hint ?? 'mcc help');
  const { command, input } = parsed;
  if (command.where === 'screen') {
    const refusal = `\`${command.name}\` is done on the screen`;
    return tellRefusal(shell, { refusal, hint: 'mcc up, then the leader key and `:`' }, json);
  }
  const root = await rootOf(shell);
  const connection = await connectTo(root, shell);
  if (connection) {
    const waits = command.waits === true && input.flags['no-wait'] !== true;
    return ask(connection, words, shell, json, waits);
  }
  if (!command.reads) throw notRunning(root, shell);
  return readAlone(root, words, shell, json);
}

/** A lone `-` stands for what comes on standard input, so that long texts need no quoting. */
async function withInput(words: readonly string[], shell: Shell): Promise<string[]> {
  if (!words.includes('-')) return [...words];
  const text = await shell.input();
  if (text === undefined)
    throw misuse(
      '`-` stands for standard input, but that is the terminal',
      `echo "text" | mcc ${words.join(' ')}`,
    );
  return words.map((word) => (word === '-' ? text.replace(/\n$/, '') : word));
}

async function ask(
  connection: WireClient,
  words: string[],
  shell: Shell,
  json: boolean,
  waits: boolean,
): Promise<number> {
  try {
    const result = await connection.command(words);
    const task = result.ok ? taskIn(result.data) : undefined;
    if (result.ok && waits && task) {
      shell.err(`${result.text}; waiting for the answer (Ctrl-C leaves it to the team)\n`);
      const { waitForTask } = await import('./wait.ts');
      return await waitForTask(connection, task, shell, json);
    }
    if (result.ok) return tellOutcome(shell, result, json);
    const { refusal, hint, code } = result;
    return tellRefusal(shell, hint === undefined ? { refusal } : { refusal, hint }, json, code);
  } finally {
    await connection.close();
  }
}

/** The task that came of a command. */
const taskIn = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null && 'task' in data ? String(data.task) : undefined;

async function readAlone(
  root: string,
  words: readonly string[],
  shell: Shell,
  json: boolean,
): Promise<number> {
  const now = new Date();
  const { state, note } = foldState(root, now);
  if (note) shell.err(`${styled(shell, 'dim', 'note:')} ${note}\n`);
  const agent = shell.env.MCC_AGENT;
  const by: Actor = agent ? `agent:${agent}` : 'person';
  const understood = understand(state, words, by);
  if (isRefusal(understood)) return tellRefusal(shell, understood, json);
  const outcome = carryOut(understood, { state, by, now: now.getTime(), fresh: randomUUID().slice(0, 8) });
  if ('refusal' in outcome) return tellRefusal(shell, outcome, json);
  return tellOutcome(shell, outcome, json);
}

/** Facts that come of reading (an agent that looks into its inbox has read it) wait for a supervisor to notice them. */
const carryOut = (
  { command, input }: { command: Command; input: Input },
  context: Omit<Parameters<Command['run']>[0], 'input'>,
) => command.run({ ...context, input });

function tellOutcome(shell: Shell, { text, data }: { text: string; data?: unknown }, json: boolean): number {
  if (json) shell.out(`${JSON.stringify(data ?? { text }, null, 2)}\n`);
  else if (text !== '') shell.out(`${visible(text.replace(/\n$/, ''))}\n`);
  return exits.ok;
}
