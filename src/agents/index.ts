import type { Team } from '../core/team.ts';
import { aider } from './aider.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { command } from './command.ts';
import type { Kind } from './define.ts';
import { gemini } from './gemini.ts';
import { opencode } from './opencode.ts';
import { ownKind } from './own.ts';
import { shell } from './shell.ts';

/** Every kind of agent that mcc brings, by the name that agents.yaml uses. */
export const kinds = { claude, codex, gemini, opencode, aider, shell, command } satisfies Record<
  string,
  Kind
>;

/** The kind of a team's agent, mcc's or the project's; one that nobody knows is run as a plain command. */
export function kindOf(team: Team, agent: string): Kind {
  const name = team.agents[agent]?.kind ?? 'command';
  const own = team.kinds?.[name];
  if (own) return ownKind(name, own);
  return Object.entries(kinds).find(([known]) => known === name)?.[1] ?? kinds.command;
}

export type * from './define.ts';
export { idsIn, messagesText, messageText } from './message.ts';
export * from './screen-rules.ts';
