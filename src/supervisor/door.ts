import { randomBytes } from 'node:crypto';
import type { Command, Context, Input, Outcome } from '../commands/define.ts';
import { understand } from '../commands/index.ts';
import type { Actor } from '../core/event.ts';
import { isRefusal, type Refusal } from '../core/refusal.ts';
import { lookUp } from './answer.ts';
import type { Project } from './project.ts';

/** How long what comes of a command is waited for before its asker is told that it is under way, in ms. */
const awaitedMs = 8_000;

/** What a command came to, as it travels back to whoever gave it. */
export type Result =
  | { ok: true; text: string; data?: unknown }
  | { ok: false; refusal: string; hint?: string; code: number };

/**
 * The one door: words and who says them → facts in the log and an answer, or a refusal.
 * @param mark what the log says of the caller behind the words, maybe nothing
 */
export async function give(
  project: Project,
  words: readonly string[],
  by: Actor,
  mark = '',
): Promise<Result> {
  const { supervisor } = project;
  const understood = understand(supervisor.state, words, by);
  if (isRefusal(understood)) return refused(understood);
  const { command, input } = understood;
  if (supervisor.draining && !command.reads && command.name !== 'down')
    return refused({ refusal: 'the supervisor is going down', hint: 'mcc up' });
  const question = command.asks?.(supervisor.state, input, by) ?? null;
  if (question && isRefusal(question)) return refused(question);
  const answer = question ? await lookUp(project, question) : undefined;
  // The state may have moved on while git answered: the command is decided on what is so now, in one turn.
  const outcome = command.run({ ...context(project, input, by), ...(answer ? { answer } : {}) });
  if (isRefusal(outcome)) return refused(outcome);
  const coming = outcome.awaits && supervisor.next(outcome.awaits, awaitedMs);
  carry(project, outcome, by, causeOf(command, words) + mark);
  if (outcome.stop) project.stop(outcome.stop, by);
  const { text, data } = (await coming) ?? outcome;
  return { ok: true, text, ...(data === undefined ? {} : { data }) };
}

/** The same for whoever waits for an answer in any case: a bug is noted, and told as a refusal. */
export async function answered(
  project: Project,
  words: readonly string[],
  by: Actor,
  mark: string,
): Promise<Result> {
  try {
    return await give(project, words, by, mark);
  } catch (error) {
    project.note('error', 'a command failed', {
      words: words[0],
      error: error instanceof Error ? error.stack : String(error),
    });
    const refusal = error instanceof Error ? error.message : String(error);
    return { ok: false, refusal, hint: `look into ${project.paths.log}`, code: 70 };
  }
}

const context = (project: Project, input: Input, by: Actor): Context => ({
  state: project.supervisor.state,
  input,
  by,
  now: Date.now(),
  fresh: randomBytes(4).toString('hex'),
});

function carry(project: Project, outcome: Exclude<Outcome, Refusal>, by: Actor, cause: string): void {
  if (outcome.facts && outcome.facts.length > 0) project.supervisor.turn(outcome.facts, by, cause);
}

/** The first words of a command, which say what it is about. */
function causeOf({ name }: Command, words: readonly string[]): string {
  const said = words.slice(0, name.split(' ').length + 1).join(' ');
  return said.length > 120 ? `${said.slice(0, 119)}…` : said;
}

const refused = ({ refusal, hint }: { refusal: string; hint?: string }): Result => ({
  ok: false,
  refusal,
  code: 1,
  ...(hint === undefined ? {} : { hint }),
});
