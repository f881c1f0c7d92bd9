import type { LaunchInput } from './define.ts';

/** The command line for sh that hands a hook's body to mcc and prints its answer: for CLIs whose hooks are commands. */
export const hookCommand = ({ bin }: Pick<LaunchInput, 'bin'>): string => `${quote(`${bin}/mcc`)} hook`;

/** A word for sh, whatever characters it has. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
