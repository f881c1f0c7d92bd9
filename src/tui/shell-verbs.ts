import { splitLine } from '../commands/words.ts';

/** The verbs of the command line that are no commands of the screen: those of src/cli/verbs.ts, held by a test. */
export const shellVerbs: readonly string[] = [
  ...['init', 'check', 'up', 'attach', 'prune', 'supervise', 'keys', 'mcp'],
  ...['log', 'capture', 'record', 'play', 'schema', 'hook', 'doctor'],
];

/** How a line is given in a shell when it begins with one of those verbs: `in a shell: mcc log -n 20`. */
export function inShell(typed: string): string | undefined {
  const line = typed.trim();
  return shellVerbs.includes(splitLine(line)[0] ?? '') ? `in a shell: mcc ${line}` : undefined;
}
