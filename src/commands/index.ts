import type { Actor } from '../core/event.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import type { State } from '../core/state.ts';
import { agentCommands } from './agent.ts';
import { branchCommands } from './branch.ts';
import { agentOf, type Command, type Input } from './define.ts';
import { whoDecides } from './find.ts';
import { foreignCommands } from './foreign.ts';
import { messageCommands } from './message.ts';
import { paneCommands } from './pane.ts';
import { permissionCommands } from './permission.ts';
import { receiptCommands } from './receipt.ts';
import { runCommands } from './run.ts';
import { taskCommands } from './task.ts';
import { parseWords } from './words.ts';

/** Every command there is, by name. One registry, one door. */
export const commands: ReadonlyMap<string, Command> = new Map(
  [
    ...runCommands,
    ...taskCommands,
    ...messageCommands,
    ...receiptCommands,
    ...branchCommands,
    ...agentCommands,
    ...permissionCommands,
    ...foreignCommands,
    ...paneCommands,
  ].map((command) => [command.name, command]),
);

/** Words → command and input, and the one permission check; or a refusal. */
export function understand(
  state: State,
  words: readonly string[],
  by: Actor,
): { command: Command; input: Input } | Refusal {
  const parsed = parseWords(commands, words);
  if (isRefusal(parsed)) return parsed;
  return permitted(state, parsed.command, by) ?? parsed;
}

function permitted(state: State, command: Command, by: Actor): Refusal | null {
  const agent = agentOf(by);
  if (by === 'mcc' || command.who.includes('agent')) return null;
  if (agent === undefined)
    return command.who.includes('person') ? null : refuse(`\`${command.name}\` is for agents`, 'mcc help');
  if (command.who.includes('architect') && agent === state.team?.architect) return null;
  const who = command.who
    .map((it) => (it === 'architect' ? (state.team?.architect ?? 'the architect') : 'the person'))
    .join(' or ');
  return refuse(
    `${agent} may not \`${command.name}\`: only ${who} may`,
    `mcc send ${whoDecides(state, agent)} "…"`,
  );
}
