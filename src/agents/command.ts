import type { Kind } from './define.ts';
import { sessionEnvironment } from './environment.ts';
import { hookReport } from './hooks.ts';

/**
 * Any program, as agents.yaml names it. It is understood as far as it speaks the hook protocol: bodies posted to
 * MCC_HOOK_URL; else its process is the only evidence.
 */
export const command: Kind = {
  name: 'command',
  launch: (input) => {
    const [file, ...args] = input.spec.command ?? ['/bin/sh'];
    return {
      file: file ?? '/bin/sh',
      args: [...args, ...input.spec.args],
      env: sessionEnvironment(input),
      files: [],
    };
  },
  hook: hookReport,
  interrupt: '\x03',
};
