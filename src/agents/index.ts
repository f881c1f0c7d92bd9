import type { AgentSpec } from '../core/team.ts';
import { claude } from './claude.ts';
import { command } from './command.ts';
import type { Kind } from './define.ts';
import { shell } from './shell.ts';

/** Every kind of agent, by the name that agents.yaml uses. */
export const kinds: Record<AgentSpec['kind'], Kind> = { claude, shell, command };

export type * from './define.ts';
export { idsIn, messageText } from './message.ts';
