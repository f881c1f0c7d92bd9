import { z } from 'zod';
import { needs, statuses } from './event.ts';

/**
 * Screen rules: what a program's visible screen says of its state, as data. A kind has a list of them; they are asked
 * in order, and the first that fits is the screen's word (`readScreen` in agents/screen-rules.ts). Nothing read from a
 * screen ever presses a key: a rule only reports, and what the program itself says freshly counts for more.
 *
 * A rule fits when each pattern of `all` matches a row, one below the other, blank rows left out. They are looked for from
 * the bottom upwards, so that the lowest picture is read and not an older one above it. What makes a rule safe against
 * prose that quotes a dialog is its lower end: `bottom: 3` says that the last pattern must match one of the last three
 * rows that are not blank, where a program has its composer or status line as long as no dialog is open. `none` are
 * patterns that no row from the first match down to the bottom may match.
 *
 * Named groups are kept: `tool`, `argument` and `until` (a limit's end) go into the report, and each `{name}` in `reason` is
 * replaced by its group. `options` matches the rows, from the first match down, that a question offers as answers,
 * with the answer in group 1. Patterns are ECMAScript's with the flag `u`, and are given rows without the blanks at
 * their end. In a narrow pane a row breaks: match how it begins.
 *
 * ```yaml
 * - name: permission dialog
 *   all: ['^ Run (?<tool>\w+)\?$', '^ \[y\] yes +\[n\] no']
 *   bottom: 2
 *   status: needs-you
 *   needs: permission
 *   reason: 'permission: {tool}'
 * - { name: at work, where: title, all: ['^◐'], status: working }
 * ```
 */
export const screenRuleSchema = z
  .strictObject({
    name: z.string().min(1).describe('what the rule sees; `mcc why` says it'),
    versions: z
      .string()
      .regex(/^(?:(?:>=|<)\d+(?:\.\d+)*(?:\s+|$))+$/, 'bounds such as >=2.1.300 or ">=2 <3"')
      .optional()
      .describe(
        'versions of the program that it is for, e.g. ">=2.1.300 <3"; where none is known it is asked too',
      ),
    where: z.enum(['screen', 'title']).default('screen').describe('what the patterns are matched with'),
    all: z.array(pattern()).min(1).describe('patterns of rows, each below the one before'),
    none: z.array(pattern()).default([]).describe('patterns that no row from the first match down may match'),
    bottom: z
      .int()
      .positive()
      .optional()
      .describe('the last pattern must match one of this many rows at the lower end, blank ones not counted'),
    status: z.enum(statuses).describe('what it says of the agent'),
    needs: z.enum(needs).optional().describe('with needs-you: what is waited for'),
    reason: z.string().min(1).optional().describe('why, in words; {name} stands for a named group'),
    options: pattern().optional().describe('rows that offer an answer, in group 1'),
  })
  .refine((rule) => rule.needs === undefined || rule.status === 'needs-you', {
    path: ['needs'],
    message: 'goes with `status: needs-you` only',
  });

export type ScreenRule = z.infer<typeof screenRuleSchema>;

function pattern() {
  return z.string().min(1).refine(isPattern, 'a regular expression of JavaScript with the flag u');
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
