import type { Kind } from './define.ts';
import { sessionEnvironment } from './environment.ts';
import { hookReport } from './hooks.ts';

/** A plain interactive shell in the agent's worktree: the user's own, or /bin/sh. Nothing is ever typed into it. */
export const shell: Kind = {
  name: 'shell',
  launch: (input) => ({
    file: input.environment.SHELL || '/bin/sh',
    args: ['-i', ...input.spec.args],
    env: sessionEnvironment(input),
    files: [],
  }),
  hook: hookReport,
  interrupt: '\x03',
};
