/** One thing wrong in a file: line and column count from 1; line 0 means the file as a whole. */
export type ConfigProblem = { line: number; column: number; what: string };

/** How many problems one message names. */
const shown = 10;

/**
 * A file of the user (agents.yaml, a layout …) that cannot be used. The message has one line a problem,
 * `file:line:column: what`, at most ten; `hint` is what to do next, usually a command. Exit code 2.
 */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  readonly hint: string;

  constructor(file: string, problems: readonly ConfigProblem[], hint = 'edit the file, then: mcc check') {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    const lines = sorted.slice(0, shown).map((problem) => {
      const place = problem.line > 0 ? `:${problem.line}:${problem.column}` : '';
      return `${file}${place}: ${problem.what}`;
    });
    if (sorted.length > shown) lines.push(`${file}: and ${sorted.length - shown} more`);
    super(lines.join('\n'));
    this.file = file;
    this.problems = sorted;
    this.hint = hint;
  }
}
